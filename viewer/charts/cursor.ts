import { nearestIndex } from "./nearest.ts";
import type { Plot, PlotLine } from "./plot.ts";
import { forward } from "./scale.ts";

/** Where a line is at the cursor. */
export interface CursorRow {
  readonly id: string;
  /** Index of the point in the line. */
  readonly at: number;
  /** Of the nearest point, which need not be the cursor's. */
  readonly x: number;
  readonly value: number;
  readonly smoothed: number;
  /** Least and greatest value of the points that this one stands for, when it stands for many. */
  readonly span: readonly [number, number] | null;
}

/** Each line's point nearest to `x`, or its last point without an x; the greatest first, as they lie in the plot. */
export function cursorRows(lines: readonly PlotLine[], x: number | null): CursorRow[] {
  return lines
    .map((line) => rowOf(line, x ?? Number.POSITIVE_INFINITY))
    .filter((row) => row !== undefined)
    .sort(byHeight);
}

/** The line that is drawn nearest to a place, by its height there: `y` on the plotted scale. */
export function nearestLine(
  lines: readonly PlotLine[],
  plot: Plot,
  x: number,
  y: number,
): string | null {
  let nearest: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    const row = rowOf(line, x);
    if (row === undefined) continue;
    const distance = Math.abs(forward(plot.yScale, row.smoothed) - y);
    if (distance >= least) continue;
    least = distance;
    nearest = line.id;
  }
  return nearest;
}

function rowOf({ id, line, smoothed }: PlotLine, x: number): CursorRow | undefined {
  const at = x === Number.POSITIVE_INFINITY ? line.x.length - 1 : nearestIndex(line.x, x);
  if (at < 0) return undefined;
  const value = line.y[at] as number;
  return {
    id,
    at,
    x: line.x[at] as number,
    value,
    smoothed: smoothed[at] as number,
    span: line.exact ? null : spanAt(line.y, at),
  };
}

/** A pyramid has its least and greatest values as pairs. */
function spanAt(y: Float64Array, at: number): [number, number] {
  const low = at - (at % 2);
  return [y[low] as number, y[low + 1] as number];
}

/** NaN last. */
function byHeight(a: CursorRow, b: CursorRow): number {
  if (Number.isNaN(a.smoothed) || Number.isNaN(b.smoothed)) {
    return Number(Number.isNaN(a.smoothed)) - Number(Number.isNaN(b.smoothed));
  }
  return b.smoothed - a.smoothed;
}
