import { expect, test } from "vitest";
import { join } from "../../../viewer/charts/join.ts";

test("lines share one ascending x; where a line has no point it has undefined, at a gap null", () => {
  const joined = join([
    { x: [0, 2, 4], y: [10, null, 14] },
    { x: [1, 2, 3], y: [21, 22, 23] },
  ]);

  expect(joined).toEqual({
    x: [0, 1, 2, 3, 4],
    y: [
      [10, undefined, null, undefined, 14],
      [undefined, 21, 22, 23, undefined],
    ],
  });
});

test("a line that repeats an x keeps all its points", () => {
  expect(
    join([
      { x: [1, 1, 2], y: [5, 6, 7] },
      { x: [1], y: [9] },
    ]),
  ).toEqual({
    x: [1, 1, 2],
    y: [
      [5, 6, 7],
      [9, undefined, undefined],
    ],
  });
});

test("no lines and empty lines join to nothing", () => {
  expect(join([])).toEqual({ x: [], y: [] });
  expect(join([{ x: [], y: [] }])).toEqual({ x: [], y: [[]] });
});
