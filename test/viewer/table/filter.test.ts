import { expect, test } from "vitest";
import { parseFilter } from "../../../lib/search/parse.ts";
import { filterRows } from "../../../viewer/table/filter.ts";
import { viewerOnlyHints } from "../../../viewer/table/viewer-only.ts";
import { makeTable, namesOf } from "../make-table.ts";

const table = makeTable([
  { name: "adam-1", params: { lr: "0.1" }, tags: { stage: "candidate" }, metrics: { loss: 0.3 } },
  { name: "sgd-1", params: { lr: "0.01" }, metrics: { loss: Number.NaN }, start: Date.now() },
  { name: "sgd-2", params: { lr: "0.01" }, user: "ada", datasets: "mnist (abc), cifar (def)" },
]);
const all = Int32Array.from(table.runIds.keys());

function matching(text: string): string[] {
  return namesOf(table, filterRows(table, all, text, null).rows);
}

test.each([
  ["params.lr = '0.01'", ["sgd-1", "sgd-2"]],
  ["metrics.loss < 1", ["adam-1"]],
  ["metrics.loss IS NULL", ["sgd-2"]],
  ["metrics.loss IS NOT NULL", ["adam-1", "sgd-1"]],
  ["sgd", ["sgd-1", "sgd-2"]],
  ["CANDI", ["adam-1"]],
  ["id-adam", ["adam-1"]],
  ["attributes.user_id = 'ada' OR metrics.loss = 0.3", ["adam-1", "sgd-2"]],
  ["NOT params.lr = '0.01'", ["adam-1"]],
  ["start_time > now-1h", ["sgd-1"]],
  ["datasets.name = 'cifar'", ["sgd-2"]],
  ["datasets.digest = 'abc'", ["sgd-2"]],
  ["tags.stage = 'candidate' AND params.lr = '0.01'", []],
  ["attributes.run_name = /^sgd/", ["sgd-1", "sgd-2"]],
])("%s", (text, names) => {
  expect(matching(text)).toEqual(names);
});

test("a filter that cannot be understood keeps the rows of the last one, and says where it is wrong", () => {
  const good = filterRows(table, all, "params.lr = '0.01'", null);

  const wrong = filterRows(table, all, "params.lr = 0.01", good);

  expect(namesOf(table, wrong.rows)).toEqual(["sgd-1", "sgd-2"]);
  expect(wrong.mistake?.column).toEqual({ start: 13, end: 17 });
  expect(wrong.mistake?.hint).toBe("param values are text: write params.lr = '0.01'");
});

test("the beginning of a condition is not searched for as a word", () => {
  const half = filterRows(table, all, "metrics.lo", null);

  expect(namesOf(table, half.rows)).toEqual(["adam-1", "sgd-1", "sgd-2"]);
  expect(half.mistake?.message).toBe("A comparator is missing behind metrics.lo");
});

test("behind a condition the beginning of another is not searched for as a word, unless it is quoted", () => {
  const good = filterRows(table, all, "params.lr = '0.01'", null);
  const half = filterRows(table, all, "params.lr = '0.01' AND met", good);

  expect(namesOf(table, half.rows)).toEqual(["sgd-1", "sgd-2"]);
  expect(half.mistake?.column).toEqual({ start: 24, end: 27 });
  expect(matching("params.lr = '0.01' AND 'met'")).toEqual([]);
  expect(matching("params.lr = '0.01' AND sgd-2")).toEqual(["sgd-2"]);
});

test("what the API does not understand is said, once each", () => {
  const { filter } = filterRows(table, all, "(sgd OR adam) AND metrics.loss IS NULL", null);

  expect(viewerOnlyHints(filter).length).toBeGreaterThan(1);
  expect(viewerOnlyHints(parseFilter("runs", "params.lr = '0.01'"))).toEqual([]);
});
