import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { repoRoot } from "../../.ci/ensure.mjs";
import { inTempFolder, seconds, timeRow } from "./measure.mjs";
import { MLFLOW_ENV, mlflowPython } from "./rivals.mjs";
import { cached, makeBenchTree } from "./trees.mjs";

const RUNS = 1_000;
/** 100,000 points in all: with the million of the other benches MLflow's tool takes minutes. */
const SHAPE = { metrics: 5, steps: 20, params: 10, tags: 5, artifacts: 0 };
const main = join(repoRoot, "dist", "cli", "main.js");

/**
 * 1,000 runs from SQLite into a tree, beside MLflow's own tool on the same data, which knows the other direction; and what
 * moves trees beside what copies and searches files.
 */
export async function run() {
  const tree = await cached(`exchange-${RUNS}`, (target) => makeBenchTree(target, RUNS, SHAPE));
  const python = await mlflowPython();
  /** @param {string} target */
  const migrate = (target) => {
    const args = ["--source", tree, "--target", `sqlite:///${target}`, "--no-progress"];
    const options = { env: MLFLOW_ENV, maxBuffer: 1e8 };
    return promisify(execFile)(python, ["-m", "mlflow", "migrate-filestore", ...args], options);
  };
  const database = await cached(`exchange-${RUNS}.db`, migrate);
  const runs = RUNS.toLocaleString("en-US");
  return inTempFolder(async (folder) => {
    const [imported, merged] = [join(folder, "imported", "mlruns"), join(folder, "merged")];
    const importing = await seconds(() =>
      ours("import", `sqlite:///${database}`, "--root", imported),
    );
    const migrating = await seconds(() => migrate(join(folder, "again.db")));
    if (countRuns(imported) < RUNS) throw new Error(`Only ${countRuns(imported)} runs arrived`);
    const merging = await seconds(() => ours("merge", tree, merged));
    const copying = await seconds(() =>
      cpSync(tree, join(folder, "copied"), { recursive: true, preserveTimestamps: true }),
    );
    const relocating = await seconds(() => ours("relocate", merged, "--to", "file:///elsewhere"));
    const sed = [
      "-c",
      `grep -rlZ artifact_uri '${join(folder, "copied")}' | xargs -0 sed -i s:mlruns:elsewhere:`,
    ];
    const replacing = await seconds(() => execFileSync("sh", sed));
    const migrator = "`mlflow migrate-filestore`, the same runs into SQLite";
    return [
      timeRow(`import ${runs} runs from SQLite`, importing, migrator, migrating, 1),
      timeRow(`merge ${runs} runs into a new tree`, merging, "copying them by Node", copying),
      timeRow(`relocate ${runs} runs`, relocating, "`grep` and `sed` over all files", replacing),
    ];
  });
}

/** @param {string[]} args */
function ours(...args) {
  execFileSync(process.execPath, [main, ...args], { stdio: "ignore" });
}

/** @param {string} root */
function countRuns(root) {
  if (!existsSync(root)) return 0;
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
  return paths.filter((path) => /[/\\][0-9a-f]{32}[/\\]meta\.yaml$/.test(path)).length;
}
