import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** A metric of a run that goes on. */
export const LIVE_METRIC = "live";
export const LIVE_POINTS = 5_000;

/**
 * A tree with a run that goes on, which may be written to.
 *
 * @param {string} folder
 */
export function makeLiveTree(folder) {
  const root = join(folder, "live");
  makeTree(root, 0);
  const run = makeRun(join(root, "0"), 0);
  const meta = join(run, "meta.yaml");
  const text = readFileSync(meta, "utf8").replace("status: 3", "status: 1");
  writeFileSync(meta, text.replace(/end_time: .*/, "end_time: null"));
  const file = join(run, "metrics", LIVE_METRIC);
  const lines = Array.from({ length: LIVE_POINTS }, (_, i) => `${START + i} ${1 / (i + 1)} ${i}\n`);
  writeFileSync(file, lines.join(""));
  return { root, file, runId: runIdOf(0) };
}

/**
 * The file of an experiment's runs as the server would send it, with so many columns: half of them metrics.
 *
 * @param {number} rows
 * @param {number} columns
 */
export function wideRuns(rows, columns) {
  const each = (/** @type {(row: number) => unknown} */ make) =>
    Array.from({ length: rows }, (_, row) => make(row));
  const column = (/** @type {number} */ k, /** @type {number} */ plus) =>
    each((row) => ((row * (k + 7)) % 1_009) / 1_009 + plus);
  const keys = (/** @type {string} */ kind) =>
    Array.from({ length: columns / 2 }, (_, k) => `${kind}_${k}`);
  const none = { values: [], codes: each(() => -1) };
  const values = Array.from({ length: 17 }, (_, i) => `${i / 100}`);
  const file = {
    experimentId: "0",
    experimentName: "sweep",
    total: rows,
    offset: 0,
    next: null,
    runIds: each((row) => runIdOf(Number(row))),
    names: each((row) => `run-${row}`),
    status: each(() => 2),
    deleted: each(() => 0),
    startTime: each((row) => START - Number(row)),
    endTime: each((row) => START + Number(row)),
    lastWrite: each(() => null),
    user: none,
    parent: none,
    datasets: none,
    models: none,
    tags: {},
    params: Object.fromEntries(
      keys("param").map((key, k) => [
        key,
        { values, codes: each((row) => (Number(row) * (k + 3)) % 17) },
      ]),
    ),
    metrics: Object.fromEntries(
      keys("metric").map((key, k) => [
        key,
        {
          last: column(k, 0),
          min: column(k, -1),
          max: column(k, 1),
          mean: column(k, 0),
          step: each(() => 10),
          count: each(() => 11),
        },
      ]),
    ),
    unreadable: [],
    warnings: [],
  };
  const ids = [
    ...keys("metric").map((key) => `metrics.${key}`),
    ...keys("param").map((key) => `params.${key}`),
  ];
  return { file: JSON.stringify(file), columns: ids };
}

/**
 * With a letter: unquoted in YAML, digits alone would be a number.
 *
 * @param {number} i
 */
export function runIdOf(i) {
  return `a${i.toString(16).padStart(31, "0")}`;
}
