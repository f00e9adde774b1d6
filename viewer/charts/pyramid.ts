import type { History, Pyramid } from "../data/parse-history.ts";

/** Two points a record, its least and its greatest value: drawn by min and max a pixel they look like all points. */
export function pyramidHistory(pyramid: Pyramid): History {
  const interleave = (first: Float64Array, second: Float64Array): Float64Array =>
    Float64Array.from({ length: first.length * 2 }, (_, i) =>
      Number((i % 2 === 0 ? first : second)[i >> 1]),
    );
  return {
    steps: interleave(pyramid.stepMin, pyramid.stepMax),
    values: interleave(pyramid.valueMin, pyramid.valueMax),
    timestamps: interleave(pyramid.timeMin, pyramid.timeMax),
  };
}

/**
 * The records that have points in a part of an axis, as one run of records: first and end.
 * Points logged out of order make it longer than it needs to be, never shorter.
 */
export function recordsWithin(
  low: Float64Array,
  high: Float64Array,
  from: number,
  to: number,
): { readonly first: number; readonly end: number } {
  let first = low.length;
  let end = 0;
  for (let i = 0; i < low.length; i++) {
    if ((high[i] as number) < from || (low[i] as number) > to) continue;
    first = Math.min(first, i);
    end = i + 1;
  }
  return { first: Math.min(first, end), end };
}
