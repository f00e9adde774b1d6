import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @typedef {{ what: string, ours: string, with: string, theirs: string, unit: string, ratio: string }} Row */

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
      const start = performance.now();
      await action(round);
      best[i] = Math.min(best[i] ?? 0, (performance.now() - start) / 1000);
    }
  }
  return best;
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
 * A row that compares two times. Ratio: ours divided by theirs, so below 1 is faster.
 *
 * @param {string} what
 * @param {number} ours
 * @param {string} compared
 * @param {number} theirs
 * @returns {Row}
 */
export function timeRow(what, ours, compared, theirs) {
  return {
    what,
    ours: shown(ours),
    with: compared,
    theirs: shown(theirs),
    unit: "s",
    ratio: `${(ours / theirs).toFixed(2)} × the time`,
  };
}

/**
 * A row that compares two rates. Ratio: ours divided by theirs, so above 1 is faster.
 *
 * @param {string} what
 * @param {number} ours
 * @param {string} compared
 * @param {number} theirs
 * @param {string} unit
 * @returns {Row}
 */
export function rateRow(what, ours, compared, theirs, unit) {
  return {
    what,
    ours: shown(ours),
    with: compared,
    theirs: shown(theirs),
    unit,
    ratio: `${(ours / theirs).toFixed(2)} × the rate`,
  };
}
