import { expect, test } from "vitest";
import { joinTables } from "../../../viewer/data/join-tables.ts";
import {
  EMPTY_TABLE,
  METRIC_FIELDS,
  transferables,
  UNREADABLE,
} from "../../../viewer/data/runs-table.ts";
import { columnData, textAt } from "../../../viewer/table/column-data.ts";
import { parseColumn } from "../../../viewer/table/columns.ts";
import { makeTable, namesOf } from "../make-table.ts";

const problem = { path: "1/broken/meta.yaml", line: 4, message: "stops at line 4" };

function textsOf(table: ReturnType<typeof makeTable>, id: string): (string | undefined)[] {
  const column = parseColumn(id);
  const data = column === null ? null : columnData(table, column);
  if (data?.type !== "text") throw new Error(`${id} is no text column`);
  return table.runIds.map((_, row) => textAt(data, row));
}

test("NaN and infinities survive, and a run without a metric is told from one that logged NaN", () => {
  const table = makeTable([
    { name: "nan", metrics: { loss: Number.NaN } },
    { name: "none" },
    { name: "inf", metrics: { loss: Number.NEGATIVE_INFINITY } },
  ]);
  const loss = table.metrics.get("loss");

  expect([...(loss?.last ?? [])]).toEqual([Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY]);
  expect([...(loss?.count ?? [])]).toEqual([4, 0, 4]);
});

test("a run that cannot be read is a row at the end, with its reason", () => {
  const table = makeTable([{ name: "fine" }], { unreadable: [{ runId: "broken", problem }] });

  expect(table.runIds).toEqual(["id-fine", "broken"]);
  expect([...table.status]).toEqual([2, UNREADABLE]);
  expect(table.problems.get("broken")).toEqual([problem]);
  expect(table.total).toBe(2);
  expect(Number.isNaN(table.startTime[1])).toBe(true);
});

test("keys such as __proto__ are data", () => {
  const params = JSON.parse('{"__proto__": {"values": ["x"], "codes": [0]}}');
  const table = makeTable([{ name: "a" }], { params });

  expect(textsOf(table, "params.__proto__")).toEqual(["x"]);
});

test("chunks of an experiment go below one another, with the union of their keys", () => {
  const first = makeTable(
    [{ name: "a", params: { lr: "0.1", only: "first" }, metrics: { loss: 1 } }],
    { total: 3 },
  );
  const second = makeTable(
    [
      { name: "b", params: { lr: "0.2" }, metrics: { acc: 2 } },
      { name: "c", params: { lr: "0.1" } },
    ],
    { total: 3, offset: 1 },
  );

  const joined = joinTables([first, second]);

  expect(namesOf(joined, joined.runIds.keys())).toEqual(["a", "b", "c"]);
  expect(joined.total).toBe(3);
  expect(textsOf(joined, "params.lr")).toEqual(["0.1", "0.2", "0.1"]);
  expect(textsOf(joined, "params.only")).toEqual(["first", undefined, undefined]);
  expect([...(joined.metrics.get("loss")?.count ?? [])]).toEqual([4, 0, 0]);
  expect([...(joined.metrics.get("acc")?.last ?? [])]).toEqual([Number.NaN, 2, Number.NaN]);
});

test("several experiments add up, and rows know theirs", () => {
  const joined = joinTables([
    makeTable([{ name: "a" }], { experimentId: "1" }),
    makeTable([{ name: "b" }], { experimentId: "2" }),
  ]);

  expect(joined.total).toBe(2);
  expect(textsOf(joined, "attributes.experiment")).toEqual(["1", "2"]);
});

test("no tables make an empty one, and one stays itself", () => {
  const one = makeTable([{ name: "a" }]);

  expect(joinTables([])).toBe(EMPTY_TABLE);
  expect(joinTables([one])).toBe(one);
});

test("every number of a table is handed over from the worker, none is copied", () => {
  const table = makeTable([{ name: "a", params: { p: "1" }, tags: { t: "1" }, metrics: { m: 1 } }]);
  const kept = new Set(transferables(table));

  const [metric] = table.metrics.values();
  const buffers = [
    table.startTime,
    table.status,
    table.user.codes,
    ...[...table.params.values(), ...table.tags.values()].map((column) => column.codes),
    ...METRIC_FIELDS.flatMap((field) => metric?.[field] ?? []),
  ].map((array) => array.buffer);

  expect(buffers.filter((buffer) => !kept.has(buffer as ArrayBuffer))).toEqual([]);
});
