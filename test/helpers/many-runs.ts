import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { experimentMeta, idOf, runMeta } from "./damage/sound.ts";
import { makeTempFolder } from "./tree.ts";

/** Id of the only experiment of a tree of `makeManyRuns`. */
export const MANY_RUNS_EXPERIMENT = "1";

/** A tree of many light runs, `run-0` to the last, each with two params and a metric. Returns the root. */
export async function makeManyRuns(count: number): Promise<string> {
  const root = join(await makeTempFolder(), "mlruns");
  const experiment = join(root, MANY_RUNS_EXPERIMENT);
  mkdirSync(experiment, { recursive: true });
  writeFileSync(join(experiment, "meta.yaml"), experimentMeta(MANY_RUNS_EXPERIMENT, "many"));
  for (let i = 0; i < count; i++) {
    const runId = idOf(`run ${i}`);
    const run = join(experiment, runId);
    for (const folder of ["params", "metrics", "tags", "artifacts"]) {
      mkdirSync(join(run, folder), { recursive: true });
    }
    const meta = runMeta(runId, `run-${i}`, MANY_RUNS_EXPERIMENT);
    writeFileSync(join(run, "meta.yaml"), meta.replaceAll("17000000", String(17000000 - i)));
    writeFileSync(join(run, "params", "lr"), ["0.1", "0.01", "0.001"][i % 3] ?? "");
    writeFileSync(join(run, "params", "seed"), String(i % 50));
    writeFileSync(join(run, "metrics", "loss"), `1700000000000 ${1 / (i + 1)} 1\n`);
  }
  return root;
}
