/** Trained by Python in one folder, moved to another: real MLflow finds everything there. */
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { relocateTree } from "../../lib/travel/relocate.ts";
import { type MlflowVersion, startPython } from "../helpers/python.ts";
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
  "MLflow %s finds artifacts, models and traces of a tree that was moved, and writes on in it",
  async (mlflow) => {
    const python = await startPython({ mlflow });
    const parent = await makeTempFolder();
    const a = join(parent, "a", "mlruns");
    await mkdir(join(parent, "a"));
    const runId = (await writeByMlflow(python, a, TRAIN)).trim().split("\n").at(-1) ?? "";
    await rename(join(parent, "a"), join(parent, "b"));
    const b = join(parent, "b", "mlruns");
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
