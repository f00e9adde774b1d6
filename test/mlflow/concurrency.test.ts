/** Many processes at one tree: eight of ours log, one lists all the while, and real MLflow logs, too. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { repoRoot } from "../helpers/paths.ts";
import { startPython } from "../helpers/python.ts";
// Makes sure that the library is built: the processes import it.
import "../helpers/servers.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { writeByMlflow } from "../helpers/whole-tree.ts";

const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;

const WRITERS = 8;
const RUNS_EACH = 25;
const POINTS = 20;
const MLFLOW_RUNS = 10;

/** Logs runs: each with params, tags, an artifact and points, some of them to a run that all share. */
const WRITE = `
import { MlrunsClient, startRun } from ${JSON.stringify(library)};
const [trackingUri, writer, shared] = process.argv.slice(1);
const client = new MlrunsClient(trackingUri);
for (let i = 0; i < ${RUNS_EACH}; i++) {
  await startRun({ client, experimentName: "busy", runName: writer + "-" + i }, async (run) => {
    run.logParams({ writer, i });
    for (let step = 0; step < ${POINTS}; step++) {
      run.logMetric("loss", step / 10, { step });
      client.logMetric(shared, "all", step, { step: i * ${POINTS} + step, timestamp: Number(writer) });
    }
    run.setTag("done", "yes");
    await run.logText("x".repeat(10000), "big.txt");
  });
}
`;

/** Lists until it is told to stop, and prints what looked wrong. */
const LIST = `
import { MlrunsClient } from ${JSON.stringify(library)};
const client = new MlrunsClient(process.argv[1]);
let rounds = 0;
process.stdin.on("data", () => { console.log(rounds); process.exit(); });
for (;;) {
  const busy = await client.getExperimentByName("busy");
  const { records, problems } = await client.scanRuns(busy.experimentId);
  for (const { path, message } of problems) console.log(path + ": " + message);
  for (const { run } of records) {
    const { status } = run.info;
    if (status !== "RUNNING" && status !== "FINISHED") console.log(run.info.runId + ": " + status);
    if (status === "FINISHED" && run.data.params.writer !== undefined && run.data.metrics.loss !== ${(POINTS - 1) / 10})
      console.log(run.info.runId + ": not whole");
  }
  rounds++;
  await new Promise(setImmediate);
}
`;

function start(script: string, ...args: string[]) {
  return spawn(process.execPath, ["--input-type=module", "--eval", script, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

test("every run is whole, every point is there once, and no reader sees half of anything", async () => {
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const experimentId = await client.createExperiment("busy");
  const shared = (await client.createRun(experimentId, { runName: "shared" })).info.runId;
  const python = await startPython();

  const reader = start(LIST, client.root);
  const said: Buffer[] = [];
  reader.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  const writers = Array.from({ length: WRITERS }, (_, i) =>
    start(WRITE, client.root, String(i + 1), shared),
  );
  const mlflow = writeByMlflow(
    python,
    client.root,
    `
for i in range(${MLFLOW_RUNS}):
    with mlflow.start_run(experiment_id=given["experiment"], run_name=f"mlflow-{i}"):
        mlflow.log_param("i", i)
        for step in range(${POINTS}):
            mlflow.log_metric("loss", step / 10, step=step)
            client.log_metric(given["shared"], "all", step, step=i * ${POINTS} + step, timestamp=99)
    client.search_runs([given["experiment"]])
`,
    { experiment: experimentId, shared },
  );
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, "exit"))[0]));
  await mlflow;
  reader.stdin.end("stop");
  await once(reader, "exit");

  expect(codes).toEqual(codes.map(() => 0));
  const lines = Buffer.concat(said).toString().trim().split("\n");
  expect(Number(lines.pop())).toBeGreaterThan(2);
  expect(lines).toEqual([]);

  const { records, problems } = await client.scanRuns(experimentId);
  expect(problems).toEqual([]);
  expect(records).toHaveLength(WRITERS * RUNS_EACH + MLFLOW_RUNS + 1);
  for (const { run } of records.filter(({ run: each }) => each.info.runId !== shared)) {
    expect(run.info.status).toBe("FINISHED");
    const history = await client.getMetricHistory(run.info.runId, "loss");
    expect(history.map(({ step, value }) => [step, value])).toEqual(
      Array.from({ length: POINTS }, (_, step) => [step, step / 10]),
    );
    if (run.data.params.writer === undefined) continue;
    expect(run.data.tags.done).toBe("yes");
    const [artifact] = await client.listArtifacts(run.info.runId);
    expect(artifact).toMatchObject({ path: "big.txt", fileSize: 10_000 });
  }
  const all = (await client.getMetricHistory(shared, "all")).map(
    ({ timestamp, step }) => `${timestamp} ${step}`,
  );
  const expected = [...Array.from({ length: WRITERS }, (_, i) => i + 1), 99].flatMap((writer) =>
    Array.from(
      { length: (writer === 99 ? MLFLOW_RUNS : RUNS_EACH) * POINTS },
      (_, step) => `${writer} ${step}`,
    ),
  );
  expect(all.sort()).toEqual(expected.sort());
  // Nothing temporary is left behind.
  expect(readdirSync(client.root).sort()).toEqual([".trash", "0", experimentId].sort());
});
