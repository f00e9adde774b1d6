/** Small sound things as MLflow 3.17 writes them, with relative locations: the material that damages work on. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { write } from "./damage.ts";

/** The experiment that holds what is damaged. */
export const EXPERIMENT = "777777777777777777";

/** A stable id of 32 hex digits. */
export function idOf(name: string): string {
  return createHash("md5").update(name).digest("hex");
}

export function experimentMeta(id: string, name: string): string {
  return `artifact_location: mlruns/${id}
creation_time: 1700000000000
experiment_id: '${id}'
last_update_time: 1700000000000
lifecycle_stage: active
name: ${name}
`;
}

/** Makes an experiment unless it is there. */
export async function soundExperiment(root: string, id: string, name: string): Promise<string> {
  if (!existsSync(join(root, id))) await write(root, `${id}/meta.yaml`, experimentMeta(id, name));
  return id;
}

export function runMeta(runId: string, name: string, experiment = EXPERIMENT): string {
  return `artifact_uri: mlruns/${experiment}/${runId}/artifacts
end_time: 1700000060000
entry_point_name: ''
experiment_id: '${experiment}'
lifecycle_stage: active
run_id: ${runId}
run_name: ${name}
run_uuid: ${runId}
source_name: ''
source_type: 4
source_version: ''
start_time: 1700000000000
status: 3
tags: []
user_id: ada
`;
}

export const METRIC_LINES = [
  "1700000001000 1.5 0",
  "1700000002000 1.25 1",
  "1700000003000 1.125 2",
  "1700000004000 1.0625 3",
] as const;

/** Makes a run with a param, a metric, a tag and an artifact. Returns its folder, relative to the root. */
export async function soundRun(
  root: string,
  name: string,
  experiment = EXPERIMENT,
): Promise<string> {
  await soundExperiment(root, experiment, `experiment-${experiment}`);
  const runId = idOf(name);
  const run = `${experiment}/${runId}`;
  await write(root, `${run}/meta.yaml`, runMeta(runId, name, experiment));
  await write(root, `${run}/params/lr`, "0.1");
  await write(root, `${run}/metrics/loss`, `${METRIC_LINES.join("\n")}\n`);
  await write(root, `${run}/tags/mlflow.runName`, name);
  await write(root, `${run}/artifacts/notes.txt`, "notes\n");
  return run;
}

export const MODEL_META = `aliases: {}
creation_timestamp: 1700000000000
deployment_job_id: null
deployment_job_state: null
description: null
last_updated_timestamp: 1700000000000
name: NAME
workspace: default
`;

/** Makes a registered model with one version. Returns its folder. */
export async function soundModel(root: string, name: string): Promise<string> {
  const model = `models/${name}`;
  await write(root, `${model}/meta.yaml`, MODEL_META.replace("NAME", name));
  await write(
    root,
    `${model}/version-1/meta.yaml`,
    `creation_timestamp: 1700000000000
current_stage: None
deployment_job_state: null
description: null
last_updated_timestamp: 1700000000000
model_id: null
name: ${name}
run_id: null
run_link: null
source: mlruns/models/${name}
status: READY
status_message: null
storage_location: mlruns/models/${name}
user_id: null
version: 1
workspace: default
`,
  );
  return model;
}

/** Makes a logged model with a metric. Returns its folder. */
export async function soundLoggedModel(root: string, name: string): Promise<string> {
  await soundExperiment(root, EXPERIMENT, `experiment-${EXPERIMENT}`);
  const modelId = `m-${idOf(name)}`;
  const model = `${EXPERIMENT}/models/${modelId}`;
  await write(
    root,
    `${model}/meta.yaml`,
    `artifact_location: mlruns/${model}/artifacts
creation_timestamp: 1700000000000
experiment_id: '${EXPERIMENT}'
last_updated_timestamp: 1700000000000
lifecycle_stage: active
model_id: ${modelId}
model_type: null
name: ${name}
source_run_id: null
status: 2
status_message: null
`,
  );
  await write(root, `${model}/params/lr`, "0.1");
  await write(root, `${model}/metrics/acc`, `1700000001000 0.5 0 ${idOf("some run")}\n`);
  await mkdir(join(root, model, "artifacts"), { recursive: true });
  return model;
}

/** Makes a trace with one span and one assessment. Returns its folder. */
export async function soundTrace(root: string, name: string): Promise<string> {
  await soundExperiment(root, EXPERIMENT, `experiment-${EXPERIMENT}`);
  const traceId = `tr-${idOf(name)}`;
  const trace = `${EXPERIMENT}/traces/${traceId}`;
  await write(
    root,
    `${trace}/trace_info.yaml`,
    `execution_duration_ms: 145
request_preview: '{"q": "hello"}'
request_time: '2023-11-14T22:13:20.000Z'
response_preview: '{"a": "HELLO"}'
state: OK
trace_id: ${traceId}
trace_location:
  mlflow_experiment:
    experiment_id: '${EXPERIMENT}'
  type: MLFLOW_EXPERIMENT
`,
  );
  await write(root, `${trace}/tags/mlflow.traceName`, name);
  await write(root, `${trace}/tags/mlflow.artifactLocation`, `mlruns/${trace}/artifacts`);
  await write(root, `${trace}/request_metadata/mlflow.trace_schema.version`, "3");
  await write(
    root,
    `${trace}/artifacts/traces.json`,
    `${JSON.stringify({ spans: [span(name)] })}\n`,
  );
  await write(
    root,
    `${trace}/assessments/a-${idOf(name)}.yaml`,
    `assessment_id: a-${idOf(name)}
assessment_name: relevance
create_time: '2023-11-14T22:13:21.000Z'
feedback:
  value: 0.9
last_update_time: '2023-11-14T22:13:21.000Z'
source:
  source_id: ada
  source_type: HUMAN
trace_id: ${traceId}
valid: true
`,
  );
  return trace;
}

function span(traceName: string): object {
  return {
    trace_id: Buffer.from(idOf(traceName), "hex").toString("base64"),
    span_id: Buffer.from(idOf(traceName).slice(0, 16), "hex").toString("base64"),
    parent_span_id: null,
    name: "root",
    start_time_unix_nano: 1_700_000_000_000_000_000,
    end_time_unix_nano: 1_700_000_000_145_000_000,
    events: [],
    status: { code: "STATUS_CODE_OK", message: "" },
    attributes: { "mlflow.traceRequestId": JSON.stringify(`tr-${idOf(traceName)}`) },
    links: [],
  };
}
