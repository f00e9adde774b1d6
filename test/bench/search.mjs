import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { ensureMlflow } from "../../.ci/ensure.mjs";
import { MlrunsClient } from "../../dist/index.js";
import { inTempFolder, race, timeRow } from "./measure.mjs";

/** Runs of the tree; `BENCH_RUNS=10000` makes the large one, which takes minutes and 2 GB. */
const RUNS = Number(process.env.BENCH_RUNS ?? 1_000);
const makeTree = fileURLToPath(new URL("../../../shared/bench/make-tree.cjs", import.meta.url));
const FILTER = "metrics.loss < 1 and params.optimizer = 'adam'";
const ORDER = "metrics.accuracy DESC";

/** Opening and searching large trees beside bare Node, MLflow on the same files and MLflow on SQLite. */
export async function run() {
  if (!existsSync(makeTree)) throw new Error(`The generator of trees is missing: ${makeTree}`);
  const python = await ensureMlflow("3.17.2");
  return inTempFolder(async (folder) => {
    process.env.MLRUNS_CACHE_DIR = join(folder, "cache");
    const root = join(folder, "mlruns");
    execFileSync(process.execPath, [makeTree, "--out", root, "--runs", String(RUNS), "--quiet"]);
    const rows = await ours(root);
    const client = new MlrunsClient(root);
    await search(client);
    const [again = 0] = await race([() => search(client)], 3);
    const what = `filter, order and top 100 of ${RUNS} runs, check included`;
    const { files, sqlite } = askMlflow(python, root, folder);
    return [
      ...rows,
      timeRow(what, again, "MLflow on the same files", files),
      timeRow(what, again, "MLflow on SQLite", sqlite),
    ];
  });
}

/** Of SQLite's runs only the latest points are stored, which makes its tables smaller and its searches quicker. */
const MLFLOW = `
import json, sys, time
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
root, database, query, order = sys.argv[1:]
client = MlflowClient(root)
ids = [each.experiment_id for each in client.search_experiments()]
start = time.perf_counter()
client.search_runs(ids, query, order_by=[order], max_results=100)
files = time.perf_counter() - start
sql = MlflowClient(f"sqlite:///{database}")
copies = []
for id in ids:
    copy = sql.create_experiment(f"copy {id}")
    copies.append(copy)
    for run in client.search_runs([id], max_results=50000):
        made = sql.create_run(copy).info.run_id
        data = run.data
        metrics = [Metric(key, value, 1, 1) for key, value in data.metrics.items()]
        params = [Param(key, value) for key, value in data.params.items()]
        tags = [RunTag(key, value) for key, value in data.tags.items()]
        sql.log_batch(made, metrics, params, tags)
times = []
for _ in range(3):
    start = time.perf_counter()
    sql.search_runs(copies, query, order_by=[order], max_results=100)
    times.append(time.perf_counter() - start)
print(json.dumps({"files": files, "sqlite": min(times)}))
`;

/**
 * @param {string} python
 * @param {string} root
 * @param {string} folder
 * @returns {{ files: number, sqlite: number }} seconds of a search
 */
function askMlflow(python, root, folder) {
  const args = ["-c", MLFLOW, root, join(folder, "mlflow.db"), FILTER, ORDER];
  const env = {
    ...process.env,
    MLFLOW_ALLOW_FILE_STORE: "true",
    MLFLOW_DISABLE_TELEMETRY: "true",
    DO_NOT_TRACK: "true",
  };
  const output = execFileSync(python, args, {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

/** @param {string} root */
async function ours(root) {
  const [open = 0, bare = 0] = await race(
    [
      async () => {
        const client = new MlrunsClient(root);
        await client.clearCatalog();
        await search(client);
      },
      () => readByTwo(root),
    ],
    2,
  );
  await new MlrunsClient(root).updateCatalog();
  const [saved = 0] = await race([() => search(new MlrunsClient(root))], 3);
  return [
    timeRow(
      `open ${RUNS} runs without a catalog and search`,
      open,
      "two threads that only read the files",
      bare,
    ),
    timeRow(`open ${RUNS} runs with a catalog and search`, saved, "without", open),
  ];
}

/** @param {MlrunsClient} client */
async function search(client) {
  const ids = (await client.searchExperiments({})).experiments.map((each) => each.experimentId);
  const { runs } = await client.searchRuns(ids, {
    filter: FILTER,
    orderBy: [ORDER],
    maxResults: 100,
  });
  if (runs.length === 0) throw new Error("The search found nothing");
}

/** @param {string} root */
async function readByTwo(root) {
  const names = readdirSync(root).map((name) => join(root, name));
  const halves = [0, 1].map((half) => names.filter((_, i) => i % 2 === half));
  await Promise.all(
    halves.map(
      (folders) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: folders });
          worker.once("message", resolve).once("error", reject);
        }),
    ),
  );
}

/** @param {string} path */
function readAll(path) {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) readAll(inside);
    else readFileSync(inside, "utf8");
  }
}

if (!isMainThread && Array.isArray(workerData)) {
  for (const folder of workerData) readAll(folder);
  parentPort?.postMessage("done");
}
