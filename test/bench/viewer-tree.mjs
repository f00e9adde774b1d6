import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const METRICS = 10;
const PARAMS = 20;
const LONG = 1_000_000;
const MIDDLE = 100_000;
/** Lines that a chart draws together. */
export const HOVERED_LINES = 20;

/**
 * A sweep of runs with params and short histories. Written as files, since that is quicker than logging.
 *
 * @param {string} root
 * @param {number} runs
 */
export function makeTree(root, runs) {
  const folder = join(root, "0");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "meta.yaml"),
    `artifact_location: ${folder}\ncreation_time: 1\nexperiment_id: '0'\nlast_update_time: 1\nlifecycle_stage: active\nname: sweep\n`,
  );
  for (let i = 0; i < runs; i++) {
    const run = makeRun(folder, i);
    for (let k = 0; k < PARAMS; k++)
      writeFileSync(join(run, "params", `param_${k}`), `${(i * (k + 3)) % 17}`);
    for (let k = 0; k < METRICS; k++)
      writeFileSync(
        join(run, "metrics", `metric_${k}`),
        `${START + i} ${((i * (k + 7)) % 101) / 101} 0\n`,
      );
  }
}

const START = 1_790_000_000_000;

/** @param {string} folder @param {number} i */
function makeRun(folder, i) {
  const runId = runIdOf(i);
  const run = join(folder, runId);
  for (const part of ["metrics", "params", "tags", "artifacts"])
    mkdirSync(join(run, part), { recursive: true });
  writeFileSync(
    join(run, "meta.yaml"),
    `artifact_uri: ${run}/artifacts\nend_time: ${START + i * 1000 + 500}\nentry_point_name: ''\nexperiment_id: '0'\n` +
      `lifecycle_stage: active\nrun_id: ${runId}\nrun_name: run-${i}\nrun_uuid: ${runId}\nsource_name: ''\n` +
      `source_type: 4\nsource_version: ''\nstart_time: ${START + i * 1000}\nstatus: 3\ntags: []\nuser_id: ada\n`,
  );
  // MLflow's page breaks on a run without any tag.
  writeFileSync(join(run, "tags", "mlflow.runName"), `run-${i}`);
  return run;
}

/** @param {string} root */
export function writeLongRuns(root) {
  const lines = (/** @type {number} */ count, /** @type {number} */ seed) =>
    Array.from(
      { length: count },
      (_, i) => `${START + i} ${Math.exp(-i / count) + ((i * seed) % 97) / 970} ${i}\n`,
    ).join("");
  for (let i = 0; i < HOVERED_LINES; i++) {
    const run = makeRun(join(root, "0"), i);
    writeFileSync(join(run, "metrics", "many"), lines(5_000, i + 3));
    if (i > 0) continue;
    writeFileSync(join(run, "metrics", "middle"), lines(MIDDLE, 7));
    writeFileSync(join(run, "metrics", "long"), lines(LONG, 7));
  }
}

/**
 * With a letter: unquoted in YAML, digits alone would be a number.
 *
 * @param {number} i
 */
export function runIdOf(i) {
  return `a${i.toString(16).padStart(31, "0")}`;
}
