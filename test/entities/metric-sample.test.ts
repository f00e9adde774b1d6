import fc from "fast-check";
import { expect, test } from "vitest";
import { sampleExtremes } from "../../lib/entities/metric-sample.ts";

test("spikes stay, with the first and the last point", () => {
  const values = Array.from({ length: 1_000 }, () => 1);
  values[137] = 50;
  values[800] = -50;

  const chosen = sampleExtremes(values, 10);

  expect(chosen.length).toBeLessThanOrEqual(10);
  expect(chosen).toEqual(expect.arrayContaining([0, 137, 800, 999]));
});

test("a short history stays whole", () => {
  expect(sampleExtremes([3, 1, 2], 3)).toEqual([0, 1, 2]);
  expect(sampleExtremes([], 2)).toEqual([]);
});

test("no points are made up, none comes twice, and the extremes of all are among them", () => {
  const values = fc.array(fc.double(), { maxLength: 300 });
  fc.assert(
    fc.property(values, fc.integer({ min: 4, max: 60 }), (history, most) => {
      const chosen = sampleExtremes(history, most);

      expect(chosen.length).toBe(Math.min(history.length, chosen.length));
      expect(chosen.length).toBeLessThanOrEqual(most);
      expect([...new Set(chosen)].sort((a, b) => a - b)).toEqual(chosen);
      const numbers = history.filter((value) => !Number.isNaN(value));
      const kept = chosen.map((at) => history[at] as number).filter((v) => !Number.isNaN(v));
      expect(Math.min(...kept)).toBe(Math.min(...numbers));
      expect(Math.max(...kept)).toBe(Math.max(...numbers));
    }),
  );
});

test.each([1, 0, -3, 2.5, Number.NaN])("%d points are no sample", (most) => {
  expect(() => sampleExtremes([1, 2, 3], most)).toThrow("for parameter 'maxPoints'");
});
