import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { MLFLOW_VERSIONS } from "../../.ci/ensure.mjs";
import { RestClient } from "../../lib/client/rest/rest-client.ts";
import { startRun } from "../../lib/client/start-run.ts";
import { startMlflowServer } from "../helpers/mlflow-server.ts";
import type { RunningServer } from "../helpers/processes.ts";
import { type MlflowVersion, type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Our client in JavaScript against MLflow's own server, read back by MLflow's client in Python. */
describe.each(MLFLOW_VERSIONS)("a real server of MLflow %s", (version) => {
  let server: RunningServer;
  let python: PythonSession;
  let folder: string;

  beforeAll(async () => {
    folder = await makeTempFolder();
    server = await start(version as MlflowVersion, folder);
    const env = { MLFLOW_TRACKING_URI: server.url };
    python = await startPython({ mlflow: version as MlflowVersion, cwd: folder, env });
  });

  test("takes all that a run logs", async () => {
    const runId = await startRun(
      { trackingUri: server.url, experimentName: "js", runName: "first", description: "# note" },
      async (run) => {
        run.logParams({ lr: 0.1, text: "ä\nb", list: [1, 2] });
        for (let step = 0; step < 2_500; step++)
          run.logMetric("loss", step / 4, { step, timestamp: step });
        run.logMetrics({ nan: Number.NaN, inf: Number.POSITIVE_INFINITY }, { step: 1 });
        run.setTags({ a: "1", gone: "x" });
        run.deleteTag("gone");
        run.logInputs([
          {
            dataset: {
              name: "d",
              digest: "1",
              sourceType: "local",
              source: "{}",
              schema: null,
              profile: null,
            },
            tags: { "mlflow.data.context": "training" },
          },
        ]);
        await run.logText("hi", "deep/er/ä b.txt");
        await run.logTable({ a: [1, 2] }, "table.json");
        await run.logDict({ a: 1 }, "d.json");
        return run.runId;
      },
    );

    const found = JSON.parse(
      await python.run(
        `
import json, mlflow
from mlflow import MlflowClient
mlflow.set_experiment("js")
c = MlflowClient()
r = c.get_run(args)
h = c.get_metric_history(args, "loss")
print(json.dumps(dict(name=r.info.run_name, status=r.info.status, ended=r.info.end_time is not None, params=r.data.params,
    loss=[len(h), h[0].step, sorted(m.step for m in h)[-1], r.data.metrics["loss"]], nan=str(r.data.metrics["nan"]), inf=r.data.metrics["inf"] > 1e300,
    tags={k: v for k, v in r.data.tags.items() if k in ("a", "gone", "mlflow.note.content")}, inputs=[d.dataset.name for d in r.inputs.dataset_inputs],
    files=sorted(f.path for f in c.list_artifacts(args)), text=open(c.download_artifacts(args, "deep/er/ä b.txt")).read(),
    table=mlflow.load_table("table.json", run_ids=[args])["a"].tolist(), experiment=c.get_experiment(r.info.experiment_id).name)))
`,
        runId,
      ),
    );
    expect(found).toEqual({
      name: "first",
      status: "FINISHED",
      ended: true,
      params: { lr: "0.1", text: "ä\nb", list: "[1,2]" },
      loss: [2_500, 0, 2_499, 2_499 / 4],
      nan: "nan",
      inf: true,
      tags: { a: "1", "mlflow.note.content": "# note" },
      inputs: ["d"],
      files: ["d.json", "deep", "table.json"],
      text: "hi",
      table: [1, 2],
      experiment: "js",
    });
  });

  test("answers every question about experiments and runs", async () => {
    const client = new RestClient(server.url);
    const experimentId = await client.createExperiment(`every ${version}`, { tags: { a: "b" } });
    const run = await client.createRun(experimentId, {
      runName: "r",
      startTime: 5,
      tags: { t: "1" },
    });
    const { runId } = run.info;
    client.logBatch(runId, { metrics: [{ key: "m", value: 1, timestamp: 2, step: 3 }] });
    await client.logText(runId, "0123456789", "a/b.txt");

    expect(run.info).toMatchObject({ experimentId, runName: "r", startTime: 5, status: "RUNNING" });
    expect(await client.getMetricHistory(runId, "m")).toEqual([
      { key: "m", value: 1, timestamp: 2, step: 3 },
    ]);
    expect(await client.updateRun(runId, { runName: "s" })).toMatchObject({ runName: "s" });
    expect(
      (await client.searchRuns([experimentId], { filter: "metrics.m = 1" })).runs,
    ).toMatchObject([{ info: { runId }, data: { metrics: { m: 1 } } }]);
    expect(await client.listArtifacts(runId, "a")).toMatchObject([
      { path: "a/b.txt", isDir: false, fileSize: 10 },
    ]);
    expect(await client.listArtifacts(runId, "nope")).toEqual([]);
    await client.deleteArtifacts(runId, "a/b.txt");
    await client.setTerminated(runId, "KILLED", { endTime: 9 });
    expect((await client.getRun(runId)).info).toMatchObject({ status: "KILLED", endTime: 9 });
    await client.deleteRun(runId);
    expect((await client.searchRuns([experimentId])).runs).toEqual([]);
    await client.restoreRun(runId);
    await client.renameExperiment(experimentId, `named ${version}`);
    await client.setExperimentTag(experimentId, "k", "v");
    expect(await client.getExperimentByName(`named ${version}`)).toMatchObject({
      experimentId,
      tags: { a: "b", k: "v" },
    });
    expect(await client.getExperimentByName("nope")).toBeUndefined();
    await expect(client.getRun("0".repeat(32))).rejects.toMatchObject({
      errorCode: "RESOURCE_DOES_NOT_EXIST",
    });
    await client.deleteExperiment(experimentId);
    expect((await client.getExperiment(experimentId)).lifecycleStage).toBe("deleted");
    client.close();
  });
});

test("a server may be killed and come back in the middle of a run: nothing is lost", async () => {
  const folder = await makeTempFolder();
  const server = await start("3.17.2", folder);
  const client = new RestClient(server.url);
  const run = await startRun({ client, runName: "interrupted" });
  run.logMetric("m", 0, { step: 0 });
  await client.drain();
  await server.stop();

  for (let step = 1; step <= 100; step++) run.logMetric("m", step, { step });
  run.logParam("p", "x");
  await sleep(500);
  await start("3.17.2", folder, server.port);
  await run.end();

  const { info, data } = await client.getRun(run.runId);
  expect([info.status, data.params.p]).toEqual(["FINISHED", "x"]);
  const steps = (await client.getMetricHistory(run.runId, "m")).map(({ step }) => step);
  expect([...new Set(steps)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 101 }, (_, i) => i),
  );
});

/** MLflow 2.22 does not run with the SQLAlchemy of today, so its server keeps files. */
function start(version: MlflowVersion, folder: string, port?: number): Promise<RunningServer> {
  const isOld = version.startsWith("2.");
  return startMlflowServer(version, {
    backend: isOld ? join(folder, "mlruns") : `sqlite:///${join(folder, "mlflow.db")}`,
    artifacts: join(folder, "artifacts"),
    cwd: folder,
    ...(port !== undefined && { port }),
  });
}
