import { expect, test } from "vitest";
import { reduce } from "../../../viewer/charts/reduce.ts";

const line = (y: number[]): [Float64Array, Float64Array] => [
  Float64Array.from(y, (_, i) => i),
  Float64Array.from(y),
];

test("one spike among a million points survives, upwards and downwards", () => {
  const x = Float64Array.from({ length: 1_000_000 }, (_, i) => i);
  const y = x.map((i) => Math.sin(i / 1e5));
  y[123_456] = 50;
  y[765_432] = -50;

  const drawn = reduce(x, y, { from: 0, to: 999_999, columns: 800 });

  expect(Math.max(...drawn.y.map(Number))).toBe(50);
  expect(Math.min(...drawn.y.map(Number))).toBe(-50);
  expect(drawn.x.length).toBe(3200);
  expect(drawn.count).toBe(1_000_000);
  const spike = drawn.x[drawn.y.indexOf(50)] as number;
  expect(Math.abs(spike - 123_456)).toBeLessThan(1_000_000 / 800);
});

test("each pixel column keeps its first, least, greatest and last point", () => {
  const [x, y] = line([5, 1, 9, 4, 3, 3, 3, 3, 8, 2]);

  const drawn = reduce(x, y, { from: 0, to: 10, columns: 2 });

  expect(drawn.y).toEqual([5, 1, 9, 3, 3, 8, 2, 2]);
  expect(drawn.x).toEqual([0, 1.25, 2.5, 3.75, 5, 6.25, 7.5, 8.75]);
});

test("few points are drawn where they are, with the neighbours just outside the window", () => {
  const [x, y] = line([0, 10, 20, 30, 40, 50]);

  expect(reduce(x, y, { from: 1.5, to: 3.5, columns: 100 })).toEqual({
    x: [1, 2, 3, 4],
    y: [10, 20, 30, 40],
    marks: [],
    count: 2,
  });
});

test("NaN breaks a line and leaves a mark, infinities too", () => {
  const [x, y] = line([1, Number.NaN, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);

  expect(reduce(x, y, { from: 0, to: 4, columns: 100 })).toEqual({
    x: [0, 1, 2, 3, 4],
    y: [1, null, 3, null, null],
    marks: [
      { x: 1, kind: "NaN" },
      { x: 3, kind: "Infinity" },
      { x: 4, kind: "-Infinity" },
    ],
    count: 5,
  });
});

test("a column of nothing but NaN is a gap; one NaN among its points is a mark only", () => {
  const values = Array.from({ length: 100 }, (_, i) => (i >= 40 && i < 60 ? Number.NaN : i));
  values[5] = Number.NaN;
  const [x, y] = line(values);

  const drawn = reduce(x, y, { from: 0, to: 100, columns: 5 });

  expect(drawn.y.indexOf(null)).toBe(8);
  expect(drawn.y.filter((value) => value === null)).toEqual([null]);
  expect(drawn.marks).toEqual([
    { x: 10, kind: "NaN" },
    { x: 50, kind: "NaN" },
  ]);
});

test("repeated steps stay in their order", () => {
  const x = Float64Array.from([0, 1, 1, 1, 2]);
  const y = Float64Array.from([1, 5, 2, 7, 3]);

  expect(reduce(x, y, { from: 0, to: 2, columns: 50 })).toMatchObject({
    x: [0, 1, 1, 1, 2],
    y: [1, 5, 2, 7, 3],
  });
});

test("an empty line and a window without points draw nothing", () => {
  const none = { x: [], y: [], marks: [], count: 0 };

  expect(reduce(new Float64Array(0), new Float64Array(0), { from: 0, to: 1, columns: 9 })).toEqual(
    none,
  );
});
