/** All that is in a tree, as real MLflow answers it and as we do, in the form of the goldens: to be compared. */
import { dirname } from "node:path";
import { MlrunsClient } from "../../lib/client/client.ts";
import {
  experiment,
  loggedModel,
  metric,
  modelVersion,
  registeredModel,
  run,
  trace,
} from "./as-golden.ts";
import type { PythonSession } from "./python.ts";

/**
 * Tells MLflow's answers for the tree at `root`. MLflow works beside it, where relative locations begin.
 *
 * @param root - a tree, or any tracking URI with `://`
 */
export async function readByMlflow(
  python: PythonSession,
  root: string,
  folder: string = dirname(root),
): Promise<object> {
  return JSON.parse(await python.run(`${CONNECT}${READ}`, { root, folder }));
}

/** Runs a script that finds a `client` of real MLflow for the tree, and its arguments in `given`. */
export async function writeByMlflow(
  python: PythonSession,
  root: string,
  script: string,
  given: unknown = null,
): Promise<string> {
  const args = { root, folder: dirname(root), given };
  return python.run(`${CONNECT}given = args["given"]\n${script}`, args);
}

export async function readByUs(root: string): Promise<object> {
  const client = new MlrunsClient(root);
  const { experiments } = await client.scanExperiments("ALL");
  const ids = experiments.map(({ experimentId }) => experimentId);
  const { runs } = await client.searchRuns(ids, { viewType: "ALL" });
  const histories = runs.map(async ({ info, data }) => {
    const points = Object.keys(data.metrics).map(async (key) => {
      const history = await client.getMetricHistory(info.runId, key);
      return [key, history.map((point) => metric({ ...point, runId: info.runId }))] as const;
    });
    return [info.runId, Object.fromEntries(await Promise.all(points))] as const;
  });
  const traces = await client.searchTraces(ids);
  const spans = traces.traces.map(async ({ traceId }) => {
    const { spans } = await client.getTrace(traceId);
    return [
      traceId,
      spans.map((span) => ({
        name: span.name,
        span_id: span.spanId,
        parent_id: span.parentId,
        start: String(span.startTimeNs),
        end: String(span.endTimeNs),
        status: span.status.statusCode,
        attributes: Object.fromEntries(
          Object.entries(span.attributes).map(([key, text]) => [key, JSON.parse(text)]),
        ),
      })),
    ] as const;
  });
  return {
    experiments: experiments
      .map(experiment)
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    runs: Object.fromEntries(runs.map((each) => [each.info.runId, run(each)])),
    histories: Object.fromEntries(await Promise.all(histories)),
    registered_models: (await client.searchRegisteredModels()).registeredModels.map(
      registeredModel,
    ),
    model_versions: (await client.searchModelVersions()).modelVersions.map(modelVersion),
    logged_models: (await client.searchLoggedModels(ids)).loggedModels.map(loggedModel),
    traces: traces.traces.map(trace),
    spans: Object.fromEntries(await Promise.all(spans)),
  };
}

const CONNECT = `
import json, os, pathlib
os.chdir(args["folder"])
import mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType
# As a path, a root with a percent sign would be another one.
root = args["root"] if "://" in args["root"] else pathlib.Path(args["root"]).as_uri()
mlflow.set_tracking_uri(root)
mlflow.set_registry_uri(root)
client = MlflowClient()
`;

const READ = `
def number(value):
    return value if value == value and abs(value) != float("inf") else {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")

def metric(m):
    d = {"key": m.key, "value": number(m.value), "timestamp": m.timestamp, "step": m.step}
    for k in ("model_id", "dataset_name", "dataset_digest", "run_id"):
        if getattr(m, k, None) is not None:
            d[k] = getattr(m, k)
    return d

def experiment(e):
    return {"experiment_id": e.experiment_id, "name": e.name, "artifact_location": e.artifact_location,
            "lifecycle_stage": e.lifecycle_stage, "creation_time": e.creation_time,
            "last_update_time": e.last_update_time, "tags": dict(e.tags)}

def run(r):
    i = r.info
    inputs = [{"dataset": {"name": x.dataset.name, "digest": x.dataset.digest, "source_type": x.dataset.source_type,
                           "source": x.dataset.source, "schema": x.dataset.schema, "profile": x.dataset.profile},
               "tags": {t.key: t.value for t in x.tags}} for x in r.inputs.dataset_inputs]
    outputs = getattr(r, "outputs", None)
    return {"info": {"run_id": i.run_id, "run_name": i.run_name, "experiment_id": i.experiment_id, "user_id": i.user_id,
                     "status": i.status, "start_time": i.start_time, "end_time": i.end_time,
                     "lifecycle_stage": i.lifecycle_stage, "artifact_uri": i.artifact_uri},
            "params": r.data.params, "metrics": {k: number(v) for k, v in r.data.metrics.items()}, "tags": r.data.tags,
            "inputs": {"dataset_inputs": sorted(inputs, key=lambda x: x["dataset"]["name"] + x["dataset"]["digest"]),
                       "model_inputs": sorted(m.model_id for m in getattr(r.inputs, "model_inputs", []))},
            "outputs": {"model_outputs": sorted(({"model_id": m.model_id, "step": m.step} for m in outputs.model_outputs),
                                                key=lambda m: m["model_id"]) if outputs else []}}

def registered_model(m):
    return {"name": m.name, "creation_timestamp": m.creation_timestamp, "last_updated_timestamp": m.last_updated_timestamp,
            "description": m.description, "tags": dict(m.tags), "aliases": dict(m.aliases),
            "latest_versions": sorted(({"version": str(v.version), "stage": v.current_stage} for v in m.latest_versions or []),
                                      key=lambda v: int(v["version"]))}

def model_version(v):
    return {"name": v.name, "version": str(v.version), "current_stage": v.current_stage,
            "creation_timestamp": v.creation_timestamp, "last_updated_timestamp": v.last_updated_timestamp,
            "description": v.description, "source": v.source, "run_id": v.run_id, "run_link": v.run_link, "status": v.status,
            "user_id": v.user_id, "tags": dict(v.tags), "aliases": sorted(v.aliases or []), "model_id": getattr(v, "model_id", None)}

def logged_model(m):
    return {"model_id": m.model_id, "name": m.name, "experiment_id": m.experiment_id, "artifact_location": m.artifact_location,
            "creation_timestamp": m.creation_timestamp, "last_updated_timestamp": m.last_updated_timestamp,
            "model_type": m.model_type, "source_run_id": m.source_run_id, "status": str(m.status),
            "status_message": m.status_message, "params": dict(m.params), "tags": dict(m.tags),
            "metrics": sorted((metric(x) for x in m.metrics or []),
                              key=lambda x: (x["key"], str(x.get("dataset_name")), str(x.get("dataset_digest"))))}

def trace(t):
    return {"trace_id": t.trace_id, "request_id": t.trace_id, "experiment_id": t.experiment_id, "request_time": t.request_time,
            "timestamp_ms": t.request_time, "execution_duration": t.execution_duration, "execution_time_ms": t.execution_duration,
            "request_preview": t.request_preview, "response_preview": t.response_preview,
            "client_request_id": t.client_request_id, "status": str(t.status), "state": str(t.state),
            "trace_metadata": dict(t.trace_metadata), "tags": dict(t.tags),
            "assessments": sorted((a.to_dictionary() for a in t.assessments), key=lambda a: a["assessment_id"])}

def span(s):
    return {"name": s.name, "span_id": s.span_id, "parent_id": s.parent_id, "start": str(s.start_time_ns),
            "end": str(s.end_time_ns), "status": s.status.status_code.value, "attributes": s.attributes}

experiments = client.search_experiments(ViewType.ALL)
ids = [e.experiment_id for e in experiments]
runs = client.search_runs(ids, "", ViewType.ALL)
answer = {
    "experiments": sorted(map(experiment, experiments), key=lambda e: json.dumps(e)),
    "runs": {r.info.run_id: run(r) for r in runs},
    "histories": {r.info.run_id: {k: [{**metric(m), "run_id": r.info.run_id} for m in client.get_metric_history(r.info.run_id, k)]
                                  for k in r.data.metrics} for r in runs},
    "registered_models": [registered_model(m) for m in client.search_registered_models()],
    "model_versions": [model_version(v) for v in client.search_model_versions()],
    "logged_models": [], "traces": [], "spans": {},
}
if hasattr(client, "search_logged_models"):
    answer["logged_models"] = [logged_model(m) for m in client.search_logged_models(ids)]
    infos = client._tracking_client.store.search_traces(ids)[0]
    answer["traces"] = [trace(t) for t in infos]
    answer["spans"] = {t.trace_id: [span(s) for s in client.get_trace(t.trace_id).data.spans] for t in infos}
print(json.dumps(answer))
`;
