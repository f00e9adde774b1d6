import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { say, testCache } from "../../.ci/ensure.mjs";

const makeTree = fileURLToPath(new URL("../../../shared/bench/make-tree.cjs", import.meta.url));

/** Runs of the trees that are opened and searched: `BENCH_RUNS=1000` is quicker. */
export const SIZES = (process.env.BENCH_RUNS ?? "1000,10000").split(",").map(Number);

/** Runs of the tree with few files a run. */
export const LIGHT_RUNS = Number(process.env.BENCH_LIGHT_RUNS ?? 100_000);

/** Search that all trackers are asked. */
export const FILTER = "metrics.loss < 1 and params.optimizer = 'adam'";
export const ORDER = "metrics.accuracy DESC";

/** Folder of what benches make once and keep: it may be deleted. */
export function benchCache() {
  const folder = join(testCache(), "bench");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * A tree of so many runs with 10 metrics of 100 steps, 20 params and 8 tags each, made once. Nobody may write to it.
 *
 * @param {number} runs
 */
export function benchTree(runs) {
  return cached(`tree-${runs}`, (target) => makeBenchTree(target, runs));
}

/** A tree of `LIGHT_RUNS` runs with two short metrics, three params and two tags each, made once. Nobody may write to it. */
export function lightTree() {
  const shape = { metrics: 2, steps: 2, params: 3, tags: 2, artifacts: 0 };
  return cached(`light-${LIGHT_RUNS}`, (target) => makeBenchTree(target, LIGHT_RUNS, shape));
}

/**
 * Makes a tree of so many runs.
 *
 * @param {string} target
 * @param {number} runs
 * @param {Readonly<Record<string, number>>} [shape] - such as `metrics`, how many each run has
 */
export function makeBenchTree(target, runs, shape = {}) {
  if (!existsSync(makeTree)) throw new Error(`The generator of trees is missing: ${makeTree}`);
  const options = Object.entries({ runs, ...shape }).flatMap(([name, n]) => [`--${name}`, `${n}`]);
  execFileSync(process.execPath, [makeTree, "--out", target, "--quiet", ...options]);
}

/**
 * A file or folder of the cache, made when it is not there. What `make` leaves half done is not taken for done.
 *
 * @param {string} name
 * @param {(target: string) => unknown} make
 */
export async function cached(name, make) {
  const path = join(benchCache(), name);
  if (existsSync(path)) return path;
  say(`making ${path} (once)`);
  const part = `${path}.part`;
  rmSync(part, { recursive: true, force: true });
  await make(part);
  renameSync(part, path);
  return path;
}
