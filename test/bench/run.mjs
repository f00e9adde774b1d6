/**
 * `npm run bench`: what our work costs beside plain Node doing the same to the same files, in one run, as ratios.
 * Prints a Markdown table. Figures of one machine and moment: compare ratios, not seconds.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { ensureBuild, ensureNodeModules } from "../../.ci/ensure.mjs";
import { SUITES } from "./table.mjs";

await ensureNodeModules();
await ensureBuild();
const chosen = process.argv.slice(2);
const suites = chosen.length === 0 ? Object.keys(SUITES) : chosen;

const node = process.version;
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
console.log(
  `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${node}, ${cpus().length} cores\n`,
);
console.log("| what | ours | compared with | theirs | ratio |");
console.log("| --- | ---: | --- | ---: | ---: |");
for (const name of suites) {
  const suite = SUITES[name];
  if (suite === undefined)
    throw new Error(`No suite '${name}'. There are: ${Object.keys(SUITES).join(", ")}`);
  for (const { what, ours, with: compared, theirs, unit, ratio } of await (await suite()).run()) {
    console.log(`| ${what} | ${ours} ${unit} | ${compared} | ${theirs} ${unit} | ${ratio} |`);
  }
}
