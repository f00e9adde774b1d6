import type { Line } from "./line.ts";
import { lowerBound } from "./reduce.ts";

export const SPREADS = ["sd", "minmax", "ci95"] as const;
export type Spread = (typeof SPREADS)[number];

/** A group of runs as one line with a band around it. */
export interface Band {
  readonly mean: Line;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Runs that have a value at each x. */
  readonly n: Uint32Array;
}

/** Places along x at which runs with unlike x are compared. */
const BINS = 200;

/**
 * Mean and spread of several lines. Where they share their x (steps), every x is kept; otherwise the axis is cut into
 * 200 parts and each line counts once in each part that it has points in, with the mean of these.
 */
export function groupBand(lines: readonly Line[], spread: Spread): Band {
  const binned = lines.map(distinctMeans);
  const shared = sharedX(binned);
  const places = shared ?? evenPlaces(binned);
  const columns = shared ? binned : binned.map((line) => intoBins(line, places));
  return summarise(places, columns, spread);
}

/** The outline of a band: along its upper edge, and back along its lower one. Gaps are left out. */
export function bandOutline(
  x: readonly number[],
  low: readonly (number | null | undefined)[],
  high: readonly (number | null | undefined)[],
): [x: number, y: number][] {
  const edge = (column: readonly (number | null | undefined)[]): [number, number][] =>
    column.flatMap((value, i) =>
      value === null || value === undefined ? [] : [[x[i] as number, value] as [number, number]],
    );
  return [...edge(high), ...edge(low).reverse()];
}

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** One finite value an x: the mean of the finite values there. */
function distinctMeans(line: Line): Points {
  const x: number[] = [];
  const y: number[] = [];
  let count = 0;
  line.x.forEach((at, i) => {
    const value = line.y[i] as number;
    if (!Number.isFinite(value)) return;
    const last = x.length - 1;
    if (x[last] === at) {
      count++;
      y[last] = (y[last] as number) + (value - (y[last] as number)) / count;
    } else {
      count = 1;
      x.push(at);
      y.push(value);
    }
  });
  return { x: Float64Array.from(x), y: Float64Array.from(y) };
}

/** The union of all x, if most of them are in more than one line or there is one line only. */
function sharedX(lines: readonly Points[]): Float64Array | undefined {
  const counts = new Map<number, number>();
  for (const line of lines) for (const x of line.x) counts.set(x, (counts.get(x) ?? 0) + 1);
  const common = [...counts.values()].filter((count) => count > 1).length;
  if (lines.length > 1 && common * 2 < counts.size && counts.size > BINS) return undefined;
  return Float64Array.from(counts.keys()).sort();
}

function evenPlaces(lines: readonly Points[]): Float64Array {
  const low = Math.min(...lines.map((line) => line.x[0] ?? Number.POSITIVE_INFINITY));
  const high = Math.max(...lines.map((line) => line.x.at(-1) ?? Number.NEGATIVE_INFINITY));
  return Float64Array.from({ length: BINS }, (_, i) => low + ((i + 0.5) / BINS) * (high - low));
}

function intoBins(line: Points, places: Float64Array): Points {
  const half = ((places[1] as number) - (places[0] as number)) / 2;
  const bins = new Float64Array(line.x.length);
  line.x.forEach((x, i) => {
    const place = Math.min(places.length - 1, lowerBound(places, x - half));
    bins[i] = places[place] as number;
  });
  return distinctMeans({ x: bins, y: line.y, order: null, exact: true });
}

function summarise(places: Float64Array, lines: readonly Points[], spread: Spread): Band {
  const y = new Float64Array(places.length).fill(Number.NaN);
  const low = new Float64Array(places.length).fill(Number.NaN);
  const high = new Float64Array(places.length).fill(Number.NaN);
  const n = new Uint32Array(places.length);
  const next = lines.map(() => 0);
  places.forEach((place, i) => {
    const values: number[] = [];
    lines.forEach((line, k) => {
      const at = next[k] as number;
      if (line.x[at] !== place) return;
      values.push(line.y[at] as number);
      next[k] = at + 1;
    });
    if (values.length === 0) return;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    y[i] = mean;
    n[i] = values.length;
    [low[i], high[i]] = interval(values, mean, spread) as [number, number];
  });
  return { mean: { x: places, y, order: null, exact: true }, low, high, n };
}

function interval(values: readonly number[], mean: number, spread: Spread): [number, number] {
  if (spread === "minmax") return [Math.min(...values), Math.max(...values)];
  if (values.length === 1) return [mean, mean];
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half =
    spread === "sd"
      ? Math.sqrt(variance)
      : tQuantile(values.length - 1) * Math.sqrt(variance / values.length);
  return [mean - half, mean + half];
}

/** Student's t for a two-sided 95 % interval; a handful of seeds is the usual case, where 1.96 is far too small. */
const T95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
] as const;

function tQuantile(freedom: number): number {
  return T95[freedom - 1] ?? 1.96;
}
