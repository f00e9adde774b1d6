import { expect, test } from "vitest";
import { smooth } from "../../../viewer/charts/smooth.ts";

/** The definition: every earlier finite point weighs w^age, and the weights are made to sum to one. */
function reference(y: readonly number[], weight: number): number[] {
  return y.map((value, i) => {
    if (!Number.isFinite(value)) return value;
    const past = y.slice(0, i + 1).filter(Number.isFinite);
    const weights = past.map((_, k) => weight ** (past.length - 1 - k));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return past.reduce((sum, v, k) => sum + v * (weights[k] as number), 0) / total;
  });
}

test.each([0.1, 0.6, 0.9, 0.99])(
  "smoothing by %d is the weighted mean of all points so far",
  (weight) => {
    const y = Array.from({ length: 60 }, (_, i) => Math.sin(i) * 10 + i);
    y[7] = Number.NaN;
    y[20] = Number.POSITIVE_INFINITY;

    const smoothed = smooth(Float64Array.from(y), weight);

    reference(y, weight).forEach((expected, i) => {
      if (Number.isFinite(expected)) expect(smoothed[i]).toBeCloseTo(expected, 9);
      else expect(smoothed[i]).toBe(expected);
    });
  },
);

test("a constant stays itself from the first point on", () => {
  expect([...smooth(Float64Array.from([2, 2, 2]), 0.9)].map((v) => v.toFixed(12))).toEqual(
    ["2", "2", "2"].map((v) => Number(v).toFixed(12)),
  );
});

test("without smoothing the points are returned as they are", () => {
  const y = Float64Array.from([1, 5]);

  expect(smooth(y, 0)).toBe(y);
});
