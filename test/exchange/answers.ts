import { ensureDrivers } from "../../.ci/ensure-databases.mjs";
import { type MlflowVersion, type PythonSession, startPython } from "../helpers/python.ts";
import { readByMlflow } from "../helpers/whole-tree.ts";

const drivers: Record<MlflowVersion, string> = {
  "3.17.2": await ensureDrivers("3.17.2"),
  "2.22.5": await ensureDrivers("2.22.5"),
};

/** The surroundings in which a release of MLflow speaks with databases. */
export function databaseEnvironment(version: MlflowVersion): Record<string, string> {
  return { PYTHONPATH: drivers[version] };
}

/** A Python with MLflow and the drivers of its databases. */
export function startMlflow(version: MlflowVersion): Promise<PythonSession> {
  return startPython({ mlflow: version, env: databaseEnvironment(version) });
}

/** Fills a store with some of everything. @returns what the script printed: the id of the richest run, as JSON */
export async function seed(
  python: PythonSession,
  uri: string,
  folder: string,
): Promise<{ readonly run: string }> {
  const printed = await python.run(SEED, { uri, folder });
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "");
}

/** What MLflow answers for a tracking URI or tree, with its artifacts, and without the places where they lie. */
export async function answersOf(
  python: PythonSession,
  uri: string,
  folder: string,
): Promise<object> {
  const answers = await readByMlflow(python, uri, folder);
  const artifacts = JSON.parse(await python.run(ARTIFACTS, { uri, folder })) as object;
  return JSON.parse(JSON.stringify({ ...answers, artifacts }), withoutPlaces) as object;
}

/** Fields that hold an artifact location, and the tags with which a server or a tree keeps its own. */
const PLACES: ReadonlySet<string> = new Set([
  "artifact_location",
  "artifact_uri",
  "mlflow.artifactLocation",
  "mlflow.trace.spansLocation",
]);

/** A place is left out (`undefined`); a source is told by what follows its place. What stores order by no rule is sorted. */
export function withoutPlaces(this: unknown, key: string, value: unknown): unknown {
  if (PLACES.has(key)) return undefined;
  // What MLflow's database leaves out of searches, or its file store of an expectation.
  if (key === "model_inputs" || key === "valid") return undefined;
  // A database has numbers there, and none at all in searches.
  if (key === "aliases") return Array.isArray(value) ? undefined : textsOf(value as object);
  if (key === "source" && typeof value === "string") {
    return value.replace(/^.*\/([^/]+\/[0-9a-f]{32}\/artifacts)/, "$1");
  }
  if (Array.isArray(value) && value.every(isTrace)) {
    return [...value].sort((a, b) => (a.trace_id < b.trace_id ? -1 : 1));
  }
  if (key === "model_versions") {
    return [...(value as object[])].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  }
  // Points of one step and time.
  if (Array.isArray(value) && value.every(isPoint)) {
    return [...value].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }
  return value;
}

function textsOf(values: object): object {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}

function order(point: object): string {
  return JSON.stringify(Object.entries(point).sort());
}

function nameOf(version: object): string {
  const { name, version: number } = version as { name: string; version: string };
  return JSON.stringify([name, number]);
}

function isPoint(value: unknown): value is object {
  return typeof value === "object" && value !== null && "timestamp" in value && "step" in value;
}

function isTrace(value: unknown): value is { readonly trace_id: string } {
  return typeof value === "object" && value !== null && "trace_id" in value;
}

const ARTIFACTS = `
import hashlib, json, os, mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType
os.chdir(args["folder"])
uri = args["uri"]
mlflow.set_tracking_uri(uri)
client = MlflowClient()
def files(run_id, path=None):
    for f in client.list_artifacts(run_id, path):
        if f.is_dir:
            yield from files(run_id, f.path)
        else:
            yield f.path, f.file_size, hashlib.md5(open(client.download_artifacts(run_id, f.path), "rb").read()).hexdigest()
ids = [e.experiment_id for e in client.search_experiments(ViewType.ALL)]
print(json.dumps({r.info.run_id: sorted(files(r.info.run_id)) for r in client.search_runs(ids, "", ViewType.ACTIVE_ONLY)}))
`;

const SEED = `
import json, os
os.chdir(args["folder"])
import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
mlflow.set_tracking_uri(args["uri"])
mlflow.set_registry_uri(args["uri"])
c = MlflowClient()
v3 = int(mlflow.__version__.split(".")[0]) >= 3
e = c.create_experiment("first", tags={"team": "a", "ü/n": "x\\ny"})
e2 = c.create_experiment("second")
gone = c.create_experiment("gone")
r = c.create_run(e, start_time=1700000000000, tags={"mlflow.user": "ada"}, run_name="one")
rid = r.info.run_id
c.log_batch(rid,
    metrics=[Metric("loss", 1 / (i + 1), 1700000000000 + i, i) for i in range(50)] + [
        Metric("acc/val", 0.5, 1700000001000, 0), Metric("odd", float("nan"), 1, 0), Metric("odd", 3.0, 1, 0),
        Metric("below", float("nan"), 1, 0), Metric("below", -3.0, 1, 0), Metric("big", 1e300, 1, 0), Metric("neg", -1.5, 5, -3)],
    params=[Param("lr", "0.1"), Param("sp ace", "ä b"), Param("empty", "")], tags=[RunTag("t", "v")])
c.log_text(rid, "hello", "notes/a.txt")
c.log_dict(rid, {"a": 1}, "d.json")
c.log_inputs(rid, [DatasetInput(Dataset("train", "d1", "local", "{}", '{"s":1}', None), [InputTag("mlflow.data.context", "training")])])
c.set_terminated(rid, "FINISHED", 1700000100000)
child = c.create_run(e, tags={"mlflow.parentRunId": rid}, run_name="child")
d = c.create_run(e2, run_name="deleted")
c.delete_run(d.info.run_id)
c.create_run(gone, run_name="in gone")
c.delete_experiment(gone)
f = c.create_run(e2, run_name="failed")
c.set_terminated(f.info.run_id, "FAILED")
if v3:
    from mlflow.entities import LoggedModelInput, LoggedModelOutput
    m = c.create_logged_model(e, name="net", source_run_id=rid, params={"p": "1"}, tags={"k": "v"}, model_type="T")
    c.log_metric(rid, "auc", 0.9, step=3, timestamp=1700000000500, model_id=m.model_id, dataset_name="train", dataset_digest="d1")
    c.finalize_logged_model(m.model_id, "READY")
    c.log_outputs(rid, [LoggedModelOutput(m.model_id, 4)])
    c.log_inputs(child.info.run_id, models=[LoggedModelInput(m.model_id)])
c.create_registered_model("reg", tags={"a": "b"}, description="about")
c.create_model_version("reg", f"runs:/{rid}/notes", rid, tags={"q": "r"}, description="v1")
c.create_model_version("reg", r.info.artifact_uri + "/notes", rid)
c.create_model_version("reg", r.info.artifact_uri + "/notes", rid)
c.delete_model_version("reg", "2")
c.set_registered_model_alias("reg", "champion", 3)
c.transition_model_version_stage("reg", 1, "Staging")
if v3:
    mlflow.genai.register_prompt("greet", "Hello {{name}}", commit_message="first")
    mlflow.genai.register_prompt("greet", [{"role": "user", "content": "Hi {{name}}"}])
    mlflow.set_experiment("first")
    @mlflow.trace(name="root")
    def root(x):
        with mlflow.start_span("inner") as s:
            s.set_inputs({"x": x})
            s.set_outputs([1, 2.5, "ü"])
        mlflow.update_current_trace(tags={"color": "blue"}, metadata={"mlflow.trace.session": "s1"})
        return x * 2
    root(21)
    mlflow.flush_trace_async_logging()
    from mlflow.entities import AssessmentSource
    t = mlflow.get_last_active_trace_id()
    bob = AssessmentSource("HUMAN", "bob")
    a = mlflow.log_feedback(trace_id=t, name="quality", value=0.8, source=bob, rationale="ok", metadata={"n": "1"})
    mlflow.log_expectation(trace_id=t, name="answer", value={"a": [1, 2]}, source=bob)
    mlflow.override_feedback(trace_id=t, assessment_id=a.assessment_id, value=0.5)
print(json.dumps({"run": rid}))
`;
