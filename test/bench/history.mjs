import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MlrunsClient } from "../../dist/index.js";
import { inTempFolder, race, timeRow } from "./measure.mjs";
import { askMlflow } from "./rivals.mjs";

const LONG = 100_000;
const LONGEST = 1_000_000;

/** Reading the whole history of a metric, and of one that is too long to draw. */
export async function run() {
  return inTempFolder(async (folder) => {
    const root = join(folder, "mlruns");
    const client = new MlrunsClient(root);
    const experimentId = await client.createExperiment("histories");
    const { runId } = (await client.createRun(experimentId)).info;
    /** @param {string} key */
    const file = (key) => join(root, experimentId, runId, "metrics", key);
    for (const [key, points] of /** @type {const} */ ([
      ["long", LONG],
      ["longest", LONGEST],
    ])) {
      mkdirSync(dirname(file(key)), { recursive: true });
      writeFileSync(file(key), lines(points));
    }

    const mlflow = await askMlflow(MLFLOW, root, runId);
    const [long = 0] = await race(
      [async () => check(await client.getMetricHistory(runId, "long"), LONG)],
      10,
    );
    const [longest = 0, thinned = 0, bare = 0] = await race(
      [
        async () => check(await client.getMetricHistory(runId, "longest"), LONGEST),
        async () =>
          check(await client.getMetricHistory(runId, "longest", { maxPoints: 1_000 }), 1_000),
        () => readFileSync(file("longest"), "latin1").split("\n"),
      ],
      3,
    );
    const splitting = "a loop that only reads the file and splits its lines";
    return [
      timeRow("history of 100,000 points", long, "MLflow on the same files", mlflow, 30),
      timeRow("history of 1,000,000 points", longest, splitting, bare),
      timeRow("1,000,000 points thinned out to 1,000", thinned, splitting, bare),
    ];
  });
}

const MLFLOW = `
import json, sys, time
from mlflow import MlflowClient
root, run = sys.argv[1:]
client = MlflowClient(root)
times = []
for _ in range(3):
    start = time.perf_counter()
    assert len(client.get_metric_history(run, "long")) == ${LONG}
    times.append(time.perf_counter() - start)
print(json.dumps(min(times)))
`;

/** @param {number} count */
function lines(count) {
  /** @type {string[]} */
  const all = [];
  for (let i = 0; i < count; i++)
    all.push(`${1_760_000_000_000 + i * 250} ${Math.exp(-i / count) + Math.sin(i)} ${i}\n`);
  return all.join("");
}

/**
 * @param {readonly unknown[]} points
 * @param {number} expected
 */
function check(points, expected) {
  if (points.length < expected * 0.9 || points.length > expected)
    throw new Error(`${points.length} points instead of ${expected}`);
}
