import { expect, test } from "vitest";
import { relativeStart, toLine } from "../../../viewer/charts/line.ts";
import type { History } from "../../../viewer/data/parse-history.ts";

function history(
  points: readonly (readonly [step: number, value: number, time: number])[],
): History {
  return {
    steps: Float64Array.from(points, ([step]) => step),
    values: Float64Array.from(points, ([, value]) => value),
    timestamps: Float64Array.from(points, ([, , time]) => time),
  };
}

const STEPS = { axis: { kind: "step" }, start: 0 } as const;

test("steps out of order are sorted and repeated ones keep the order of the file", () => {
  const line = toLine(
    history([
      [3, 0.3, 1000],
      [-1, 0.1, 2000],
      [3, 0.9, 500],
      [2, Number.NaN, 4000],
    ]),
    STEPS,
  );

  expect([...line.x]).toEqual([-1, 2, 3, 3]);
  expect([...line.y]).toEqual([0.1, Number.NaN, 0.3, 0.9]);
  expect([...(line.order ?? [])]).toEqual([1, 3, 0, 2]);
});

test("an ascending history is taken as it is, without a copy", () => {
  const points = history([
    [0, 1, 10],
    [1, 2, 20],
  ]);

  const line = toLine(points, STEPS);

  expect(line.x).toBe(points.steps);
  expect(line.y).toBe(points.values);
  expect(line.order).toBeNull();
});

test("x may be the time since the start or the time itself", () => {
  const points = history([
    [0, 1, 1_000],
    [1, 2, 3_500],
  ]);

  expect([...toLine(points, { axis: { kind: "relative" }, start: 500 }).x]).toEqual([500, 3_000]);
  expect([...toLine(points, { axis: { kind: "time" }, start: 500 }).x]).toEqual([1_000, 3_500]);
});

test("x may be another metric at the same step; points without it are left out", () => {
  const loss = history([
    [1, 0.9, 0],
    [2, 0.8, 0],
    [3, 0.7, 0],
    [4, 0.6, 0],
  ]);
  const epoch = history([
    [1, 1, 0],
    [3, 2, 0],
    [4, Number.NaN, 0],
    [3, 3, 0],
  ]);

  const line = toLine(loss, { axis: { kind: "metric", key: "epoch" }, start: 0, other: epoch });

  expect([...line.x]).toEqual([1, 3]);
  expect([...line.y]).toEqual([0.9, 0.7]);
});

test("relative time starts with the run, or with the first point of a run that was imported later", () => {
  const points = history([[0, 1, 5_000]]);

  expect(relativeStart(points, 4_000)).toBe(4_000);
  expect(relativeStart(points, 9_000)).toBe(5_000);
});
