/**
 * `npm run bench`: what our work costs beside bare Node, MLflow and FastTrackML doing the same, in one run, as ratios.
 * `npm run bench NAME` runs one suite. Prints a Markdown table. Figures of one machine and moment: compare ratios.
 */
import { execFileSync } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { ensureBuild, ensureNodeModules } from "../../.ci/ensure.mjs";
import { seconds, shown } from "./measure.mjs";
import { SUITES } from "./table.mjs";
import { benchCache } from "./trees.mjs";

await ensureNodeModules();
await ensureBuild();
// Benches must not fill the catalog of the person who runs them.
process.env.MLRUNS_CACHE_DIR ??= join(benchCache(), "catalogs");
const chosen = process.argv.slice(2);
const suites = chosen.length === 0 ? Object.keys(SUITES) : chosen;

const node = process.version;
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
const load = (loadavg()[0] ?? 0).toFixed(1);
console.log(
  `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${node}, ${cpus().length} cores, load ${load}\n`,
);
console.log("| what | ours | compared with | theirs | ratio | required | |");
console.log("| --- | ---: | --- | ---: | ---: | ---: | --- |");
let missed = 0;
for (const name of suites) {
  const suite = SUITES[name];
  if (suite === undefined)
    throw new Error(`No suite '${name}'. There are: ${Object.keys(SUITES).join(", ")}`);
  const took = await seconds(async () => {
    for (const row of await (await suite()).run()) {
      console.log(line(row));
      if (isMiss(row)) missed++;
    }
  });
  process.stderr.write(`${name}: ${took.toFixed(0)} s\n`);
}
if (missed > 0) process.stderr.write(`${missed} below what is required\n`);

/** @param {import("./measure.mjs").Row} row */
function line({ what, ours, with: compared, theirs, unit, ratio, required, missing }) {
  if (missing !== undefined) return `| ${what} | not measured: ${missing} | | | | | |`;
  const verdict = required === undefined ? "" : ratio >= required ? "pass" : "MISS";
  const wanted = required === undefined ? "" : `≥ ${shown(required)} ×`;
  return `| ${what} | ${shown(ours)} ${unit} | ${compared} | ${shown(theirs)} ${unit} | ${shown(ratio)} × | ${wanted} | ${verdict} |`;
}

/** @param {import("./measure.mjs").Row} row */
function isMiss({ ratio, required }) {
  return required !== undefined && ratio < required;
}
