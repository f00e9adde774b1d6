import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repoRoot } from "../../.ci/ensure.mjs";
import { inTempFolder, timeRow } from "./measure.mjs";

const ROUNDS = 25;
const TELL =
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error('cpu ' + (user + system)); });";

/** What it costs to load us, beside Node that loads nothing: processor time, which other work disturbs less than the clock. */
export async function run() {
  return inTempFolder(async (folder) => {
    const script = join(folder, "import.mjs");
    const library = pathToFileURL(join(repoRoot, "dist", "index.js")).href;
    writeFileSync(script, `import ${JSON.stringify(library)};`);
    const tell = join(folder, "tell.cjs");
    writeFileSync(tell, TELL);
    const [bare = 0, imported = 0, version = 0] = processorSeconds(tell, [
      ["-e", ""],
      [script],
      [join(repoRoot, "dist", "cli", "main.js"), "--version"],
    ]);
    return [
      timeRow('`import "mlruns"`', imported, 'bare `node -e ""`', bare, 0.5),
      timeRow("`mlruns --version`", version, 'bare `node -e ""`', bare, 0.5),
    ];
  });
}

/**
 * Median processor time of each command; they take turns.
 *
 * @param {string} tell
 * @param {readonly (readonly string[])[]} commands - arguments of Node
 */
function processorSeconds(tell, commands) {
  /** @type {number[][]} */
  const times = commands.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, args] of commands.entries()) times[i]?.push(processorTime(tell, args));
  }
  return times.map((each) => each.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN);
}

/**
 * @param {string} tell - script that prints what a process has used when it ends
 * @param {readonly string[]} args
 */
function processorTime(tell, args) {
  const { stderr } = spawnSync(process.execPath, ["--require", tell, ...args], {
    encoding: "utf8",
  });
  const microseconds = /cpu (\d+)/.exec(stderr)?.[1];
  if (microseconds === undefined) throw new Error(`node ${args.join(" ")}: ${stderr}`);
  return Number(microseconds) / 1e6;
}
