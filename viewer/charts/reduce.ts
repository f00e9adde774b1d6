/** A value that has no place on the plot: drawn as a mark at its edge. */
export interface Mark {
  readonly x: number;
  readonly kind: "NaN" | "Infinity" | "-Infinity";
}

/** Points to draw. A null value breaks the line. */
export interface Drawn {
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly marks: readonly Mark[];
  /** Points of the line inside the window, before any reduction. */
  readonly count: number;
}

/** The visible part of the x axis. */
export interface Window {
  readonly from: number;
  readonly to: number;
  /** Pixel columns between `from` and `to`. */
  readonly columns: number;
}

/** First, least, greatest and last point of a pixel column: with them a line looks as if every point were drawn. */
const POINTS_PER_COLUMN = 4;

/**
 * What to draw of a line in a window. Few points are taken as they are, with the neighbours outside, so that lines reach
 * the edge. Of many points each pixel column keeps its first, least, greatest and last, from all points: no spike is lost.
 */
export function reduce(x: Float64Array, y: Float64Array, window: Window): Drawn {
  const first = lowerBound(x, window.from);
  const end = upperBound(x, window.to);
  const count = end - first;
  if (count <= window.columns * POINTS_PER_COLUMN) {
    return asTheyAre(x, y, Math.max(0, first - 1), Math.min(x.length, end + 1), count);
  }
  return byColumn(x, y, first, end, window);
}

/** Index of the first point that is not before `target`. */
export function lowerBound(x: ArrayLike<number>, target: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index after the last point that is not after `target`. */
export function upperBound(x: ArrayLike<number>, target: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= target) low = middle + 1;
    else high = middle;
  }
  return low;
}

function asTheyAre(
  x: Float64Array,
  y: Float64Array,
  first: number,
  end: number,
  count: number,
): Drawn {
  const marks: Mark[] = [];
  const values: (number | null)[] = [];
  for (let i = first; i < end; i++) {
    const value = y[i] as number;
    values.push(Number.isFinite(value) ? value : null);
    if (!Number.isFinite(value)) marks.push({ x: x[i] as number, kind: kindOf(value) });
  }
  return { x: Array.from(x.subarray(first, end)), y: values, marks, count };
}

function byColumn(
  x: Float64Array,
  y: Float64Array,
  first: number,
  end: number,
  window: Window,
): Drawn {
  const drawn = { x: [] as number[], y: [] as (number | null)[], marks: [] as Mark[] };
  const width = (window.to - window.from) / window.columns;
  let i = first;
  while (i < end) {
    const column = columnOf(x[i] as number, window, width);
    let last = i;
    while (last + 1 < end && columnOf(x[last + 1] as number, window, width) === column) last++;
    addColumn(drawn, y, i, last, window.from + column * width, width);
    i = last + 1;
  }
  return { ...drawn, count: end - first };
}

function columnOf(x: number, window: Window, width: number): number {
  return Math.min(window.columns - 1, Math.floor((x - window.from) / width));
}

/** All columns put their points at the same places, so that lines of one chart share them. */
function addColumn(
  drawn: { x: number[]; y: (number | null)[]; marks: Mark[] },
  y: Float64Array,
  first: number,
  last: number,
  left: number,
  width: number,
): void {
  let low = -1;
  let high = -1;
  let start = -1;
  let end = -1;
  const odd = new Set<Mark["kind"]>();
  for (let i = first; i <= last; i++) {
    const value = y[i] as number;
    if (!Number.isFinite(value)) {
      odd.add(kindOf(value));
      continue;
    }
    if (start < 0) start = i;
    end = i;
    if (low < 0 || value < (y[low] as number)) low = i;
    if (high < 0 || value > (y[high] as number)) high = i;
  }
  for (const kind of odd) drawn.marks.push({ x: left + width / 2, kind });
  if (start < 0) {
    drawn.x.push(left);
    drawn.y.push(null);
    return;
  }
  const corners = [start, Math.min(low, high), Math.max(low, high), end];
  corners.forEach((point, slot) => {
    drawn.x.push(left + (slot * width) / POINTS_PER_COLUMN);
    drawn.y.push(y[point] as number);
  });
}

function kindOf(value: number): Mark["kind"] {
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}
