import { expect, test } from "vitest";
import type { Line } from "../../../viewer/charts/line.ts";
import { makePlot, type PlotOptions, plotLine } from "../../../viewer/charts/plot.ts";

const OPTIONS: PlotOptions = {
  xKind: "step",
  logX: false,
  logY: false,
  clip: false,
  width: 400,
  height: 200,
};

function line(x: readonly number[], y: readonly number[]): Line {
  return { x: Float64Array.from(x), y: Float64Array.from(y), order: null, exact: true };
}

test("two runs are joined on their steps, with the range of both", () => {
  const plot = makePlot(
    [plotLine("a", line([0, 2], [1, 3]), 0), plotLine("b", line([1, 2], [-1, 0]), 0)],
    OPTIONS,
  );

  expect(plot).toMatchObject({
    x: { low: 0, high: 2 },
    columns: [0, 1, 2],
    smoothed: [
      [1, undefined, 3],
      [undefined, -1, 0],
    ],
    raw: [],
    marks: [],
    points: 4,
    clipped: 0,
  });
  expect(plot?.y.low).toBeCloseTo(-1.2);
  expect(plot?.y.high).toBeCloseTo(3.2);
  expect(plot?.xTicks.map((tick) => tick.label)).toEqual(["0", "1", "2"]);
});

test("with smoothing the raw points are drawn too, and count for the range", () => {
  const plot = makePlot([plotLine("a", line([0, 1, 2], [0, 10, 0]), 0.9)], OPTIONS);

  expect(plot?.raw).toEqual([[0, 10, 0]]);
  expect(plot?.smoothed[0]?.[1]).toBeCloseTo(10 / 1.9);
  expect(plot?.y.high).toBeCloseTo(10.5);
});

test("outliers are clipped on demand, and counted", () => {
  const y = Array.from({ length: 200 }, (_, i) => Math.sin(i / 10));
  y[50] = 1000;
  const lines = [plotLine("a", line(Array.from(y.keys()), y), 0)];

  const clipped = makePlot(lines, { ...OPTIONS, clip: true });

  expect(clipped?.y.high).toBeLessThan(2);
  expect(clipped?.clipped).toBe(1);
  expect(makePlot(lines, OPTIONS)?.y.high).toBeGreaterThan(1000);
});

test("a range without outliers is not clipped", () => {
  const y = Array.from({ length: 200 }, (_, i) => i);
  const lines = [plotLine("a", line(y, y), 0)];

  expect(makePlot(lines, { ...OPTIONS, clip: true })).toMatchObject({ clipped: 0 });
});

test("a log axis over zero or less becomes symlog and keeps every point", () => {
  const lines = [plotLine("a", line([0, 1, 2], [-10, 0, 1000]), 0)];

  const plot = makePlot(lines, { ...OPTIONS, logY: true });

  expect(plot?.yScale).toEqual({ kind: "symlog", threshold: 10 });
  expect(plot?.smoothed[0]?.map((value) => Number(value?.toFixed(3)))).toEqual([-0.301, 0, 2.004]);
});

test("a zoom draws its part anew from all points", () => {
  const y = Array.from({ length: 100_000 }, (_, i) => i % 1000);
  const lines = [plotLine("a", line(Array.from(y.keys()), y), 0)];

  const plot = makePlot(lines, { ...OPTIONS, zoom: { low: 500, high: 600 } });

  expect(plot?.points).toBe(101);
  expect(plot?.columns[0]).toBe(499);
  expect(plot?.columns.length).toBe(103);
});

test("fixed ends of y are taken as given", () => {
  const lines = [plotLine("a", line([0, 1], [5, 6]), 0)];

  expect(makePlot(lines, { ...OPTIONS, yRange: { low: 0, high: 100 } })?.y).toEqual({
    low: 0,
    high: 100,
  });
});

test("a single point has an axis, no point at all has no plot", () => {
  expect(makePlot([plotLine("a", line([7], [2]), 0)], OPTIONS)).toMatchObject({
    x: { low: 6.5, high: 7.5 },
    y: { low: 1.8, high: 2.2 },
  });
  expect(makePlot([plotLine("a", line([], []), 0)], OPTIONS)).toBeUndefined();
  expect(makePlot([], OPTIONS)).toBeUndefined();
});

test("nothing but NaN still shows where the points are", () => {
  const plot = makePlot([plotLine("a", line([1, 2], [Number.NaN, Number.NaN]), 0)], OPTIONS);

  expect(plot?.marks).toEqual([
    { x: 1, kind: "NaN", line: 0 },
    { x: 2, kind: "NaN", line: 0 },
  ]);
});
