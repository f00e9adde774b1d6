import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { MLFLOW_VERSIONS } from "../../.ci/ensure.mjs";
import type { MlrunsClient } from "../../lib/client/client.ts";
import { type MlflowVersion, type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { listen, makeApi } from "../server/api-client.ts";

/** What an unmodified Python script does, and finds again, with our server as its tracking server. */
describe.each(MLFLOW_VERSIONS)("an unmodified MLflow %s", (version) => {
  let python: PythonSession;
  let root: string;
  let client: MlrunsClient;

  const run = async <Result>(script: string): Promise<Result> =>
    JSON.parse((await python.run(script)).split("\n").filter(Boolean).at(-1) ?? "null") as Result;

  beforeAll(async () => {
    const api = await makeApi();
    ({ root, client } = api);
    const url = await listen(api.app);
    const cwd = await makeTempFolder();
    const env = { MLFLOW_TRACKING_URI: url, GIT_PYTHON_REFRESH: "quiet" };
    python = await startPython({ mlflow: version as MlflowVersion, cwd, env });
  });

  test("logs the seed scenario into the tree and loads the model back", async () => {
    const found = await run<{ run_id: string; prediction: number[]; csv: string; uri: string }>(`
import json, os, mlflow, mlflow.sklearn
from sklearn.linear_model import LinearRegression
mlflow.set_experiment("seed")
model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
open("data.csv", "w").write("x,y\\n0,0\\n")
with mlflow.start_run(run_name="first") as run:
    mlflow.log_param("alpha", 0.5)
    mlflow.sklearn.log_model(model, "linear_model")
    mlflow.log_artifact("data.csv")
    for step in range(3):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
run_id = run.info.run_id
loaded = mlflow.sklearn.load_model(f"runs:/{run_id}/linear_model")
path = mlflow.artifacts.download_artifacts(f"runs:/{run_id}/data.csv")
print(json.dumps(dict(run_id=run_id, prediction=[round(float(x), 6) for x in loaded.predict([[2.0]])], csv=open(path).read(), uri=run.info.artifact_uri)))
`);

    const { info, data, outputs } = await client.getRun(found.run_id);
    expect(found).toMatchObject({ prediction: [4], csv: "x,y\n0,0\n" });
    expect(found.uri).toBe(`mlflow-artifacts:/${info.experimentId}/${info.runId}/artifacts`);
    expect([info.runName, info.status, data.params.alpha]).toEqual(["first", "FINISHED", "0.5"]);
    expect(
      (await client.getMetricHistory(found.run_id, "loss")).map((point) => point.value),
    ).toEqual([1, 0.5, 1 / 3]);
    const modelId = outputs.modelOutputs[0]?.modelId;
    const folder =
      modelId === undefined
        ? join(found.run_id, "artifacts", "linear_model")
        : join("models", modelId, "artifacts");
    expect(modelId === undefined).toBe(version.startsWith("2."));
    expect(await readFile(join(root, info.experimentId, folder, "MLmodel"), "utf8")).toContain(
      "mlflow.sklearn",
    );
  });

  test("autologs a fit of scikit-learn", async () => {
    const found = await run<{ run_id: string; params: number; metrics: string[] }>(`
import json, numpy as np, mlflow, mlflow.sklearn
from sklearn.linear_model import LogisticRegression
mlflow.set_experiment("autolog")
mlflow.sklearn.autolog(log_models=False)
with mlflow.start_run() as run:
    LogisticRegression(C=2.0).fit(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 0, 1, 1]))
mlflow.sklearn.autolog(disable=True)
found = mlflow.get_run(run.info.run_id)
print(json.dumps(dict(run_id=run.info.run_id, params=len(found.data.params), metrics=sorted(found.data.metrics))))
`);

    const { data, inputs } = await client.getRun(found.run_id);
    expect(found.metrics).toContain("training_accuracy_score");
    expect(data.params).toMatchObject({ C: "2.0" });
    expect(Object.keys(data.params)).toHaveLength(found.params);
    expect(inputs.datasetInputs.length).toBeGreaterThan(0);
  });

  test("finds runs as a data frame", async () => {
    const frame = await run<unknown>(`
import json, mlflow
mlflow.set_experiment("frame")
for i in range(3):
    with mlflow.start_run(run_name=f"r{i}"):
        mlflow.log_params({"i": i})
        mlflow.log_metrics({"loss": 1 / (i + 1), "nan": float("nan"), "inf": float("inf")})
        mlflow.set_tags({"odd": str(i % 2 == 1)})
df = mlflow.search_runs(experiment_names=["frame"], filter_string="metrics.loss < 0.9 and tags.odd = 'False'", order_by=["metrics.loss ASC"])
print(json.dumps(dict(rows=df["tags.mlflow.runName"].tolist(), params=df["params.i"].tolist(), loss=df["metrics.loss"].round(3).tolist(),
    nan=bool(df["metrics.nan"].isna().all()), inf=df["metrics.inf"].astype(str).tolist(), status=df["status"].tolist())))
`);

    expect(frame).toEqual({
      rows: ["r2"],
      params: ["2"],
      loss: [0.333],
      nan: true,
      inf: ["inf"],
      status: ["FINISHED"],
    });
  });

  test("calls every method of MlflowClient for experiments and runs", async () => {
    const found = await run<Record<string, unknown>>(`
import json, time
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.exceptions import MlflowException
c = MlflowClient()
out = {}
e = c.create_experiment("every", tags={"a": "b"})
c.rename_experiment(e, "every method")
c.set_experiment_tag(e, "k", "v")
out["experiment"] = [c.get_experiment(e).name, c.get_experiment_by_name("every method").experiment_id == e, c.get_experiment(e).tags]
c.delete_experiment(e); out["deleted"] = c.get_experiment(e).lifecycle_stage
out["view"] = [x.name for x in c.search_experiments(view_type=ViewType.DELETED_ONLY)]
c.restore_experiment(e); out["restored"] = c.get_experiment(e).lifecycle_stage
r = c.create_run(e, start_time=1000, tags={"t": "1"}, run_name="one").info.run_id
c.log_metric(r, "m", 1.5, timestamp=5, step=7); c.log_param(r, "p", "x"); c.set_tag(r, "u", "2"); c.delete_tag(r, "u")
c.log_batch(r, metrics=[Metric("b", float(i), i, i) for i in range(1000)], params=[Param(f"p{i}", str(i)) for i in range(100)][:0], tags=[RunTag("bt", "1")])
c.log_batch(r, params=[Param(f"q{i}", str(i)) for i in range(100)])
out["history"] = [len(c.get_metric_history(r, "b")), [(m.value, m.timestamp, m.step) for m in c.get_metric_history(r, "m")]]
c.update_run(r, status="KILLED", name="two"); c.set_terminated(r, "FAILED", end_time=2000)
i = c.get_run(r); out["run"] = [i.info.run_name, i.info.status, i.info.start_time, i.info.end_time, i.data.tags["t"], i.data.params["p"], len(i.data.params)]
c.delete_run(r); out["run_deleted"] = [c.get_run(r).info.lifecycle_stage, len(c.search_runs([e])), len(c.search_runs([e], run_view_type=ViewType.ALL))]
c.restore_run(r)
pages = []
for k in range(5): c.create_run(e, start_time=5000 + k)
token = None
while True:
    page = c.search_runs([e], max_results=2, order_by=["attributes.start_time ASC"], page_token=token)
    pages.append([x.info.start_time for x in page]); token = page.token
    if not token: break
out["pages"] = pages
def error(f):
    try: f(); return "none"
    except MlflowException as x: return x.error_code
out["errors"] = [error(lambda: c.get_run("0" * 32)), error(lambda: c.log_param(r, "p", "y")), error(lambda: c.create_experiment("every method")), error(lambda: c.search_runs([e], "nope = 1")), error(lambda: c.delete_tag(r, "none")), error(lambda: c.get_experiment("77"))]
started = time.time(); error(lambda: c.create_run("77")); out["quick"] = time.time() - started < 2
print(json.dumps(out))
`);

    expect(found).toEqual({
      experiment: ["every method", true, { a: "b", k: "v" }],
      deleted: "deleted",
      view: ["every method"],
      restored: "active",
      history: [1000, [[1.5, 5, 7]]],
      run: ["two", "FAILED", 1000, 2000, "1", "x", 101],
      run_deleted: ["deleted", 0, 1],
      pages: [
        [1000, 5000],
        [5001, 5002],
        [5003, 5004],
      ],
      errors: [
        "RESOURCE_DOES_NOT_EXIST",
        "INVALID_PARAMETER_VALUE",
        "RESOURCE_ALREADY_EXISTS",
        "INVALID_PARAMETER_VALUE",
        "RESOURCE_DOES_NOT_EXIST",
        "RESOURCE_DOES_NOT_EXIST",
      ],
      quick: true,
    });
  });

  test("keeps a model in the registry and loads it by its alias", async () => {
    const found = await run<Record<string, unknown>>(`
import json, warnings, mlflow, mlflow.sklearn
warnings.simplefilter("ignore")
from mlflow import MlflowClient
from sklearn.linear_model import LinearRegression
mlflow.set_experiment("registry")
c = MlflowClient()
name = "price model"
with mlflow.start_run() as run:
    mlflow.sklearn.log_model(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]), "m", registered_model_name=name, pip_requirements=["scikit-learn"])
    mlflow.sklearn.log_model(LinearRegression().fit([[0.0], [1.0]], [0.0, 3.0]), "n", pip_requirements=["scikit-learn"])
version = mlflow.register_model(f"runs:/{run.info.run_id}/n", name, tags={"from": "runs"})
c.set_registered_model_alias(name, "champion", version.version)
c.update_model_version(name, "1", "the first"); c.set_model_version_tag(name, "1", "k", "v"); c.set_registered_model_tag(name, "team", "x")
c.update_registered_model(name, "all about prices")
c.transition_model_version_stage(name, "1", "production")
model = c.get_registered_model(name)
champion = c.get_model_version_by_alias(name, "champion")
out = dict(
    prediction=[round(float(mlflow.sklearn.load_model(f"models:/{name}@champion").predict([[2.0]])[0]), 6), round(float(mlflow.pyfunc.load_model(f"models:/{name}/1").predict([[2.0]])[0]), 6)],
    model=[model.description, model.tags, dict(model.aliases)], champion=[champion.version, champion.run_id == run.info.run_id, champion.tags],
    first=[c.get_model_version(name, "1").description, c.get_model_version(name, "1").tags, c.get_model_version(name, "1").current_stage],
    search=sorted(v.version for v in c.search_model_versions(f"name = '{name}'")), latest=[v.version for v in c.get_latest_versions(name, ["None"])],
    names=[m.name for m in c.search_registered_models("name LIKE 'price%'")])
c.rename_registered_model(name, "cost model"); c.delete_registered_model_alias("cost model", "champion"); c.delete_model_version("cost model", "2")
out["renamed"] = [v.version for v in c.search_model_versions("name = 'cost model'")]
print(json.dumps(out))
`);

    expect(found).toEqual({
      prediction: [6, 2],
      model: ["all about prices", { team: "x" }, { champion: "2" }],
      champion: ["2", true, { from: "runs" }],
      first: ["the first", { k: "v" }, "Production"],
      search: ["1", "2"],
      latest: ["2"],
      names: ["price model"],
      renamed: ["1"],
    });
  });

  test("logs figures, tables, images and folders with odd names", async () => {
    const found = await run<{ run_id: string; files: string[]; back: Record<string, string> }>(`
import json, os, matplotlib, mlflow, numpy as np
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from mlflow import MlflowClient
mlflow.set_experiment("artifacts")
names = ["a b/c.txt", "ä/ö.txt", "100%.txt", "plus+and&.txt", "deep/er/and/deeper.bin", "empty", "x#y"]
for n in names:
    os.makedirs(os.path.dirname(os.path.join("odd", n)), exist_ok=True)
    open(os.path.join("odd", n), "w").write("" if n == "empty" else n)
with mlflow.start_run() as run:
    fig = plt.figure(); plt.plot([1, 2]); mlflow.log_figure(fig, "plots/fig.png")
    mlflow.log_table({"a": [1, 2], "b": ["x", "y"]}, "table.json"); mlflow.log_table({"a": [3], "b": ["z"]}, "table.json")
    mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "img/black.png")
    mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), key="series", step=2)
    mlflow.log_text("hi", "text/hi.txt"); mlflow.log_dict({"a": 1}, "d.json")
    mlflow.log_artifacts("odd", "odd")
    run_id = run.info.run_id
c = MlflowClient()
def walk(path=None):
    for f in c.list_artifacts(run_id, path):
        if f.is_dir: yield from walk(f.path)
        else: yield f.path
files = sorted(walk())
folder = c.download_artifacts(run_id, "odd")
back = {n: open(os.path.join(folder, n)).read() for n in names if n != "x#y"}
rows = mlflow.load_table("table.json", run_ids=[run_id])["a"].tolist()
print(json.dumps(dict(run_id=run_id, files=files, back=back, rows=rows)))
`);

    expect(found.back).toEqual({
      "a b/c.txt": "a b/c.txt",
      "ä/ö.txt": "ä/ö.txt",
      "100%.txt": "100%.txt",
      "plus+and&.txt": "plus+and&.txt",
      "deep/er/and/deeper.bin": "deep/er/and/deeper.bin",
      empty: "",
    });
    expect(found).toMatchObject({ rows: [1, 2, 3] });
    const paths: string[] = [];
    for await (const file of client.iterateArtifacts(found.run_id)) paths.push(file.path);
    expect(paths.sort()).toEqual(found.files.toSorted());
    expect(paths.filter((path) => !path.startsWith("images/"))).toEqual([
      "d.json",
      "img/black.png",
      "odd/100%.txt",
      "odd/a b/c.txt",
      "odd/deep/er/and/deeper.bin",
      "odd/empty",
      "odd/plus+and&.txt",
      // MLflow's client cuts an address at `#`, so this is all that any server is told of `x#y`.
      "odd/x",
      "odd/ä/ö.txt",
      "plots/fig.png",
      "table.json",
      "text/hi.txt",
    ]);
    expect(paths.some((path) => /^images\/series[+%]step[+%]2[+%]/.test(path))).toBe(true);
  });

  test("traces a function, finds its spans and says what it thinks of them", async () => {
    const found = await run<Record<string, unknown>>(TRACING[version.startsWith("2.") ? 2 : 3]);

    expect(found).toMatchObject({
      spans: [
        ["outer", "OK"],
        ["inner", "OK"],
      ],
      inputs: { x: 1 },
      outputs: 4,
      failed: "ERROR",
      searched: 2,
      tag: "v",
    });
    if (version.startsWith("3.")) {
      expect(found).toMatchObject({
        assessments: [
          ["exact", { answer: 4 }],
          ["quality", 0.5],
        ],
        deleted: 1,
      });
    }
    const experiment = await client.getExperimentByName("traces");
    const { traces } = await client.searchTraces([experiment?.experimentId ?? ""]);
    expect(
      (await client.getSpans(traces.at(-1)?.traceId ?? "")).map((span) => span.name),
    ).toContain("outer");
  });

  test("then opens the tree itself, as files, and finds the same", async () => {
    const dump = `
import json, os, mlflow
from mlflow import MlflowClient
from mlflow.entities import ViewType
def dump(uri):
    mlflow.set_tracking_uri(uri); mlflow.set_registry_uri(uri)
    c = MlflowClient(uri, uri)
    out = {}
    for e in c.search_experiments(view_type=ViewType.ALL):
        runs = {}
        for r in c.search_runs([e.experiment_id], run_view_type=ViewType.ALL, max_results=1000):
            r = c.get_run(r.info.run_id)
            runs[r.info.run_id] = [r.info.run_name, r.info.status, r.info.user_id, r.info.start_time, r.info.end_time, r.info.lifecycle_stage,
                sorted(r.data.params.items()), sorted((k, str(v)) for k, v in r.data.metrics.items()), sorted(r.data.tags.items()),
                sorted((d.dataset.name, d.dataset.digest) for d in r.inputs.dataset_inputs),
                {k: [(str(m.value), m.timestamp, m.step) for m in c.get_metric_history(r.info.run_id, k)] for k in r.data.metrics}]
        out[e.name] = [e.experiment_id, e.lifecycle_stage, sorted(e.tags.items()), runs]
    out["models"] = [[m.name, m.description, sorted(m.tags.items()), sorted(dict(m.aliases).items())] for m in c.search_registered_models()]
    out["versions"] = [[v.name, str(v.version), v.description or "", v.run_id, v.current_stage, sorted(v.tags.items())] for v in c.search_model_versions("")]
    return out
served, files = dump(os.environ["MLFLOW_TRACKING_URI"]), dump("file://" + args["root"])
def differ(a, b, path):
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [d for k in a for d in differ(a[k], b[k], f"{path}/{k}")]
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differ(x, y, f"{path}[{i}]")]
    return [] if a == b or (not a and not b) else [f"{path}: {a!r} served, {b!r} in files"]
different = [d for k in served for d in differ(served[k], files.get(k), k)]
print(json.dumps(dict(names=sorted(served) == sorted(files), different=different, runs=sum(len(v[3]) for k, v in served.items() if k not in ("models", "versions")))))
`;
    const answer = JSON.parse(await python.run(dump, { root })) as Record<string, unknown>;

    expect(answer).toMatchObject({ names: true, different: [] });
    expect(answer.runs).toBeGreaterThan(10);
  });
});

// MLflow 2.22 does not call the constructor of a class of OpenTelemetry, which by now sets attributes there.
const TRACED = `
import json, mlflow, types
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
SimpleSpanProcessor._shutdown = False
SimpleSpanProcessor._metrics = types.SimpleNamespace(finish_items=lambda count: None)
from mlflow import MlflowClient
mlflow.set_experiment("traces")
@mlflow.trace
def inner(x): return x + 1
@mlflow.trace
def outer(x): return inner(x) * 2
@mlflow.trace
def bad(): raise ValueError("no")
outer(1)
c = MlflowClient()
e = mlflow.get_experiment_by_name("traces").experiment_id
`;

const TRACING: Readonly<Record<2 | 3, string>> = {
  2: `${TRACED}
first = mlflow.get_last_active_trace()
try: bad()
except ValueError: pass
import time; time.sleep(1)
t = c.get_trace(first.info.request_id)
c.set_trace_tag(t.info.request_id, "k", "v")
found = c.search_traces([e])
root = t.data.spans[0]
print(json.dumps(dict(spans=[(s.name, s.status.status_code.value) for s in t.data.spans], inputs=root.inputs, outputs=root.outputs,
    failed=[x.info.status.value for x in found if x.info.request_id != t.info.request_id][0], searched=len(found), tag=c.get_trace(t.info.request_id).info.tags["k"])))
`,
  3: `${TRACED}
mlflow.flush_trace_async_logging()
trace_id = mlflow.get_last_active_trace_id()
try: bad()
except ValueError: pass
mlflow.flush_trace_async_logging()
t = mlflow.get_trace(trace_id)
mlflow.set_trace_tag(trace_id, "k", "v")
f = mlflow.log_feedback(trace_id=trace_id, name="quality", value=1.0, rationale="r")
mlflow.log_expectation(trace_id=trace_id, name="exact", value={"answer": 4})
mlflow.override_feedback(trace_id=trace_id, assessment_id=f.assessment_id, value=0.5)
found = mlflow.search_traces(locations=[e], return_type="list")
info = mlflow.get_trace(trace_id).info
root = t.data.spans[0]
out = dict(spans=[(s.name, s.status.status_code.value) for s in t.data.spans], inputs=root.inputs, outputs=root.outputs,
    failed=[x.info.state.value for x in found if x.info.trace_id != trace_id][0], searched=len(found), tag=info.tags["k"],
    assessments=sorted((a.name, (a.feedback or a.expectation).value) for a in info.assessments if a.valid is not False))
bad_id = [x.info.trace_id for x in found if x.info.trace_id != trace_id][0]
out["deleted"] = c.delete_traces(e, trace_ids=[bad_id])
print(json.dumps(out))
`,
};
