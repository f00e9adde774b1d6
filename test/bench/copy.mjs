import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { MlrunsClient } from "../../dist/index.js";
import { call } from "./load.mjs";

/**
 * Gives a server the runs of a tree, with the last point of each metric.
 *
 * @param {number} port
 * @param {string} tree
 */
export async function fillServer(port, tree) {
  /** @type {Map<string, string>} */
  const copies = new Map();
  for await (const { info, data } of allRuns(tree)) {
    const experimentId = copies.get(info.experimentId) ?? (await copyOf(port, info.experimentId));
    copies.set(info.experimentId, experimentId);
    const { run } = await call(port, "runs/create", {
      experiment_id: experimentId,
      start_time: info.startTime,
      run_name: info.runName,
    });
    await call(port, "runs/log-batch", {
      run_id: run.info.run_id,
      metrics: data.latestMetrics.map(({ key, value, timestamp, step }) => ({
        key,
        // JSON has no word for NaN and the infinities.
        value: Number.isFinite(value) ? value : String(value),
        timestamp,
        step,
      })),
      params: toPairs(data.params),
      tags: toPairs(data.tags),
    });
  }
}

/**
 * Writes the runs of a tree as lines of JSON, with the last point of each metric; NaN is null.
 *
 * @param {string} tree
 * @param {string} file
 */
export async function writeRows(tree, file) {
  const out = createWriteStream(file);
  for await (const { info, data } of allRuns(tree)) {
    const { params, tags, latestMetrics: metrics } = data;
    if (!out.write(`${JSON.stringify({ ...info, params, tags, metrics })}\n`))
      await once(out, "drain");
  }
  out.end();
  await once(out, "close");
  return file;
}

/** @param {string} tree */
async function* allRuns(tree) {
  const client = new MlrunsClient(tree);
  for (const { experimentId } of (await client.searchExperiments({})).experiments) {
    yield* client.iterateRuns([experimentId]);
  }
}

/**
 * @param {number} port
 * @param {string} experimentId
 */
async function copyOf(port, experimentId) {
  const made = await call(port, "experiments/create", { name: `copy of ${experimentId}` });
  return String(made.experiment_id);
}

/** @param {Readonly<Record<string, string>>} entries */
function toPairs(entries) {
  return Object.entries(entries).map(([key, value]) => ({ key, value }));
}
