/** Trained by Python in one folder, brought to another: our server and real MLflow find everything there. */
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { relocateTree } from "../../lib/travel/relocate.ts";
import { type MlflowVersion, startPython } from "../helpers/python.ts";
import { serve } from "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { readByMlflow, readByUs, writeByMlflow } from "../helpers/whole-tree.ts";

const TRAIN = `
import numpy
from sklearn.linear_model import LinearRegression
from mlflow.models import infer_signature
mlflow.set_experiment("moves")
x = numpy.array([[1.0], [2.0], [3.0]])
with mlflow.start_run() as run:
    model = LinearRegression().fit(x, [2.0, 4.0, 6.0])
    mlflow.log_metric("loss", 0.5, step=1)
    mlflow.log_text("hello", "notes/a b.txt")
    where = {"artifact_path": "model"} if mlflow.__version__.startswith("2.") else {"name": "model"}
    mlflow.sklearn.log_model(model, registered_model_name="line", signature=infer_signature(x), **where)
if mlflow.__version__.startswith("3."):
    with mlflow.start_span("outer") as span:
        span.set_outputs({"y": 2})
    mlflow.flush_trace_async_logging()
print(run.info.run_id)
`;

/** Reads everything that lies in artifacts, and writes on. */
const USE = `
import numpy
from mlflow.tracking._tracking_service import utils
# Another process would know no locations from before the move.
utils._artifact_repos_cache.clear()
os.chdir(given["folder"])
x = numpy.array([[4.0]])
run_id = given["runId"]
path = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="notes/a b.txt")
with mlflow.start_run(run_id=run_id):
    mlflow.log_text("later", "later.txt")
with mlflow.start_run(experiment_id=client.get_run(run_id).info.experiment_id) as another:
    mlflow.log_text("new", "new.txt")
answer = {
    "text": open(path).read(),
    "predictions": [round(float(mlflow.pyfunc.load_model(u).predict(x)[0]), 6) for u in ("models:/line/1", f"runs:/{run_id}/model")],
    "files": [sorted(f.path for f in client.list_artifacts(i)) for i in (run_id, another.info.run_id)],
}
if mlflow.__version__.startswith("3."):
    traces = client._tracking_client.store.search_traces([another.info.experiment_id])[0]
    answer["spans"] = [s.name for t in traces for s in client.get_trace(t.trace_id).data.spans]
print(json.dumps(answer))
`;

test.each(["3.17.2", "2.22.5"] as const satisfies readonly MlflowVersion[])(
  "a tree trained with MLflow %s is served where it was copied to, and MLflow finds all and writes on after relocate",
  async (mlflow) => {
    const python = await startPython({ mlflow });
    const parent = await makeTempFolder();
    const a = join(parent, "a", "mlruns");
    await mkdir(join(parent, "a"));
    const runId = (await writeByMlflow(python, a, TRAIN)).trim().split("\n").at(-1) ?? "";
    await cp(join(parent, "a"), join(parent, "b"), { recursive: true });
    await rm(join(parent, "a"), { recursive: true });
    const b = join(parent, "b", "mlruns");
    // By structure: the URIs in the tree still name A.
    expect(await readByServer(b, runId)).toEqual(SERVED);
    const seen = {
      text: "hello",
      predictions: [8, 8],
      ...(mlflow === "3.17.2" && { spans: ["outer"] }),
    };
    const elsewhere = await makeTempFolder();
    const use = async (root: string, folder: string): Promise<unknown> =>
      JSON.parse(await writeByMlflow(python, root, USE, { runId, folder }));

    // Relative: MLflow works in the folder that holds the root.
    await relocateTree(b);
    expect(await use(b, join(parent, "b"))).toMatchObject(seen);
    // Absolute: from anywhere. What was written meanwhile is named so, too.
    await relocateTree(b, { to: b });
    expect(await use(b, elsewhere)).toMatchObject({
      ...seen,
      files: [expect.arrayContaining(["later.txt", "notes"]), ["new.txt"]],
    });
    if (mlflow === "3.17.2") expect(await readByUs(b)).toEqual(await readByMlflow(python, b));
    const names = (await new MlrunsClient(b).listArtifacts(runId)).map(({ path }) => path);
    expect(names).toEqual(expect.arrayContaining(["later.txt", "notes"]));
  },
  180_000,
);

/** What `readByServer` finds in the tree that {@link TRAIN} wrote. */
const SERVED = {
  files: expect.arrayContaining(["notes"]),
  notes: ["notes/a b.txt"],
  text: "hello",
  model: expect.stringContaining("loader_module: mlflow.sklearn"),
};

/** Asks a server over the tree for the files of the run and of its model, and closes it again. */
async function readByServer(root: string, runId: string): Promise<object> {
  const server = await serve(root);
  const get = async (path: string, query: Record<string, string>): Promise<Response> => {
    const answer = await fetch(`${server.url}/${path}?${new URLSearchParams(query)}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const list = async (path: string): Promise<readonly string[]> => {
    const query = { run_id: runId, path };
    const answer = await (await get("api/2.0/mlflow/artifacts/list", query)).json();
    return answer.files.map((file: { readonly path: string }) => file.path);
  };
  const version = { name: "line", version: "1", path: "MLmodel" };
  const seen = {
    files: await list(""),
    notes: await list("notes"),
    text: await (await get("get-artifact", { run_id: runId, path: "notes/a b.txt" })).text(),
    model: await (await get("model-versions/get-artifact", version)).text(),
  };
  await server.stop();
  return seen;
}
