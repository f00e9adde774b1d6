import type { History } from "../data/parse-history.ts";

/** What the horizontal axis shows. `metric` takes another metric's value at the same step, such as an epoch. */
export type XAxis =
  | { readonly kind: "step" }
  | { readonly kind: "relative" }
  | { readonly kind: "time" }
  | { readonly kind: "metric"; readonly key: string };

/** A history along one x axis: ascending x, file order kept among equal x. */
export interface Line {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Place of each point in the history; null when the history was ascending already. */
  readonly order: Uint32Array | null;
  /** False when the points stand for ranges of points (a pyramid). */
  readonly exact: boolean;
}

export interface LineOptions {
  readonly axis: XAxis;
  /** Where relative time begins, ms since the epoch. */
  readonly start: number;
  /** History of the metric on the x axis, for `kind: "metric"`. */
  readonly other?: History | undefined;
  /** False for points of a pyramid. */
  readonly exact?: boolean;
}

/**
 * Puts a history along an x axis. Points without a finite x are left out; out-of-order points are sorted,
 * equal x keep the order of the file.
 */
export function toLine(history: History, options: LineOptions): Line {
  const x = xColumn(history, options);
  const { exact = true } = options;
  const y = history.values;
  if (isAscending(x)) return { x, y, order: null, exact };
  const order = ascendingOrder(x);
  const sortedX = new Float64Array(order.length);
  const sortedY = new Float64Array(order.length);
  order.forEach((from, to) => {
    sortedX[to] = x[from] as number;
    sortedY[to] = y[from] as number;
  });
  return { x: sortedX, y: sortedY, order, exact };
}

/** Where relative time starts: the run's start, unless it was recorded after the first point, as imports do. */
export function relativeStart(history: History, runStart: number): number {
  const first = history.timestamps[0];
  return first === undefined || runStart <= first ? runStart : first;
}

function xColumn(history: History, { axis, start, other }: LineOptions): Float64Array {
  switch (axis.kind) {
    case "step":
      return history.steps;
    case "time":
      return history.timestamps;
    case "relative":
      return history.timestamps.map((time) => time - start);
    case "metric":
      return valuesAtSteps(history.steps, other);
  }
}

/** The other metric's value at each step; of a repeated step the last one, NaN where it has none. */
function valuesAtSteps(steps: Float64Array, other: History | undefined): Float64Array {
  const byStep = new Map<number, number>();
  other?.steps.forEach((step, i) => {
    byStep.set(step, other.values[i] as number);
  });
  return steps.map((step) => byStep.get(step) ?? Number.NaN);
}

function isAscending(x: Float64Array): boolean {
  if (x.length > 0 && !Number.isFinite(x[0] as number)) return false;
  for (let i = 1; i < x.length; i++) {
    // Written so that NaN fails too.
    if (!((x[i] as number) >= (x[i - 1] as number))) return false;
  }
  return x.length === 0 || Number.isFinite(x[x.length - 1] as number);
}

function ascendingOrder(x: Float64Array): Uint32Array {
  const places: number[] = [];
  x.forEach((value, i) => {
    if (Number.isFinite(value)) places.push(i);
  });
  return Uint32Array.from(places).sort((a, b) => (x[a] as number) - (x[b] as number) || a - b);
}
