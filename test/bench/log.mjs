import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MlrunsClient, startRun } from "../../dist/index.js";
import { inTempFolder, race, rateRow } from "./measure.mjs";
import { askMlflow } from "./rivals.mjs";

const POINTS = 200_000;
const BATCHES = 200;
const BATCH = 1_000;
const WRITERS = 8;
const POINTS_EACH = 50_000;
/** Seconds that each way of MLflow's is given. */
const MLFLOW_SECONDS = 4;

/** Logging points beside bare `writeSync` on a descriptor that stays open, and beside MLflow's two stores. */
export async function run() {
  return inTempFolder(async (folder) => {
    const root = join(folder, "mlruns");
    const active = await startRun({ trackingUri: root, experimentName: "bench", isNew: true });
    const client = new MlrunsClient(root);
    const { runId } = active;
    const [loop = 0, bare = 0] = await race([
      () => {
        for (let step = 0; step < POINTS; step++)
          active.logMetric("loss", 1 / (step + 1), { step });
      },
      (round) => {
        const fd = openSync(join(folder, `bare-${round}`), "a");
        for (let step = 0; step < POINTS; step++)
          writeSync(fd, `${Date.now()} ${1 / (step + 1)} ${step}\n`);
        closeSync(fd);
      },
    ]);
    const batch = Array.from({ length: BATCH }, (_, i) => ({
      key: `m${i % 10}`,
      value: i,
      timestamp: i,
      step: i,
    }));
    const [batches = 0] = await race(
      [
        () => {
          for (let i = 0; i < BATCHES; i++) client.logBatch(runId, { metrics: batch });
        },
      ],
      3,
    );
    const together = await writersRate(root, runId);
    await active.end();

    const files = await askMlflow(MLFLOW, join(folder, "mlflow"), `${MLFLOW_SECONDS}`);
    const sqlite = await askMlflow(
      MLFLOW,
      `sqlite:///${join(folder, "mlflow.db")}`,
      `${MLFLOW_SECONDS}`,
    );
    const ours = { loop: POINTS / loop, batches: (BATCHES * BATCH) / batches, together };
    const writers = `${WRITERS} writers on one metric`;
    return [
      rateRow("`logMetric` in a loop", ours.loop, "bare `writeSync`", POINTS / bare, "/s", 0.67),
      rateRow("`logMetric` in a loop", ours.loop, "MLflow, files", files.loop, "/s", 150),
      rateRow("`logMetric` in a loop", ours.loop, "MLflow, SQLite", sqlite.loop, "/s", 1_000),
      rateRow("points in batches of 1,000", ours.batches, "MLflow, files", files.batches, "/s", 50),
      rateRow(
        "points in batches of 1,000",
        ours.batches,
        "MLflow, SQLite",
        sqlite.batches,
        "/s",
        50,
      ),
      rateRow(writers, ours.together, "MLflow, files", files.together, "/s", 50),
      rateRow(writers, ours.together, "MLflow, SQLite", sqlite.together, "/s", 50),
    ];
  });
}

/**
 * Points a second of several processes that log to one metric of one run, and nothing may be lost.
 *
 * @param {string} root
 * @param {string} runId
 */
async function writersRate(root, runId) {
  const spans = await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const args = [fileURLToPath(import.meta.url), root, runId];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
      await once(child, "close");
      return /** @type {[number, number]} */ (JSON.parse(output));
    }),
  );
  const points = await new MlrunsClient(root).getMetricRecords(runId, "together");
  if (points.length / 3 !== WRITERS * POINTS_EACH) throw new Error("Points were lost");
  const from = Math.min(...spans.map(([start]) => start));
  const to = Math.max(...spans.map(([, end]) => end));
  return (WRITERS * POINTS_EACH) / ((to - from) / 1_000);
}

/**
 * One of the writers.
 *
 * @param {string} root
 * @param {string} runId
 */
function write(root, runId) {
  const client = new MlrunsClient(root);
  const start = Date.now();
  for (let step = 0; step < POINTS_EACH; step++)
    client.logMetric(runId, "together", step, { step });
  console.log(JSON.stringify([start, Date.now()]));
}

/** The same in Python, as far as some seconds reach. SQLite's writers may be refused: such a point is tried again. */
const MLFLOW = `
import json, multiprocessing, sys, time
from mlflow import MlflowClient
from mlflow.entities import Metric
uri, seconds = sys.argv[1], float(sys.argv[2])
client = MlflowClient(uri)
run = client.create_run(client.create_experiment("bench")).info.run_id

def rate(step, points):
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        step(done)
        done += points
    return done / (time.perf_counter() - start)

def batch(done):
    client.log_batch(run, [Metric(f"m{i % 10}", done + i, i, i) for i in range(${BATCH})])

def writer(_):
    own = MlflowClient(uri)
    done, start = 0, time.time()
    while time.time() - start < seconds:
        try:
            own.log_metric(run, "together", done, step=done)
            done += 1
        except Exception:
            pass
    return done, start, time.time()

loop = rate(lambda done: client.log_metric(run, "loss", 1 / (done + 1), step=done), 1)
batches = rate(batch, ${BATCH})
with multiprocessing.get_context("fork").Pool(${WRITERS}) as pool:
    parts = pool.map(writer, range(${WRITERS}), chunksize=1)
together = sum(done for done, _, _ in parts) / (max(end for _, _, end in parts) - min(start for _, start, _ in parts))
print(json.dumps({"loop": loop, "batches": batches, "together": together}))
`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [root = "", runId = ""] = process.argv.slice(2);
  write(root, runId);
}
