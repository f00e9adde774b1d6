import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { repoRoot } from "../../.ci/ensure.mjs";
import { inTempFolder, notMeasured, race, seconds, timeRow } from "./measure.mjs";
import { benchCache, benchTree, FILTER, LIGHT_RUNS, lightTree, ORDER, SIZES } from "./trees.mjs";

const BARE = "two threads that only read the files";
/** On a cold page cache readers wait for the disk: this many are about as quick as any number. */
const COLD_READERS = 8;
/** What the tree of light runs takes, and as much again for its catalog and for others. */
const LIGHT_BYTES = 60_000;
const LIGHT_FILES = 15;

/** Opening large trees, each time in a new process, beside threads that only read the same files. */
export async function run() {
  const rows = [];
  for (const runs of SIZES) {
    const name = `${runs.toLocaleString("en-US")} runs`;
    rows.push(...(await openTree(await benchTree(runs), name, runs)));
  }
  const largest = Math.max(...SIZES);
  rows.push(await openCold(await benchTree(largest), `${largest.toLocaleString("en-US")} runs`));
  return [...rows, ...(await openLight())];
}

/**
 * @param {string} tree
 * @param {string} name - of what is opened
 * @param {number} runs - up to 10,000 have to be open within half a second
 */
async function openTree(tree, name, runs) {
  return inTempFolder(async (folder) => {
    // The first reading is nobody's: it warms the page cache.
    await readBare(tree, 2);
    let first = Number.POSITIVE_INFINITY;
    let some = Number.POSITIVE_INFINITY;
    const [bare = 0] = await race(
      [
        () => readBare(tree, 2),
        (round) => {
          first = Math.min(first, openSeconds(tree, join(folder, `cache-${round}`)));
        },
        (round) => {
          some = Math.min(some, openSeconds(tree, join(folder, `part-${round}`), true));
        },
      ],
      2,
    );
    let again = Number.POSITIVE_INFINITY;
    const [stats = 0] = await race([
      () => statBare(tree),
      () => {
        again = Math.min(again, openSeconds(tree, join(folder, "cache-0")));
      },
    ]);
    const what = `open ${name} and search`;
    return [
      timeRow(`${what}, without a catalog`, first, BARE, bare, 0.67),
      timeRow(
        `open ${name} without a catalog, first 100 rows: the newest by the times of their folders`,
        some,
        "a tenth of all",
        first / 10,
        1,
      ),
      timeRow(`${what}, with a catalog`, again, "the limit", 0.5, runs <= 10_000 ? 1 : undefined),
      timeRow(
        `${what}, with a catalog`,
        again,
        "a bare stat of run folders and metas",
        stats,
        // Fewer are opened in less time than a process takes to load its code.
        runs === 10_000 ? 0.5 : undefined,
      ),
    ];
  });
}

/**
 * The first reading after the computer was started, say.
 *
 * @param {string} tree
 * @param {string} name
 */
async function openCold(tree, name) {
  const what = `open ${name} and search, without a catalog, on a cold page cache`;
  if (!dropPageCache()) {
    return notMeasured(what, "only root on Linux can empty the page cache");
  }
  const bare = await seconds(() => readBare(tree, COLD_READERS));
  dropPageCache();
  const ours = await inTempFolder(async (folder) => openSeconds(tree, join(folder, "cache")));
  return timeRow(what, ours, `${COLD_READERS} threads that only read the files`, bare, 0.67);
}

/** Many runs with a few files each. */
async function openLight() {
  const name = `${LIGHT_RUNS.toLocaleString("en-US")} light runs`;
  const { bavail, bsize, ffree } = statfsSync(benchCache());
  if (bavail * bsize < LIGHT_RUNS * LIGHT_BYTES || ffree < LIGHT_RUNS * LIGHT_FILES) {
    return [notMeasured(`open ${name} and search`, "too little room on the disk")];
  }
  return openTree(await lightTree(), name, LIGHT_RUNS);
}

/** @returns whether that is permitted */
function dropPageCache() {
  try {
    execFileSync("sync");
    writeFileSync("/proc/sys/vm/drop_caches", "3");
    return true;
  } catch {
    return false;
  }
}

/**
 * Seconds in which a new process opens a tree and searches it.
 *
 * @param {string} tree
 * @param {string} cache - where its catalog lies, or will lie
 * @param {boolean} isGlance - whether the first rows are enough, as the server's page of an experiment has them at first: the
 *   newest as far as the times of folders tell, or the beginning of the list where that is there as soon
 */
function openSeconds(tree, cache, isGlance = false) {
  const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;
  const query = { filter: FILTER, orderBy: [ORDER], maxResults: 100 };
  const search = `client.searchRuns(ids, ${JSON.stringify(query)})`;
  const list = "client.searchRuns(ids, { maxResults: 100, partial: true })";
  const glance = `(await client.findNewestRuns(ids, 100))?.records ?? (await ${list}).runs`;
  const script = `
    import { MlrunsClient } from ${JSON.stringify(library)};
    const start = performance.now();
    const client = new MlrunsClient(${JSON.stringify(tree)});
    const ids = (await client.searchExperiments({})).experiments.map((each) => each.experimentId);
    const runs = ${isGlance ? glance : `(await ${search}).runs`};
    const end = performance.now();
    if (runs.length < ${isGlance ? 100 : 1}) throw new Error("Runs are missing");
    ${isGlance ? "" : "await client.updateCatalog();"}
    console.log((end - start) / 1000);
    ${isGlance ? "process.exit();" : ""}`;
  const args = ["--input-type=module", "--eval", script];
  const env = { ...process.env, MLRUNS_CACHE_DIR: cache };
  return Number(execFileSync(process.execPath, args, { encoding: "utf8", env }));
}

/**
 * Reads every file of a tree, shared out by runs, so that all threads are done at about the same time.
 *
 * @param {string} root
 * @param {number} threads
 */
async function readBare(root, threads) {
  const folders = runFolders(root);
  await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const share = folders.filter((_, i) => i % threads === thread);
      return new Promise((resolve, reject) => {
        const worker = new Worker(fileURLToPath(import.meta.url), { workerData: share });
        worker.once("message", resolve).once("error", reject);
      });
    }),
  );
}

/** @param {string} root */
function statBare(root) {
  for (const folder of runFolders(root)) {
    statSync(folder);
    statSync(`${folder}/meta.yaml`, { throwIfNoEntry: false });
  }
}

/** @param {string} root */
function runFolders(root) {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(root, name), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(root, name, entry.name)),
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
