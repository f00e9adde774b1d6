import { expect, test } from "vitest";
import { filterRows } from "../../../viewer/table/filter.ts";
import { fixFilter } from "../../../viewer/table/filter-fix.ts";
import { makeTable } from "../make-table.ts";

const table = makeTable([
  { name: "a", params: { lr: "0.1" }, metrics: { "val/auc": 0.5, loss: 1 } },
]);

function fix(text: string): string | undefined {
  const { mistake } = filterRows(table, Int32Array.from([0]), text, null);
  return mistake === null ? undefined : fixFilter(text, mistake)?.text;
}

test.each([
  ["params.lr = 0.1", "params.lr = '0.1'"],
  ["metrics.loss < 2 AND params.lr = 0.1", "metrics.loss < 2 AND params.lr = '0.1'"],
  ["params.lr = 0.1 AND metrics.loss < 2", "params.lr = '0.1' AND metrics.loss < 2"],
  ["metrics.loss = '1'", "metrics.loss = 1"],
  ["metrics.loss == 1", "metrics.loss = 1"],
  ["params.lr <> '0.1'", "params.lr != '0.1'"],
])("%s is mended to %s, which is understood", (wrong, mended) => {
  expect(fix(wrong)).toBe(mended);
  expect(filterRows(table, Int32Array.from([0]), mended, null).mistake).toBeNull();
});

test.each(["metrics.loss = 'high'", "params.lr < '1'", "params.lr = '1", ")"])(
  "%s cannot be mended by a machine",
  (wrong) => {
    expect(fix(wrong)).toBeUndefined();
  },
);
