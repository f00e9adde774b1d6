import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { repoRoot } from "../../.ci/ensure.mjs";
import { inTempFolder, race, timeRow } from "./measure.mjs";
import { benchTree, FILTER, ORDER, SIZES } from "./trees.mjs";

/** Opening large trees, each time in a new process, beside two threads that only read the same files. */
export async function run() {
  const rows = [];
  for (const runs of SIZES) rows.push(...(await openTree(runs)));
  return rows;
}

/** @param {number} runs */
async function openTree(runs) {
  const tree = await benchTree(runs);
  return inTempFolder(async (folder) => {
    // The first reading is nobody's: it warms the page cache.
    await readByTwo(tree);
    let first = Number.POSITIVE_INFINITY;
    const [bare = 0] = await race(
      [
        () => readByTwo(tree),
        (round) => {
          first = Math.min(first, openSeconds(tree, join(folder, `cache-${round}`)));
        },
      ],
      2,
    );
    let again = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5; i++) again = Math.min(again, openSeconds(tree, join(folder, "cache-0")));
    const what = `open ${runs.toLocaleString("en-US")} runs and search`;
    return [
      timeRow(
        `${what}, without a catalog`,
        first,
        "two threads that only read the files",
        bare,
        0.67,
      ),
      timeRow(`${what}, with a catalog`, again, "the limit", 0.5, runs <= 10_000 ? 1 : undefined),
    ];
  });
}

/**
 * Seconds in which a new process opens a tree and searches it.
 *
 * @param {string} tree
 * @param {string} cache - where its catalog lies, or will lie
 */
function openSeconds(tree, cache) {
  const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;
  const script = `
    import { MlrunsClient } from ${JSON.stringify(library)};
    const start = performance.now();
    const client = new MlrunsClient(${JSON.stringify(tree)});
    const ids = (await client.searchExperiments({})).experiments.map((each) => each.experimentId);
    const options = { filter: ${JSON.stringify(FILTER)}, orderBy: [${JSON.stringify(ORDER)}], maxResults: 100 };
    const { runs } = await client.searchRuns(ids, options);
    const end = performance.now();
    if (runs.length === 0) throw new Error("The search found nothing");
    await client.updateCatalog();
    console.log((end - start) / 1000);`;
  const args = ["--input-type=module", "--eval", script];
  const env = { ...process.env, MLRUNS_CACHE_DIR: cache };
  return Number(execFileSync(process.execPath, args, { encoding: "utf8", env }));
}

/** @param {string} root */
async function readByTwo(root) {
  const names = readdirSync(root).map((name) => join(root, name));
  const halves = [0, 1].map((half) => names.filter((_, i) => i % 2 === half));
  await Promise.all(
    halves.map(
      (folders) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(fileURLToPath(import.meta.url), { workerData: folders });
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
