import { join } from "./join.ts";
import type { Line, XAxis } from "./line.ts";
import { extent, pad, type Range, withoutOutliers } from "./range.ts";
import { type Drawn, lowerBound, type Mark, reduce, upperBound, type Window } from "./reduce.ts";
import { forward, LINEAR, logScale, type Scale } from "./scale.ts";
import { smooth } from "./smooth.ts";
import { linearTicks, logTicks, type Tick } from "./ticks.ts";
import { clockTicks, durationTicks } from "./time-ticks.ts";

/** One run's line, ready to be drawn in any window. */
export interface PlotLine {
  readonly id: string;
  readonly line: Line;
  /** Along `line.x`; the same array as `line.y` without smoothing. */
  readonly smoothed: Float64Array;
  /** Of a group of runs: how far they spread around their mean, along `line.x`. */
  readonly band?: { readonly low: Float64Array; readonly high: Float64Array };
  /** Of a group of runs: their own lines, drawn faint behind it. */
  readonly members?: readonly Line[];
}

export interface PlotOptions {
  readonly xKind: XAxis["kind"];
  readonly logX: boolean;
  readonly logY: boolean;
  /** Leave far outliers out of the range of y, and say how many are out of sight. */
  readonly clip: boolean;
  /** Visible part of x in its own unit; all of it when absent. */
  readonly zoom?: Range | null;
  /** Fixed ends of y in its own unit. */
  readonly yRange?: { readonly low?: number; readonly high?: number };
  /** Plot area in pixels. */
  readonly width: number;
  readonly height: number;
}

/** Values on the shared x of a plot: undefined where a line has no point, null at a gap. */
export type Column = readonly (number | null | undefined)[];

/** All that a chart draws. Coordinates are on the transformed scales, which are plain linear axes. */
export interface Plot {
  readonly x: Range;
  readonly y: Range;
  readonly xScale: Scale;
  readonly yScale: Scale;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Shared ascending x for raw and smoothed columns. */
  readonly columns: readonly number[];
  /** One a line. */
  readonly smoothed: readonly Column[];
  /** Faint lines behind: the points before smoothing, or the members of groups. */
  readonly raw: readonly Column[];
  /** The line that each of `raw` belongs to. */
  readonly rawOf: readonly number[];
  readonly bands: readonly { readonly line: number; readonly low: Column; readonly high: Column }[];
  readonly marks: readonly (Mark & { readonly line: number })[];
  /** Points inside the window, all drawn through min and max. */
  readonly points: number;
  /** Of these, points above or below the range of y. */
  readonly clipped: number;
}

/** Pixels that a tick with its label wants. */
const X_TICK_SPACE = 60;
const Y_TICK_SPACE = { small: 26, large: 38 };
/** Below this height, in pixels, ticks move together: two of them tell no scale. */
const SMALL_PLOT = 160;
/** More say nothing that the values at the cursor do not. */
const MOST_Y_TICKS = 10;

/** Smooths a line once; zooming and resizing reuse it. */
export function plotLine(id: string, line: Line, smoothing: number): PlotLine {
  return { id, line, smoothed: smooth(line.y, smoothing) };
}

/** Works out everything a chart draws; undefined when no line has a point with a finite x. */
export function makePlot(lines: readonly PlotLine[], options: PlotOptions): Plot | undefined {
  const ends = options.zoom ?? extent(lines.map(({ line }) => endsOf(line.x)));
  if (ends === undefined) return undefined;
  const xScale = options.logX ? logScale(lines.map(({ line }) => line.x)) : LINEAR;
  const yScale = options.logY ? logScale(lines.map(({ line }) => line.y)) : LINEAR;
  const x = widen({ low: forward(xScale, ends.low), high: forward(xScale, ends.high) });
  const window: Window = {
    from: x.low,
    to: x.high,
    columns: Math.max(1, Math.round(options.width)),
  };

  const xs = lines.map(({ line }) => transformed(line.x, xScale));
  const points = lines.map(({ line }, i) => reduce(xs[i] as Float64Array, line.y, window));
  const smoothed = lines.map((line, i) =>
    line.smoothed === line.line.y
      ? (points[i] as Drawn)
      : reduce(xs[i] as Float64Array, line.smoothed, window),
  );
  const behind = linesBehind(lines, points, xScale, window);
  const bands = lines.flatMap(({ band }, line) => {
    if (band === undefined) return [];
    const x = xs[line] as Float64Array;
    return [{ line, low: reduce(x, band.low, window), high: reduce(x, band.high, window) }];
  });
  const around = bands.flatMap(({ low, high }) => [low, high]);
  const all = [...smoothed, ...behind.map(({ drawn }) => drawn), ...around];
  const y = yRangeOf(lines, xs, window, all, yScale, options);
  const joined = join(all.map((one) => toScale(one, yScale)));
  const firstBand = lines.length + behind.length;
  return {
    x,
    y,
    xScale,
    yScale,
    xTicks: xTicksOf(xScale, x, options),
    yTicks: ticksOf(yScale, y, Math.min(options.height / yTickSpace(options.height), MOST_Y_TICKS)),
    columns: joined.x,
    smoothed: joined.y.slice(0, lines.length),
    raw: joined.y.slice(lines.length, firstBand),
    rawOf: behind.map(({ line }) => line),
    bands: bands.map(({ line }, i) => ({
      line,
      low: joined.y[firstBand + 2 * i] as Column,
      high: joined.y[firstBand + 2 * i + 1] as Column,
    })),
    marks: points.flatMap((one, line) => one.marks.map((mark) => ({ ...mark, line }))),
    points: points.reduce((sum, one) => sum + one.count, 0),
    clipped: options.clip ? countOutside(lines, xs, window, y, yScale) : 0,
  };
}

/** What is drawn faint: the points of smoothed lines, and the members of groups. */
function linesBehind(
  lines: readonly PlotLine[],
  points: readonly Drawn[],
  xScale: Scale,
  window: Window,
): { readonly line: number; readonly drawn: Drawn }[] {
  return lines.flatMap(({ line, smoothed, members = [] }, i) => [
    ...(smoothed === line.y ? [] : [{ line: i, drawn: points[i] as Drawn }]),
    ...members.map((member) => ({
      line: i,
      drawn: reduce(transformed(member.x, xScale), member.y, window),
    })),
  ]);
}

function yRangeOf(
  lines: readonly PlotLine[],
  xs: readonly Float64Array[],
  window: Window,
  drawn: readonly Drawn[],
  scale: Scale,
  options: PlotOptions,
): Range {
  const full = extent(drawn.map((one) => one.y)) ?? { low: 0, high: 1 };
  const used = options.clip ? withoutOutliers(visible(lines, xs, window), full) : full;
  const range = pad({ low: forward(scale, used.low), high: forward(scale, used.high) });
  const { low, high } = options.yRange ?? {};
  return widen({
    low: low === undefined ? range.low : forward(scale, low),
    high: high === undefined ? range.high : forward(scale, high),
  });
}

/** What is in the window of each line: the smoothed values, since these are what a reader follows. */
function visible(
  lines: readonly PlotLine[],
  xs: readonly Float64Array[],
  window: Window,
): Float64Array[] {
  return lines.map(({ smoothed }, i) => {
    const x = xs[i] as Float64Array;
    return smoothed.subarray(lowerBound(x, window.from), upperBound(x, window.to));
  });
}

function countOutside(
  lines: readonly PlotLine[],
  xs: readonly Float64Array[],
  window: Window,
  y: Range,
  scale: Scale,
): number {
  let outside = 0;
  lines.forEach(({ line }, i) => {
    const x = xs[i] as Float64Array;
    const end = upperBound(x, window.to);
    for (let at = lowerBound(x, window.from); at < end; at++) {
      const value = forward(scale, line.y[at] as number);
      if (value < y.low || value > y.high) outside++;
    }
  });
  return outside;
}

function xTicksOf(scale: Scale, x: Range, options: PlotOptions): Tick[] {
  const most = options.width / X_TICK_SPACE;
  if (scale.kind !== "linear") return logTicks(scale, x.low, x.high, most);
  if (options.xKind === "relative") return durationTicks(x.low, x.high, most);
  if (options.xKind === "time") return clockTicks(x.low, x.high, most);
  return linearTicks(x.low, x.high, most, options.xKind === "step" ? 1 : 0);
}

function yTickSpace(height: number): number {
  return height < SMALL_PLOT ? Y_TICK_SPACE.small : Y_TICK_SPACE.large;
}

function ticksOf(scale: Scale, range: Range, most: number): Tick[] {
  return scale.kind === "linear"
    ? linearTicks(range.low, range.high, most)
    : logTicks(scale, range.low, range.high, most);
}

function transformed(x: Float64Array, scale: Scale): Float64Array {
  return scale.kind === "linear" ? x : x.map((value) => forward(scale, value));
}

function toScale(
  drawn: Drawn,
  scale: Scale,
): { x: readonly number[]; y: readonly (number | null)[] } {
  if (scale.kind === "linear") return drawn;
  return { x: drawn.x, y: drawn.y.map((value) => (value === null ? null : forward(scale, value))) };
}

function endsOf(x: Float64Array): number[] {
  return x.length === 0 ? [] : [x[0] as number, x[x.length - 1] as number];
}

/** A single point still needs an axis. */
function widen(range: Range): Range {
  return range.high > range.low ? range : { low: range.low - 0.5, high: range.low + 0.5 };
}
