import { expect, test } from "vitest";
import { groupBand } from "../../../viewer/charts/group.ts";
import type { Line } from "../../../viewer/charts/line.ts";

function line(x: readonly number[], y: readonly number[]): Line {
  return { x: Float64Array.from(x), y: Float64Array.from(y), order: null, exact: true };
}

const SEEDS = [line([0, 1, 2], [1, 2, 3]), line([0, 1], [3, 2]), line([0, 1], [5, Number.NaN])];

test("runs with the same steps give mean and sample standard deviation at each step", () => {
  const band = groupBand(SEEDS, "sd");

  expect([...band.mean.x]).toEqual([0, 1, 2]);
  expect([...band.mean.y]).toEqual([3, 2, 3]);
  expect([...band.n]).toEqual([3, 2, 1]);
  expect([...band.low]).toEqual([1, 2, 3]);
  expect([...band.high]).toEqual([5, 2, 3]);
});

test("the band may be least to greatest or the 95 % interval of the mean", () => {
  expect([...groupBand(SEEDS, "minmax").high]).toEqual([5, 2, 3]);
  // t with two degrees of freedom: 4.303 * 2 / sqrt(3)
  expect(groupBand(SEEDS, "ci95").high[0]).toBeCloseTo(3 + 4.9687, 3);
});

test("runs without common x are compared in 200 parts of the axis, each once in each part", () => {
  const ramp = (shift: number): Line => {
    const x = Array.from({ length: 2000 }, (_, i) => i + shift);
    return line(x, x);
  };

  const band = groupBand([ramp(0), ramp(0.25), ramp(0.5)], "sd");

  expect(band.mean.x.length).toBe(200);
  expect(band.n[100]).toBe(3);
  expect(Math.abs((band.mean.y[100] as number) - (band.mean.x[100] as number))).toBeLessThan(6);
});
