import { expect, test } from "vitest";
import { cellText, columnKinds, recordsOf, sortRows } from "../../../viewer/previews/records.ts";

test("MLflow's table JSON and lists of objects are tables, other JSON is not", () => {
  expect(recordsOf({ columns: ["q", "a"], data: [["1", 2]] })).toEqual({
    columns: ["q", "a"],
    rows: [["1", 2]],
  });
  expect(recordsOf([{ a: 1 }, { b: 2, a: 3 }])).toEqual({
    columns: ["a", "b"],
    rows: [
      [1, ""],
      [3, 2],
    ],
  });
  expect(recordsOf({ columns: ["q"], data: "none" })).toBeUndefined();
  expect(recordsOf([1, 2])).toBeUndefined();
  expect(recordsOf([])).toBeUndefined();
});

test("a column of numbers stands at the right, few distinct words are counted", () => {
  const kinds = columnKinds({
    columns: ["n", "label", "id", "empty"],
    rows: [
      ["1e-3", "cat", "x", ""],
      ["", "dog", "y", ""],
      ["nan", "cat", "z", ""],
    ],
  });

  expect(kinds).toEqual([
    { name: "n", isNumber: true, note: "number" },
    { name: "label", isNumber: false, note: "text, 2 values" },
    { name: "id", isNumber: false, note: "text" },
    { name: "empty", isNumber: false, note: "text, 1 values" },
  ]);
});

test("rows sort by number or as people sort words, empty ones last in both directions", () => {
  const records = { columns: ["x"], rows: [["10"], ["9"], [""], ["100"], ["9"]] };

  expect([...sortRows(records, 0, true, false)]).toEqual([1, 4, 0, 3, 2]);
  expect([...sortRows(records, 0, true, true)]).toEqual([3, 0, 1, 4, 2]);
  const words = { columns: ["x"], rows: [["run-10"], ["run-9"], [null], ["Run-1"]] };
  expect([...sortRows(words, 0, false, false)]).toEqual([3, 1, 0, 2]);
});

test("a nested cell reads as JSON, big numbers in full", () => {
  expect(cellText({ a: [1, 12345678901234567890n] })).toBe('{"a":[1,"12345678901234567890"]}');
  expect(cellText(null)).toBe("");
});
