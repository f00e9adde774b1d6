import { expect, test } from "vitest";
import {
  findValues,
  firstOpen,
  parseJsonLines,
  parseJsonValue,
  type TreeValue,
  valueRows,
} from "../../../viewer/previews/value-tree.ts";

const brief = (value: TreeValue, open: readonly string[]): string[] =>
  valueRows(value, (id) => open.includes(id)).map(
    (row) => `${"  ".repeat(row.depth)}${row.key} ${row.size ?? String(row.value)}`,
  );

test("only open collections show what is in them", () => {
  const value = { a: { b: [1, 2] }, c: null };

  expect(brief(value, [])).toEqual(["a 1", "c null"]);
  expect(brief(value, ["a"])).toEqual(["a 1", "  b 2", "c null"]);
  expect(brief(value, ["a", "a\0b"])).toEqual(["a 1", "  b 2", "    0 1", "    1 2", "c null"]);
});

test("a small document opens two levels deep, a large one stays closed", () => {
  expect([...firstOpen({ a: { b: { c: 1 } } })]).toEqual(["a", "a\0b"]);
  const large = Array.from({ length: 500 }, () => ({ x: 1 }));
  expect(firstOpen(large).size).toBeLessThan(201);
});

test("keys such as __proto__ are data", () => {
  const value = parseJsonValue('{"__proto__": {"x": 1}, "constructor": "c"}');

  expect(brief(value, ["__proto__"])).toEqual(["__proto__ 1", "  x 1", "constructor c"]);
  expect(({} as { x?: number }).x).toBeUndefined();
});

test("a search finds keys and values anywhere, with the way to them", () => {
  const found = findValues({ model: { layers: [{ name: "Conv" }, { name: "relu" }] } }, "conv");

  expect(found.map((row) => [row.key, row.value])).toEqual([["model.layers[0].name", "Conv"]]);
});

test("JSON lines may have empty lines and no end", () => {
  expect(parseJsonLines('{"a":1}\n\n2')).toEqual([{ a: 1 }, 2]);
});
