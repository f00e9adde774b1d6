import { expect, test } from "vitest";
import { parseColumn } from "../../../viewer/table/columns.ts";
import { conditionFor } from "../../../viewer/table/condition.ts";
import { filterRows } from "../../../viewer/table/filter.ts";
import { makeTable, namesOf } from "../make-table.ts";

const table = makeTable([
  {
    name: "it's a",
    user: "ada",
    status: "FAILED",
    start: 1_700_000_000_000,
    datasets: "mnist (abc)",
    params: { "optim.lr": "0.1", 'both`"': "x", plain: `'"` },
    tags: { "mlflow.source.git.commit": "9c41e7b" },
    metrics: { "val/acc": 0.25, bad: Number.NaN },
  },
  { name: "other", params: { "optim.lr": "0.2" }, metrics: { "val/acc": 0.5 } },
]);
const all = Int32Array.from([0, 1]);

function condition(id: string, isExcluded = false): string | null {
  const column = parseColumn(id);
  return column === null ? null : conditionFor(column, table, 0, isExcluded);
}

test.each([
  ["attributes.name", `attributes.run_name = "it's a"`],
  ["attributes.user", "attributes.user_id = 'ada'"],
  ["attributes.status", "attributes.status = 'FAILED'"],
  ["attributes.start", "attributes.start_time = 1700000000000"],
  ["attributes.commit", "tags.`mlflow.source.git.commit` = '9c41e7b'"],
  ["attributes.dataset", "datasets.name = 'mnist'"],
  ["params.optim.lr", "params.`optim.lr` = '0.1'"],
  ["metrics.val/acc", "metrics.`val/acc` = 0.25"],
])("the value of %s is found again by %s", (id, text) => {
  expect(condition(id)).toBe(text);
  expect(namesOf(table, filterRows(table, all, text, null).rows)).toEqual(["it's a"]);
});

test("excluding a value finds the other runs", () => {
  const text = condition("params.optim.lr", true);

  expect(text).toBe("params.`optim.lr` != '0.1'");
  expect(namesOf(table, filterRows(table, all, text ?? "", null).rows)).toEqual(["other"]);
});

test.each([
  ["metrics.bad", "NaN equals nothing"],
  ["metrics:min.val/acc", "the language asks for last values only"],
  ["attributes.duration", "the language does not know it"],
  ['params.both`"', "no quotes can hold the key"],
  ["params.plain", "no quotes can hold the value"],
  ["tags.none", "there is no value"],
])("%s has no condition: %s", (id) => {
  expect(condition(id)).toBeNull();
});
