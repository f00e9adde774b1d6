import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repoRoot } from "../../.ci/ensure.mjs";
import { inTempFolder, timeRow } from "./measure.mjs";
import { benchTree, FILTER, ORDER } from "./trees.mjs";

const RUNS = 10_000;
const BUDGET_MB = 300;

/** What a process holds that has opened a large tree and searched it. */
export async function run() {
  const tree = await benchTree(RUNS);
  return inTempFolder(async (folder) => {
    const first = residentMegabytes(tree, folder);
    const second = residentMegabytes(tree, folder);
    const what = `memory with ${RUNS.toLocaleString("en-US")} runs open and searched`;
    return [
      timeRow(`${what}, read from their files`, first, "the budget", BUDGET_MB, 1, "MB"),
      timeRow(`${what}, from the catalog`, second, "the budget", BUDGET_MB, 1, "MB"),
    ];
  });
}

/**
 * @param {string} tree
 * @param {string} cache
 */
function residentMegabytes(tree, cache) {
  const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;
  const script = `
    import { MlrunsClient } from ${JSON.stringify(library)};
    const client = new MlrunsClient(${JSON.stringify(tree)});
    const ids = (await client.searchExperiments({})).experiments.map((each) => each.experimentId);
    const options = { filter: ${JSON.stringify(FILTER)}, orderBy: [${JSON.stringify(ORDER)}], maxResults: 100 };
    for (let i = 0; i < 5; i++) await client.searchRuns(ids, options);
    console.log(process.memoryUsage.rss() / 1e6);`;
  const args = ["--input-type=module", "--eval", script];
  const env = { ...process.env, MLRUNS_CACHE_DIR: cache };
  return Number(execFileSync(process.execPath, args, { encoding: "utf8", env }));
}
