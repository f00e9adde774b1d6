import { expect, test } from "vitest";
import { makePlot, type Plot, plotLine } from "../../../viewer/charts/plot.ts";
import { spansOf } from "../../../viewer/charts/spans.ts";

const WIDTH = 100;
const HEIGHT = 100;

function plotOf(values: readonly number[]): Plot {
  const line = {
    x: Float64Array.from(values.keys()),
    y: Float64Array.from(values),
    order: null,
    exact: true,
  };
  const options = {
    xKind: "step",
    logX: false,
    logY: false,
    clip: false,
    yRange: { low: 0, high: 100 },
    width: WIDTH,
    height: HEIGHT,
  } as const;
  return makePlot([plotLine("a", line, 0)], options) as Plot;
}

test("a dense line covers in each pixel column what lies between its highest and lowest point", () => {
  const values: number[] = Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? 40 : 60));
  values[5_050] = 100;

  const { at, top, bottom } = spansOf(plotOf(values), 0, WIDTH, HEIGHT);

  expect([...at].slice(0, 3)).toEqual([0, 1, 2]);
  expect([top[10], bottom[10]]).toEqual([40, 60]);
  // The spike is in its own column, and leaves the others as they are.
  expect([...top].filter((y) => y === 0)).toHaveLength(1);
  expect([...bottom].every((y) => y === 60)).toBe(true);
});

test("a span goes on from where the line was in the column before, but not over a gap", () => {
  const values: number[] = Array.from({ length: 1_000 }, (_, i) => (i < 500 ? 20 : 80));
  const steps = spansOf(plotOf(values), 0, WIDTH, HEIGHT);
  const gap = spansOf(plotOf(values.fill(Number.NaN, 490, 500)), 0, WIDTH, HEIGHT);
  const tallest = ({ top, bottom }: typeof steps): number =>
    Math.max(...[...top].map((y, i) => (bottom[i] as number) - y));

  expect(tallest(steps)).toBe(60);
  expect(tallest(gap)).toBe(0);
});

test("a line whose corners can be seen has none", () => {
  expect(spansOf(plotOf([1, 2, 3, 50, 60]), 0, WIDTH, HEIGHT).at).toHaveLength(0);
});
