import { expect, test } from "vitest";
import { toLine } from "../../../viewer/charts/line.ts";
import { pyramidHistory, recordsWithin } from "../../../viewer/charts/pyramid.ts";
import { reduce } from "../../../viewer/charts/reduce.ts";
import { parsePyramid } from "../../../viewer/data/parse-history.ts";

test("a pyramid draws the spike that it sums up", () => {
  const records = Array.from({ length: 4000 }, (_, i) => [
    ...[i * 256, i * 256 + 255, i, i + 1],
    ...(i === 1234 ? [0, 99] : [0, 1]),
  ]);
  const pyramid = parsePyramid(new Uint8Array(Float64Array.from(records.flat()).buffer));

  const { x, y } = toLine(pyramidHistory(pyramid), { axis: { kind: "step" }, start: 0 });
  const drawn = reduce(x, y, { from: 0, to: 1_024_000, columns: 300 });

  expect(Math.max(...drawn.y.map(Number))).toBe(99);
});

test("the records of a zoomed part are found, also when steps went back", () => {
  const low = Float64Array.from([0, 100, 50, 200]);
  const high = Float64Array.from([99, 199, 120, 299]);

  expect(recordsWithin(low, high, 110, 130)).toEqual({ first: 1, end: 3 });
  expect(recordsWithin(low, high, 55, 60)).toEqual({ first: 0, end: 3 });
  expect(recordsWithin(low, high, 500, 600)).toEqual({ first: 0, end: 0 });
});
