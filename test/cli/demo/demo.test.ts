import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createDemo } from "../../../lib/cli/demo/demo.ts";
import { runPython } from "../../helpers/python.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

/** Prints what MLflow finds in a tree: runs from the oldest on, with artifacts and points, and one table. */
const READ = `
import json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
experiment = client.get_experiment_by_name("two-moons").experiment_id
runs = client.search_runs([experiment], order_by=["start_time"])
names = {run.info.run_id: run.info.run_name for run in runs}
found = []
for run in runs:
    parent = names.get(run.data.tags.get("mlflow.parentRunId"))
    artifacts = [file.path for file in client.list_artifacts(run.info.run_id)]
    points = len(client.get_metric_history(run.info.run_id, "train/loss"))
    found.append([run.info.run_name, run.info.status, parent, points, artifacts])
table = client.load_table(experiment, "predictions.json", [runs[0].info.run_id])
print(json.dumps({"runs": found, "columns": list(table.columns), "rows": len(table)}))
`;

test("real MLflow reads the demo: finished and failed, nested, with curves, images and tables", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  const done: string[] = [];
  await createDemo(root, (name) => done.push(name));

  const whole = ["confusion-matrix.json", "images", "model", "plots", "predictions.json"];
  const sweep = "hidden-units-sweep";
  expect(JSON.parse(await runPython(READ, { args: [root], cwd: dirname(root) }))).toEqual({
    runs: [
      ["logistic-regression", "FINISHED", null, 300, whole],
      [sweep, "FINISHED", null, 0, []],
      ["hidden-4", "FINISHED", sweep, 300, whole],
      ["hidden-8", "FINISHED", sweep, 300, whole],
      ["hidden-24", "FINISHED", sweep, 300, whole],
      ["no-weight-decay", "FINISHED", null, 300, whole],
      ["momentum-too-high", "FAILED", null, expect.any(Number), ["images"]],
    ],
    columns: ["x", "y", "label", "predicted", "probability"],
    rows: 200,
  });
  expect(done).toEqual([
    "logistic-regression",
    "hidden-4",
    "hidden-8",
    "hidden-24",
    "no-weight-decay",
    "momentum-too-high",
  ]);
});
