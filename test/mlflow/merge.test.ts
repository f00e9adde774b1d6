/** Trees of several writers in one: real MLflow opens it, and loads from it what each of them had. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { mergeTrees } from "../../lib/travel/merge/merge.ts";
import { startPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { readByMlflow, readByUs, writeByMlflow } from "../helpers/whole-tree.ts";

const LOAD = `
models = client.search_logged_models([e.experiment_id for e in client.search_experiments()])
loaded = [type(mlflow.sklearn.load_model("models:/" + m.model_id)).__name__ for m in models if m.tags.get("mlflow.loggedArtifacts") or m.source_run_id and os.path.exists(m.artifact_location + "/MLmodel")]
print(json.dumps(sorted(loaded)))
`;

test("a tree merged of five is the same to MLflow and to us, and its models load", async () => {
  const python = await startPython();
  const into = join(await makeTempFolder(), "mlruns");
  const names = [
    "v2-basic",
    "v3-basic",
    "v3-registry",
    "v3-logged-models",
    "v3-sklearn",
    "v3-traces",
  ];
  const sources = await Promise.all(names.map((name) => makeTree(name as "v2-basic")));
  await mergeTrees(sources, into);

  const ours = withoutSteps(await readByUs(into));
  expect(ours).toEqual(withoutSteps(await readByMlflow(python, into)));
  expect(Object.keys((ours as { runs: object }).runs).length).toBeGreaterThan(20);
  const loaded = JSON.parse(await writeByMlflow(python, into, LOAD));
  expect(loaded.length).toBeGreaterThan(0);
}, 120_000);

/** MLflow reads step 0 for a point with a dataset; we read what the file says. */
function withoutSteps(answer: object): unknown {
  const text = JSON.stringify(answer, (_, value) =>
    value?.dataset_name === undefined ? value : { ...value, step: 0 },
  );
  return JSON.parse(text);
}
