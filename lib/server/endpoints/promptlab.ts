import * as v from "valibot";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { invalidParameter } from "../../errors.ts";
import { printPythonJson } from "../../format/python-json.ts";
import { decodePairs } from "../../wire/json.ts";
import { encodeRun } from "../../wire/run.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { int64, pairs, required, text } from "../schema.ts";

const TABLE_FILE = "eval_results_table.json";

/** Values come as the page has them: a temperature is a number. */
const values = v.array(
  v.object({ key: required, value: v.optional(v.union([v.string(), v.number()]), "") }),
);

const fields = v.object({
  experiment_id: v.optional(text),
  run_name: v.optional(text),
  tags: pairs,
  prompt_template: v.optional(text),
  prompt_parameters: v.optional(values),
  model_route: v.optional(text),
  model_parameters: v.optional(values, []),
  model_input: v.optional(text),
  model_output: v.optional(text),
  model_output_parameters: v.optional(values, []),
  mlflow_version: v.optional(text),
  user_id: v.optional(text, "unknown"),
  start_time: v.optional(int64),
});

/**
 * Keeps what was tried in MLflow's page for prompts as a finished run: params, tags and the table of inputs and outputs.
 * MLflow adds a model that asks its gateway; there is none here.
 *
 * @see MLflow 3.17 `mlflow.utils.promptlab_utils`
 */
export const promptlabEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    "/2.0/mlflow/runs/create-promptlab-run",
    fields,
    async ({ client, locations }, request) => {
      const experimentId = given(request.experiment_id, "experiment_id");
      const template = given(request.prompt_template, "prompt_template");
      const inputs = given(request.prompt_parameters, "prompt_parameters").map(asText);
      const route = given(request.model_route, "model_route");
      const prompt = given(request.model_input, "model_input");
      given(request.mlflow_version, "mlflow_version");
      const outputs = request.model_output_parameters.map(asText);

      const { info } = await client.createRun(experimentId, {
        userId: request.user_id,
        tags: decodePairs(request.tags),
        ...(request.run_name && { runName: request.run_name }),
        ...(request.start_time && { startTime: request.start_time }),
      });
      try {
        client.logBatch(info.runId, {
          params: [
            ...request.model_parameters.map(asText),
            { key: "model_route", value: route },
            { key: "prompt_template", value: template },
          ],
          tags: [
            {
              key: MLFLOW_TAG.loggedArtifacts,
              value: printPythonJson([{ path: TABLE_FILE, type: "table" }]),
            },
            { key: "mlflow.runSourceType", value: "PROMPT_ENGINEERING" },
          ],
        });
        const columns = [
          ...inputs.map(({ key }) => key),
          "prompt",
          "output",
          ...outputs.map(({ key }) => key),
        ];
        const row = [
          ...inputs.map(({ value }) => value),
          prompt,
          request.model_output ?? null,
          ...outputs.map(({ value }) => value),
        ];
        await client.logText(info.runId, printPythonJson({ columns, data: [row] }), TABLE_FILE);
        await client.updateRun(info.runId, { status: "FINISHED", endTime: Date.now() });
      } catch (error) {
        await client.updateRun(info.runId, { status: "FAILED", endTime: Date.now() });
        throw error;
      }
      return { run: encodeRun(await client.getRun(info.runId), locations.ofRun(info)) };
    },
    { mount: "ajax" },
  ),
];

interface TextPair {
  readonly key: string;
  readonly value: string;
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE in MLflow's words when a field is missing or empty */
function given<Value extends { readonly length: number }>(
  value: Value | undefined,
  name: string,
): Value {
  if (value === undefined || value.length === 0) {
    throw invalidParameter(`CreatePromptlabRun request must specify ${name}.`);
  }
  return value;
}

function asText({ key, value }: v.InferOutput<typeof values>[number]): TextPair {
  return { key, value: String(value) };
}
