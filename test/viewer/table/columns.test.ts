import { expect, test } from "vitest";
import {
  allColumns,
  column,
  defaultColumns,
  differingColumns,
  headingOf,
  parseColumn,
  sharedPrefixes,
} from "../../../viewer/table/columns.ts";
import { differs } from "../../../viewer/table/differences.ts";
import { makeTable, type TestRun } from "../make-table.ts";

function ids(columns: readonly { readonly id: string }[]): string[] {
  return columns.map(({ id }) => id);
}

function defaultsOf(runs: readonly TestRun[]): string[] {
  const table = makeTable(runs);
  const rows = Int32Array.from(table.runIds.keys());
  return ids(defaultColumns(table, (each) => differs(table, each, rows)));
}

test("metrics and params that differ are shown, metrics first", () => {
  const shown = defaultsOf([
    { name: "a", metrics: { loss: 1, same: 2 }, params: { lr: "1", seed: "7" } },
    { name: "b", metrics: { loss: 2, same: 2 }, params: { lr: "2", seed: "7" } },
  ]);

  expect(shown).toEqual(["attributes.start", "attributes.duration", "metrics.loss", "params.lr"]);
});

test("a single run, which differs from nothing, shows what it has", () => {
  const shown = defaultsOf([{ name: "a", metrics: { loss: 1 }, params: { lr: "1" } }]);

  expect(shown).toEqual(["attributes.start", "attributes.duration", "metrics.loss", "params.lr"]);
});

test("at most twelve are shown, and many metrics leave room for params", () => {
  const keys = Array.from({ length: 20 }, (_, i) => `m${i}`);
  const run = (name: string, value: number): TestRun => ({
    name,
    metrics: Object.fromEntries(keys.map((key) => [key, value])),
    params: Object.fromEntries(keys.map((key) => [key, String(value)])),
  });

  const shown = defaultsOf([run("a", 1), run("b", 2)]);

  expect(shown.filter((id) => id.startsWith("metrics."))).toHaveLength(8);
  expect(shown.filter((id) => id.startsWith("params."))).toHaveLength(4);
});

test("metrics of the machine are not shown by themselves", () => {
  const shown = defaultsOf([
    { name: "a", metrics: { loss: 1, "system/cpu": 1 } },
    { name: "b", metrics: { loss: 2, "system/cpu": 2 } },
  ]);

  expect(shown).not.toContain("metrics.system/cpu");
});

test("validation comes before training, and what has a better end before what has none", () => {
  const table = makeTable([
    {
      name: "a",
      metrics: {
        "train/loss": 1,
        "train/lr": 1,
        "val/epoch": 1,
        "val/acc": 1,
        "system/cpu": 1,
        other: 1,
      },
    },
  ]);

  expect(ids(allColumns(table)).filter((id) => id.startsWith("metrics."))).toEqual([
    "metrics.val/acc",
    "metrics.val/epoch",
    "metrics.other",
    "metrics.train/loss",
    "metrics.train/lr",
    "metrics.system/cpu",
  ]);
});

test("only differences shows everything that differs, tags that people set included", () => {
  const table = makeTable([
    { name: "a", params: { lr: "1", seed: "7" }, tags: { stage: "x", "mlflow.user": "ada" } },
    { name: "b", params: { lr: "2", seed: "7" }, tags: { "mlflow.user": "bob" } },
  ]);
  const rows = Int32Array.from([0, 1]);

  const shown = ids(differingColumns(table, (each) => differs(table, each, rows)));

  expect(shown).toEqual(["attributes.start", "attributes.duration", "params.lr", "tags.stage"]);
});

test("several experiments are told apart by a column", () => {
  const table = makeTable([{ name: "a" }]);
  const two = { ...table, experimentName: { values: ["1", "2"], codes: table.experiment.codes } };

  expect(ids(defaultColumns(two, () => false))[0]).toBe("attributes.experiment");
});

test("a prefix that three keys share becomes a heading of its own", () => {
  const table = makeTable([
    {
      name: "a",
      metrics: { "val/acc": 1, "val/loss": 1, "val/f1": 1, "train/loss": 1 },
      params: { "optim.lr": "1", "optim.name": "x", "optim.wd": "0", ".hidden": "1" },
    },
  ]);
  const prefixes = sharedPrefixes(table);
  const heading = (id: string): unknown => {
    const parsed = parseColumn(id);
    return parsed === null ? null : headingOf(parsed, prefixes);
  };

  expect(heading("metrics.val/acc")).toEqual({ kind: "Metrics", prefix: "val/", label: "acc" });
  expect(heading("metrics:min.val/acc")).toEqual({
    kind: "Metrics",
    prefix: "val/",
    label: "acc min",
  });
  expect(heading("metrics.train/loss")).toEqual({
    kind: "Metrics",
    prefix: "",
    label: "train/loss",
  });
  expect(heading("params.optim.lr")).toEqual({ kind: "Params", prefix: "optim.", label: "lr" });
  expect(heading("params..hidden")).toEqual({ kind: "Params", prefix: "", label: ".hidden" });
});

test.each(["metrics.a.b/c d", "metrics:max.loss", "params.__proto__", "tags.ü", "attributes.user"])(
  "the column %s reads back from its id",
  (id) => {
    const parsed = parseColumn(id);

    expect(parsed === null ? null : column(parsed.kind, parsed.key, parsed.field)).toEqual(parsed);
    expect(parsed?.id).toBe(id);
  },
);

test.each(["", "loss", ".x", "metrics.", "metrics:median.loss", "attributes.toString", "x.y"])(
  "'%s' is no column",
  (id) => {
    expect(parseColumn(id)).toBeNull();
  },
);
