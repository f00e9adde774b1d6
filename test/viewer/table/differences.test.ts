import { expect, test } from "vitest";
import { parseColumn } from "../../../viewer/table/columns.ts";
import { differs, hasValues } from "../../../viewer/table/differences.ts";
import { makeTable } from "../make-table.ts";

const table = makeTable([
  {
    name: "a",
    metrics: { same: 1, some: 1, nan: Number.NaN, other: 1 },
    params: { p: "1", q: "x" },
  },
  { name: "b", metrics: { same: 1, nan: Number.NaN, other: 2 }, params: { p: "1" } },
]);
const both = Int32Array.from([0, 1]);

function differing(id: string, rows: Int32Array): boolean {
  const column = parseColumn(id);
  return column !== null && differs(table, column, rows);
}

test.each([
  ["metrics.same", false],
  ["metrics.other", true],
  ["metrics.some", true],
  ["metrics.nan", false],
  ["params.p", false],
  ["params.q", true],
  ["attributes.name", true],
  ["attributes.user", false],
  ["tags.none", false],
])("%s differs: %s; having no value is a value, NaN equals NaN", (id, expected) => {
  expect(differing(id, both)).toBe(expected);
});

test("one row, or none, differs from nothing", () => {
  expect(differing("metrics.other", Int32Array.from([1]))).toBe(false);
  expect(differing("metrics.other", new Int32Array(0))).toBe(false);
});

test("a column has values when any of the rows has one", () => {
  const column = parseColumn("metrics.some");
  const has = (rows: number[]): boolean =>
    column !== null && hasValues(table, column, Int32Array.from(rows));

  expect([has([0, 1]), has([1])]).toEqual([true, false]);
});
