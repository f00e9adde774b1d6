/** Share of the points on each side that may be clipped. */
const TAIL = 0.02;

/** Points that quantiles are taken from; more are thinned evenly, as only the range depends on them. */
const SAMPLE = 20_000;

/** How far beyond the quantiles, in their own span, a value still counts as part of the curve. */
const TOLERANCE = 0.3;

/** Empty space above and below the lines. */
const PADDING = 0.05;

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The least and greatest finite value, or undefined when there is none. */
export function extent(columns: Iterable<ArrayLike<number | null | undefined>>): Range | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const values of columns) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === null || value === undefined || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? { low, high } : undefined;
}

/** The range without far outliers: what 96 % of the points need, or all of it when the rest is near. */
export function withoutOutliers(columns: readonly ArrayLike<number>[], full: Range): Range {
  const sample = sampleOf(columns);
  if (sample.length === 0) return full;
  const low = sample[Math.floor((sample.length - 1) * TAIL)] as number;
  const high = sample[Math.ceil((sample.length - 1) * (1 - TAIL))] as number;
  const reach = (high - low) * TOLERANCE;
  if (reach === 0) return full;
  return {
    low: low - full.low <= reach ? full.low : low,
    high: full.high - high <= reach ? full.high : high,
  };
}

/** Adds space around a range, and makes room for a line that never changes. */
export function pad(range: Range): Range {
  const span = range.high - range.low;
  if (span > 0) return { low: range.low - span * PADDING, high: range.high + span * PADDING };
  const room = Math.abs(range.low) * 0.1 || 1;
  return { low: range.low - room, high: range.high + room };
}

function sampleOf(columns: readonly ArrayLike<number>[]): Float64Array {
  const total = columns.reduce((sum, values) => sum + values.length, 0);
  const stride = Math.max(1, Math.ceil(total / SAMPLE));
  const sample: number[] = [];
  for (const values of columns) {
    for (let i = 0; i < values.length; i += stride) {
      const value = values[i] as number;
      if (Number.isFinite(value)) sample.push(value);
    }
  }
  return Float64Array.from(sample).sort();
}
