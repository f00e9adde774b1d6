import { expect, test } from "vitest";
import { suggest } from "../../../viewer/table/completions.ts";
import { filterRows } from "../../../viewer/table/filter.ts";
import { makeTable } from "../make-table.ts";

const table = makeTable([
  {
    name: "a",
    user: "ada",
    params: { "optim.lr": "0.1", "optim.name": "adam", quote: "it's" },
    metrics: { "val/acc": 0.9, loss: 0.1 },
    tags: { stage: "candidate" },
    datasets: "mnist (abc), cifar (def)",
  },
  { name: "b", params: { "optim.lr": "0.2", "optim.name": "adam" }, metrics: { loss: 0.3 } },
  { name: "c", params: { "optim.lr": "0.1" }, metrics: { loss: 0.2 } },
]);

/** Suggestions at the bar in the text, as `label (hint)`. */
function labels(written: string): string[] {
  const cursor = written.indexOf("|");
  const { items } = suggest(table, written.replace("|", ""), cursor);
  return items.map(({ label, hint }) => (hint === "" ? label : `${label} (${hint})`));
}

/** The text after the first suggestion is taken, with a bar for the cursor. */
function accepted(written: string): string | undefined {
  const cursor = written.indexOf("|");
  const [first] = suggest(table, written.replace("|", ""), cursor).items;
  return first && `${first.text.slice(0, first.cursor)}|${first.text.slice(first.cursor)}`;
}

test("an empty box offers the kinds of keys and the attributes", () => {
  expect(labels("|").slice(0, 2)).toEqual([
    "metrics. (last value of a metric)",
    "params. (text of a param)",
  ]);
});

test("keys are offered by how many runs have them, with their values counted", () => {
  expect(labels("params.|")).toEqual([
    "optim.lr (2 values)",
    "optim.name (1 value)",
    "quote (1 value)",
  ]);
  expect(labels("metrics.|")).toEqual(["loss (3 runs)", "val/acc (1 run)"]);
});

test("whoever types a part of a key is offered the key of every kind", () => {
  expect(labels("los|")).toEqual(["metrics.loss (3 runs)"]);
});

test("comparators are those that fit", () => {
  expect(labels("params.quote |")).toEqual(["=", "!=", "LIKE", "ILIKE", "IS NULL", "IS NOT NULL"]);
});

test("values are offered by how often they occur", () => {
  expect(labels("params.`optim.lr` = |")).toEqual(["0.1 (2 runs)", "0.2 (1 run)"]);
  expect(labels("attributes.user_id = |")).toEqual(["ada (1 run)"]);
  expect(labels("datasets.name = |")).toEqual(["cifar (1 run)", "mnist (1 run)"]);
  expect(labels("attributes.status = R|")).toEqual(["RUNNING (1 run)"]);
});

test("numbers are offered by their ends, times by age", () => {
  expect(labels("metrics.loss > |")).toEqual(["0.1000 (lowest)", "0.3000 (highest)"]);
  expect(labels("start_time > |")[0]).toBe("now-1h (an hour ago)");
});

test.each([
  ["met|", "metrics.|"],
  ["params.op|", "params.`optim.lr` |"],
  ["params.`optim.name` = |", "params.`optim.name` = 'adam' |"],
  ["params.quote = |", `params.quote = "it's" |`],
  ["params.quote LIKE |", `params.quote LIKE "it's%" |`],
  ["attributes.run_id IN |", undefined],
  ["params.qu| AND metrics.loss < 1", "params.quote |AND metrics.loss < 1"],
  ["metrics.loss < 1 |", "metrics.loss < 1 AND |"],
])("taking the first suggestion at %s gives %s", (before, after) => {
  expect(accepted(before)).toBe(after);
});

test("what is typed already is not offered again", () => {
  expect(labels('params.quote = "it\'s" |').length).toBeGreaterThan(0);
  expect(labels("metrics.|loss")).toEqual(["loss (3 runs)", "val/acc (1 run)"]);
});

test("a condition made of suggestions alone is understood", () => {
  let text = "";
  for (const typed of ["params.", "", ""]) {
    text += typed;
    text = suggest(table, text, text.length).items[0]?.text ?? text;
  }

  expect(filterRows(table, Int32Array.from([0, 1, 2]), text, null).mistake).toBeNull();
});
