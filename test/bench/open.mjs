import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MlrunsClient } from "../../dist/index.js";
import { inTempFolder, race, timeRow } from "./measure.mjs";

const RUNS = 1_000;
const makeTree = fileURLToPath(new URL("../../../shared/bench/make-tree.cjs", import.meta.url));

/** Opening a tree of 1,000 runs beside a bare loop that reads the same files. */
export async function run() {
  if (!existsSync(makeTree)) throw new Error(`The generator of trees is missing: ${makeTree}`);
  return inTempFolder(async (folder) => {
    process.env.MLRUNS_CACHE_DIR = join(folder, "cache");
    const root = join(folder, "mlruns");
    execFileSync(process.execPath, [makeTree, "--out", root, "--runs", String(RUNS), "--quiet"]);

    const [open = 0, bare = 0] = await race(
      [() => openWithoutCatalog(root), () => readAll(root)],
      3,
    );
    const client = new MlrunsClient(root);
    await searchAll(client);
    const [again = 0] = await race([() => searchAll(client)], 3);
    return [
      timeRow(
        `open a tree of ${RUNS} runs and search all`,
        open,
        "a loop that only reads the files",
        bare,
      ),
      timeRow(
        "search it again, with a look at what may have changed",
        again,
        "the first time",
        open,
      ),
    ];
  });
}

/** @param {string} root */
async function openWithoutCatalog(root) {
  const client = new MlrunsClient(root);
  await client.clearCatalog();
  await searchAll(client);
}

/** @param {MlrunsClient} client */
async function searchAll(client) {
  const { experiments } = await client.searchExperiments({});
  const { runs } = await client.searchRuns(
    experiments.map(({ experimentId }) => experimentId),
    { maxResults: 50_000 },
  );
  if (runs.length < RUNS / 2) throw new Error(`Only ${runs.length} runs were found`);
}

/** @param {string} folder */
function readAll(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) readAll(path);
    else readFileSync(path, "utf8");
  }
}
