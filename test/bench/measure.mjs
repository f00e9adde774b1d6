import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * One line of the table. The ratio tells how much better ours is: 2 is twice the rate, or half the time.
 *
 * @typedef {object} Row
 * @property {string} what
 * @property {number} ours
 * @property {string} with - what it is compared with
 * @property {number} theirs
 * @property {string} unit
 * @property {number} ratio
 * @property {number | undefined} required - what the ratio must be at least
 * @property {string} [missing] - why there are no numbers
 */

/**
 * Runs `action` on a temporary folder and removes the folder.
 *
 * @template Value
 * @param {(folder: string) => Promise<Value>} action
 */
export async function inTempFolder(action) {
  const folder = mkdtempSync(join(tmpdir(), "mlruns-bench-"));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Seconds that each of several actions takes: the least of some rounds in which they take turns.
 *
 * @param {readonly ((round: number) => unknown)[]} actions
 * @returns {Promise<number[]>}
 */
export async function race(actions, rounds = 5) {
  const best = actions.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [i, action] of actions.entries()) {
      best[i] = Math.min(best[i] ?? 0, await seconds(() => action(round)));
    }
  }
  return best;
}

/**
 * Seconds that an action takes.
 *
 * @param {() => unknown} action
 */
export async function seconds(action) {
  const start = performance.now();
  await action();
  return (performance.now() - start) / 1000;
}

/**
 * A number for a table: three significant digits, thousands separated.
 *
 * @param {number} value
 */
export function shown(value) {
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 6 });
}

/**
 * A row of something of which less is better: times and memory.
 *
 * @param {string} what
 * @param {number} ours
 * @param {string} compared
 * @param {number} theirs
 * @param {number} [required]
 * @param {string} [unit]
 * @returns {Row}
 */
export function timeRow(what, ours, compared, theirs, required, unit = "s") {
  return { what, ours, with: compared, theirs, unit, ratio: theirs / ours, required };
}

/**
 * A row of something that cannot be measured here.
 *
 * @param {string} what
 * @param {string} why
 * @returns {Row}
 */
export function notMeasured(what, why) {
  const none = Number.NaN;
  return {
    what,
    ours: none,
    with: "",
    theirs: none,
    unit: "",
    ratio: none,
    required: undefined,
    missing: why,
  };
}

/**
 * A row of rates, of which more is better.
 *
 * @param {string} what
 * @param {number} ours
 * @param {string} compared
 * @param {number} theirs
 * @param {string} unit
 * @param {number} [required]
 * @returns {Row}
 */
export function rateRow(what, ours, compared, theirs, unit, required) {
  return { what, ours, with: compared, theirs, unit, ratio: ours / theirs, required };
}
