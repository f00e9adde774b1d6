import { cpSync } from "node:fs";
import { join } from "node:path";
import { fillServer } from "./copy.mjs";
import { call, requestRate } from "./load.mjs";
import { inTempFolder, rateRow, timeRow } from "./measure.mjs";
import { serveFastTrackML, serveMlflow, serveOurs } from "./rivals.mjs";
import { benchTree, FILTER, ORDER } from "./trees.mjs";

const RUNS = 1_000;
/** Seconds of each kind of load. */
const FOR = Number(process.env.BENCH_SECONDS ?? 3);
const API = "/api/2.0/mlflow";
const CLIENTS = [1, 8, 32];

/** The REST server beside MLflow's and FastTrackML, each with 1,000 runs and asked the same by the same client. */
export async function run() {
  return inTempFolder(async (folder) => {
    const tree = await benchTree(RUNS);
    const ours = await measure(await serveOurs(copy(tree, join(folder, "ours")), folder));
    const files = await measure(await serveMlflow(copy(tree, join(folder, "mlflow")), folder));
    const empty = await serveFastTrackML(join(folder, "fasttrackml.db"), folder);
    await fillServer(empty.port, tree);
    const fasttrackml = await measure(empty);
    return compare(ours, files, fasttrackml);
  });
}

/**
 * What was measured of a server: rates in requests per second, by name.
 *
 * @typedef {{ rates: Readonly<Record<string, number>>, startSeconds: number, memory: number }} Figures
 */

/**
 * @param {Figures} ours
 * @param {Figures} mlflow
 * @param {Figures} fasttrackml
 */
function compare(ours, mlflow, fasttrackml) {
  const rates = Object.entries(ours.rates).flatMap(([what, rate]) => [
    rateRow(what, rate, "`mlflow server`, files", mlflow.rates[what] ?? 0, "/s", 10),
    rateRow(what, rate, "FastTrackML, SQLite", fasttrackml.rates[what] ?? 0, "/s", 1),
  ]);
  const megabytes = 1_000_000;
  const memory = "memory of the server after that";
  return [
    ...rates,
    timeRow(
      "start of the server",
      ours.startSeconds,
      "`mlflow server`, files",
      mlflow.startSeconds,
      10,
    ),
    timeRow(
      "start of the server",
      ours.startSeconds,
      "FastTrackML, SQLite",
      fasttrackml.startSeconds,
    ),
    timeRow(
      memory,
      ours.memory / megabytes,
      "`mlflow server`, files",
      mlflow.memory / megabytes,
      5,
      "MB",
    ),
    timeRow(
      memory,
      ours.memory / megabytes,
      "FastTrackML, SQLite",
      fasttrackml.memory / megabytes,
      undefined,
      "MB",
    ),
  ];
}

/**
 * Puts a server under load and stops it.
 *
 * @param {import("./rivals.mjs").Server} server
 * @returns {Promise<Figures>}
 */
async function measure(server) {
  const { port } = server;
  try {
    const { experiment_id: experimentId } = await call(port, "experiments/create", {
      name: "load",
    });
    /** @type {string[]} */
    const runIds = [];
    for (let i = 0; i < Math.max(...CLIENTS); i++) {
      const { run } = await call(port, "runs/create", { experiment_id: experimentId });
      runIds.push(run.info.run_id);
    }
    /** @param {number} clients */
    const logMetrics = (clients) =>
      requestRate(port, {
        clients,
        path: `${API}/runs/log-metric`,
        body: (client, step) =>
          JSON.stringify({
            run_id: runIds[client],
            key: `loss${clients}`,
            value: 1 / (step + 1),
            timestamp: Date.now(),
            step,
          }),
        forSeconds: FOR,
      });
    // None of them is at its best at once.
    await logMetrics(1);
    /** @type {Record<string, number>} */
    const rates = {};
    for (const clients of CLIENTS) {
      rates[`log-metric, ${clients} client${clients > 1 ? "s" : ""}`] = await logMetrics(clients);
    }
    rates["log-batch of 1,000 metrics"] = await requestRate(port, {
      clients: 1,
      path: `${API}/runs/log-batch`,
      body: (_, request) => JSON.stringify({ run_id: runIds[0], metrics: points(request) }),
      forSeconds: FOR,
    });
    const { experiments } = await call(port, "experiments/search", { max_results: 1_000 });
    const search = JSON.stringify({
      experiment_ids: experiments.map(
        (/** @type {{ experiment_id: string }} */ each) => each.experiment_id,
      ),
      filter: FILTER,
      order_by: [ORDER],
      max_results: 100,
    });
    // The first search of a server may have files to read.
    await call(port, "runs/search", JSON.parse(search));
    rates[`runs/search over ${RUNS} runs`] = await requestRate(port, {
      clients: 1,
      path: `${API}/runs/search`,
      body: () => search,
      forSeconds: FOR,
    });
    return { rates, startSeconds: server.startSeconds, memory: server.memory() };
  } finally {
    await server.stop();
  }
}

/** @param {number} request */
function points(request) {
  return Array.from({ length: 1_000 }, (_, i) => ({
    key: `batch${i % 10}`,
    value: i / 7,
    timestamp: 1_760_000_000_000 + i,
    step: request * 100 + Math.floor(i / 10),
  }));
}

/**
 * @param {string} from
 * @param {string} to
 */
function copy(from, to) {
  cpSync(from, to, { recursive: true });
  return to;
}
