import { expect, test } from "vitest";
import { column } from "../../../viewer/table/columns.ts";
import {
  commonText,
  displayGroups,
  groupRows,
  sortGroups,
  summarize,
} from "../../../viewer/table/groups.ts";
import { makeTable, namesOf } from "../make-table.ts";

const table = makeTable([
  { name: "a", params: { opt: "sgd", lr: "0.1" }, metrics: { acc: 0.6 } },
  { name: "b", params: { opt: "adam", lr: "0.1" }, metrics: { acc: 0.9 } },
  { name: "c", params: { opt: "sgd", lr: "0.3" }, metrics: { acc: 0.8 } },
  { name: "d", metrics: { acc: Number.NaN } },
]);
const all = Int32Array.from(table.runIds.keys());
const acc = column("metrics", "acc");
const opt = column("params", "opt");

test("runs with the same values form a group, those without any a group of their own", () => {
  const groups = groupRows(table, all, [opt]);

  expect(groups.map(({ values, rows }) => [values, namesOf(table, rows)])).toEqual([
    [["sgd"], ["a", "c"]],
    [["adam"], ["b"]],
    [[undefined], ["d"]],
  ]);
});

test("groups stand in the order of what they are sorted by, those without a value last", () => {
  const groups = groupRows(table, all, [opt]);
  const order = (isDescending: boolean): unknown[] =>
    sortGroups(table, groups, [{ column: acc, isDescending }], "mean").map(
      (group) => group.values[0],
    );

  expect(order(true)).toEqual(["adam", "sgd", undefined]);
  expect(order(false)).toEqual(["sgd", "adam", undefined]);
});

test.each([
  ["mean", 0.7],
  ["median", 0.7],
  ["min", 0.6],
  ["max", 0.8],
] as const)("the %s of a group leaves NaN out", (aggregate, value) => {
  const summary = summarize(table, acc, Int32Array.from([0, 2, 3]), aggregate);

  expect(summary.value).toBeCloseTo(value, 12);
  expect(summary.deviation).toBeCloseTo(Math.SQRT2 / 10, 12);
  expect(summary.count).toBe(2);
});

test("a group without numbers sums up to nothing", () => {
  expect(summarize(table, acc, Int32Array.from([3]), "mean").count).toBe(0);
});

test("a group says what its runs have in common, or how many values they have", () => {
  const sgd = Int32Array.from([0, 2]);

  expect(commonText(table, opt, sgd)).toEqual({ text: "sgd", distinct: 1 });
  expect(commonText(table, column("params", "lr"), sgd).distinct).toBe(2);
});

test("an open group shows its runs below it, and what belongs to no group comes last", () => {
  const groups = groupRows(table, Int32Array.from([0, 1, 2]), [opt]);

  const shown = displayGroups(groups, (group) => group.values[0] === "sgd", Int32Array.from([3]));

  expect([...shown.rows]).toEqual([-1, 0, 2, -2, 3]);
  expect([...shown.depth]).toEqual([0, 1, 1, 0, 0]);
});
