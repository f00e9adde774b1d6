import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MLFLOW_VERSIONS } from "../../.ci/ensure.mjs";
import { startRun } from "../../lib/client/start-run.ts";
import { runPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** What MLflow's client says of the runs of an experiment, found by `search_runs` of the fluent API. */
const READ = `
import json, sys
import mlflow
from mlflow.tracking import MlflowClient

root = sys.argv[1]
mlflow.set_tracking_uri(root)
client = MlflowClient(root)
frame = mlflow.search_runs(experiment_names=["ours"], filter_string="params.lr = '0.1' and metrics.loss < 1", order_by=["attributes.start_time"])
answer = []
for run_id in frame["run_id"]:
    run = client.get_run(run_id)
    answer.append({
        "name": run.info.run_name, "status": run.info.status, "user": run.info.user_id,
        "start": run.info.start_time, "end": run.info.end_time, "stage": run.info.lifecycle_stage,
        "params": run.data.params, "tags": run.data.tags,
        "metrics": {k: repr(v) for k, v in run.data.metrics.items()},
        "history": {k: [[repr(m.value), m.timestamp, m.step] for m in client.get_metric_history(run_id, k)] for k in run.data.metrics},
        "artifacts": sorted(f.path for f in client.list_artifacts(run_id)),
        "nested": sorted(f.path for f in client.list_artifacts(run_id, "notes")),
        "text": mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/hello.txt"),
    })
print(json.dumps(answer))
`;

describe.each(MLFLOW_VERSIONS)("MLflow %s", (mlflow) => {
  test("reads what startRun logged: params, metrics, histories, tags, artifacts", async () => {
    // A relative artifact URI is read from the folder that holds the root, where people start Python.
    const project = await makeTempFolder();
    const trackingUri = join(project, "mlruns");
    const points = [0.5, 1e-7, 1e22, Number.NaN, Number.NEGATIVE_INFINITY, 0.25];
    const logged = await startRun(
      {
        trackingUri,
        experimentName: "ours",
        runName: "straße 1e3",
        tags: { "team/a": "naïve\nyes" },
      },
      async (run) => {
        run.logParams({ lr: 0.1, "opt/name": "sgd", empty: "", odd: "no\r\nnull: ~ " });
        for (const [step, value] of points.entries())
          run.logMetric("train/odd", value, { step, timestamp: 1000 + step });
        run.logBatch({
          metrics: points.map((_, i) => ({
            key: "loss",
            value: 1 / (i + 2),
            timestamp: 5,
            step: i,
          })),
        });
        await run.logText("grüße", "notes/hello.txt");
        await run.logTable({ x: [1] }, "table.json");
        return run;
      },
    );
    const [info, ours] = [logged.info, await logged.get()];

    const [read] = JSON.parse(
      await runPython(READ, { mlflow, args: ["./mlruns"], cwd: project }),
    ) as [Record<string, unknown>];

    expect(read).toEqual({
      name: "straße 1e3",
      status: "FINISHED",
      user: info.userId,
      start: info.startTime,
      end: ours.info.endTime,
      stage: "active",
      params: { lr: "0.1", "opt/name": "sgd", empty: "", odd: "no\r\nnull: ~ " },
      tags: { ...ours.data.tags },
      metrics: { "train/odd": "0.25", loss: String(1 / 7) },
      history: {
        "train/odd": ["0.5", "1e-07", "1e+22", "nan", "-inf", "0.25"].map((value, i) => [
          value,
          1000 + i,
          i,
        ]),
        loss: points.map((_, i) => [String(1 / (i + 2)), 5, i]),
      },
      artifacts: ["notes", "table.json"],
      nested: ["notes/hello.txt"],
      text: "grüße",
    });
  });
});
