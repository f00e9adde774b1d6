import { invalidParameter } from "../errors.ts";

/**
 * Chooses at most `most` points of a history, so that a chart of them looks like a chart of all: the first, the last, and of each
 * of equal parts between them the least and the greatest value. Spikes stay, which they do not when every n-th point is kept.
 *
 * @param values - in the order of the history; a part of nothing but NaN keeps its first point
 * @returns places of the chosen points, ascending
 * @throws MlrunsError INVALID_PARAMETER_VALUE when `most` is no whole number of 2 or more
 */
export function sampleExtremes(values: ArrayLike<number>, most: number): number[] {
  checkMost(most);
  const { length } = values;
  if (length <= most) return Array.from({ length }, (_, i) => i);
  const parts = Math.floor((most - 2) / 2);
  const chosen = [0];
  for (let part = 0; part < parts; part++) {
    const from = 1 + Math.floor((part * (length - 2)) / parts);
    const to = 1 + Math.floor(((part + 1) * (length - 2)) / parts);
    chosen.push(...extremesBetween(values, from, to));
  }
  chosen.push(length - 1);
  return chosen;
}

function checkMost(most: number): void {
  if (Number.isInteger(most) && most >= 2) return;
  throw invalidParameter(`Invalid value ${most} for parameter 'maxPoints' supplied.`, {
    hint: "A sample of a history has at least 2 points, the first and the last.",
  });
}

/** Places of the least and the greatest value from `from` up to `to`, ascending; one place when they are the same. */
function extremesBetween(values: ArrayLike<number>, from: number, to: number): number[] {
  let least = from;
  let greatest = from;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < (values[least] as number) || Number.isNaN(values[least])) least = i;
    if (value > (values[greatest] as number) || Number.isNaN(values[greatest])) greatest = i;
  }
  if (least === greatest) return [least];
  return least < greatest ? [least, greatest] : [greatest, least];
}
