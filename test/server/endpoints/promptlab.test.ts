import { beforeEach, expect, test } from "vitest";
import { makeApi, type TestApi } from "../api-client.ts";

const PATH = "/ajax-api/2.0/mlflow/runs/create-promptlab-run";

const trial = {
  experiment_id: "0",
  prompt_template: "Say {{ what }}",
  prompt_parameters: [{ key: "what", value: "ä" }],
  model_route: "chat",
  model_input: "Say ä",
  mlflow_version: "1.0.0",
};

let api: TestApi;

beforeEach(async () => {
  api = await makeApi();
});

test("what was tried in the page for prompts becomes a finished run with a table", async () => {
  const { status, json } = await api.post(PATH, {
    ...trial,
    run_name: "first",
    model_parameters: [{ key: "temperature", value: 0.1 }],
    model_output: "ä!",
    model_output_parameters: [{ key: "latency", value: "100" }],
    user_id: "ada",
    start_time: 456,
  });
  const { info, data } = json.run;

  expect(status).toBe(200);
  expect(info).toMatchObject({
    experiment_id: "0",
    run_name: "first",
    user_id: "ada",
    status: "FINISHED",
    start_time: 456,
    end_time: expect.any(Number),
    artifact_uri: `mlflow-artifacts:/0/${info.run_id}/artifacts`,
  });
  expect(new Set(data.params)).toEqual(
    new Set([
      { key: "temperature", value: "0.1" },
      { key: "model_route", value: "chat" },
      { key: "prompt_template", value: "Say {{ what }}" },
    ]),
  );
  expect(new Set(data.tags)).toEqual(
    new Set([
      { key: "mlflow.runName", value: "first" },
      {
        key: "mlflow.loggedArtifacts",
        value: '[{"path": "eval_results_table.json", "type": "table"}]',
      },
      { key: "mlflow.runSourceType", value: "PROMPT_ENGINEERING" },
    ]),
  );
  const table = await api.get(`/get-artifact?run_id=${info.run_id}&path=eval_results_table.json`);
  expect(table.text).toBe(
    '{"columns": ["what", "prompt", "output", "latency"], "data": [["\\u00e4", "Say \\u00e4", "\\u00e4!", "100"]]}',
  );
});

test.each([
  "experiment_id",
  "prompt_template",
  "prompt_parameters",
  "model_route",
  "model_input",
  "mlflow_version",
])("a trial without %s is refused and leaves no run", async (field) => {
  expect(await api.post(PATH, { ...trial, [field]: undefined })).toMatchObject({
    status: 400,
    json: {
      error_code: "INVALID_PARAMETER_VALUE",
      message: `CreatePromptlabRun request must specify ${field}.`,
    },
  });
  expect((await api.post("runs/search", { experiment_ids: ["0"] })).json).toEqual({});
});

test("a trial that cannot be kept whole is a failed run", async () => {
  const answer = await api.post(PATH, {
    ...trial,
    model_parameters: [{ key: "a//b", value: "1" }],
  });
  const { runs } = (await api.post("runs/search", { experiment_ids: ["0"] })).json;

  expect([answer.status, answer.json.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
  expect(runs.map((run: { info: { status: string } }) => run.info.status)).toEqual(["FAILED"]);
});
