import { expect, test } from "vitest";
import { column } from "../../../viewer/table/columns.ts";
import { formatSort, nextSort, parseSort, sortRows } from "../../../viewer/table/sort.ts";
import { makeTable, namesOf } from "../make-table.ts";

const table = makeTable([
  { name: "run-10", metrics: { loss: 0.2 }, params: { lr: "0.1", opt: "sgd" } },
  { name: "run-2", metrics: { loss: Number.NaN }, params: { lr: "1e-3", opt: "adam" } },
  { name: "Run-3", metrics: { loss: Number.POSITIVE_INFINITY }, params: { lr: "0.02" } },
  { name: "run-1", params: { lr: "nan", opt: "adam" } },
  { name: "run-4", metrics: { loss: -1 }, params: { opt: "sgd" } },
]);
const all = Int32Array.from(table.runIds.keys());

function sorted(s: string): string[] {
  return namesOf(table, sortRows(table, all, parseSort(s)));
}

test.each([
  ["metrics.loss", ["run-4", "run-10", "Run-3", "run-2", "run-1"]],
  ["-metrics.loss", ["Run-3", "run-10", "run-4", "run-2", "run-1"]],
  ["params.lr", ["run-2", "Run-3", "run-10", "run-1", "run-4"]],
  ["-params.lr", ["run-10", "Run-3", "run-2", "run-1", "run-4"]],
  ["attributes.name", ["run-1", "run-2", "Run-3", "run-4", "run-10"]],
  ["params.opt,-metrics.loss", ["run-2", "run-1", "run-10", "run-4", "Run-3"]],
  ["", ["run-10", "run-2", "Run-3", "run-1", "run-4"]],
  ["metrics.unknown", ["run-10", "run-2", "Run-3", "run-1", "run-4"]],
])("%s puts NaN and what is missing last, numbers by size, names as people do", (s, names) => {
  expect(sorted(s)).toEqual(names);
});

test("ten thousand rows with equal values keep their order", () => {
  const runs = Array.from({ length: 10_000 }, (_, i) => ({
    name: `${i}`,
    metrics: { loss: i % 3 },
  }));
  const large = makeTable(runs);
  const rows = Int32Array.from(large.runIds.keys());

  const result = sortRows(large, rows, parseSort("metrics.loss"));

  const expected = [...rows].sort((a, b) => (a % 3) - (b % 3) || a - b);
  expect([...result]).toEqual(expected);
});

test("the sort reads back from the address, keys with commas included", () => {
  const keys = parseSort("-metrics.a\\,b,params.lr,metrics:min.loss");

  expect(keys.map(({ column: { id }, isDescending }) => [id, isDescending])).toEqual([
    ["metrics.a,b", true],
    ["params.lr", false],
    ["metrics:min.loss", false],
  ]);
  expect(formatSort(keys)).toBe("-metrics.a\\,b,params.lr,metrics:min.loss");
});

test("what is no column is left out of the sort", () => {
  expect(parseSort("loss,attributes.nothing,metrics.,-params.lr")).toEqual([
    { column: column("params", "lr"), isDescending: true },
  ]);
});

test("a click sorts by the better end, a second one by the other, a third one not at all", () => {
  const loss = column("metrics", "loss");
  const first = nextSort([], loss, false, false);
  const second = nextSort(first, loss, false, false);

  expect([first, second, nextSort(second, loss, false, false)].map(formatSort)).toEqual([
    "metrics.loss",
    "-metrics.loss",
    "",
  ]);
});

test("with Shift a column is added to the sort, up to three", () => {
  const columns = ["a", "b", "c", "d"].map((key) => column("params", key));
  const sort = columns.reduce((keys, each) => nextSort(keys, each, true, true), parseSort(""));

  expect(formatSort(sort)).toBe("-params.a,-params.b,-params.d");
});
