/** Runs of several roots in one table. */
import { expect, test } from "vitest";
import { parseFilter } from "../../../lib/search/parse.ts";
import { joinTables } from "../../../viewer/data/join-tables.ts";
import type { RunsTable } from "../../../viewer/data/runs-table.ts";
import { allColumns, column, defaultColumns } from "../../../viewer/table/columns.ts";
import { suggest } from "../../../viewer/table/completions.ts";
import { conditionFor } from "../../../viewer/table/condition.ts";
import { exportCsv } from "../../../viewer/table/export.ts";
import { filterRows } from "../../../viewer/table/filter.ts";
import { groupRows } from "../../../viewer/table/groups.ts";
import { snippet } from "../../../viewer/table/snippet.ts";
import { parseSort, sortRows } from "../../../viewer/table/sort.ts";
import { viewerOnlyHints } from "../../../viewer/table/viewer-only.ts";
import { makeTable, namesOf, type TestRun } from "../make-table.ts";

const ofAda = runsOf("ada", "1", [
  { name: "new", id: "c", start: 3 },
  { name: "copied", id: "a", start: 1 },
]);
const ofBob = runsOf("bob", "1~bob", [
  { name: "own", id: "b~bob", start: 2 },
  { name: "copied", id: "a~bob", start: 1 },
]);
const table = joinTables([ofAda, ofBob]);
const all = Int32Array.from(table.runIds.keys());
const ROOT = column("attributes", "root");

test("the root is a column where there are several, and not offered where there is one", () => {
  const ids = (columns: readonly { readonly id: string }[]): string[] =>
    columns.map(({ id }) => id);
  const alone = makeTable([{ name: "a" }]);

  expect(ids(defaultColumns(table, () => false)).slice(0, 2)).toEqual([
    "attributes.root",
    "attributes.start",
  ]);
  expect(ids(defaultColumns(ofAda, () => false))).not.toContain("attributes.root");
  expect(ids(allColumns(ofAda))).toContain("attributes.root");
  expect(ids(allColumns(alone))).not.toContain("attributes.root");
  expect(table.copies).toEqual(
    new Map([
      ["a", ["bob"]],
      ["a~bob", ["ada"]],
    ]),
  );
});

test("runs of all roots come newest first, and sort, group and filter by root", () => {
  const filtered = (text: string): string[] =>
    namesOf(table, filterRows(table, all, text, null).rows);

  expect(namesOf(table, sortRows(table, all, []))).toEqual(["new", "own", "copied", "copied"]);
  expect(namesOf(table, sortRows(table, all, parseSort("-attributes.root")))).toEqual([
    "own",
    "copied",
    "new",
    "copied",
  ]);
  expect(groupRows(table, all, [ROOT]).map(({ values, rows }) => [...values, rows.length])).toEqual(
    [
      ["ada", 2],
      ["bob", 2],
    ],
  );
  expect(filtered("attributes.root = 'bob'")).toEqual(["own", "copied"]);
  expect(filtered("root != 'bob' AND experiment = 'fraud'")).toEqual(["new", "copied"]);
  expect(filtered("attributes.run_id = 'a'")).toEqual(["copied", "copied"]);
  expect(conditionFor(ROOT, table, 0, true)).toBe("attributes.root != 'ada'");
});

test("the root is a word of the viewer alone: the API refuses it, and the box says so", () => {
  const { filter } = filterRows(table, all, "attributes.root = 'bob'", null);

  expect(viewerOnlyHints(filter)).toEqual([
    "The API has no such attribute: it is told in which experiments to search.",
  ]);
  expect(() => parseFilter("runs", "attributes.root = 'bob'")).toThrow(
    "Invalid attribute key 'root' specified",
  );
});

test("the box offers the roots there are", () => {
  const labels = (text: string, of = table): string[] =>
    suggest(of, text, text.length).items.map(({ label }) => label);

  expect(labels("attributes.root = ")).toEqual(["ada", "bob"]);
  expect(labels("roo")).toEqual(["root"]);
  expect(labels("roo", makeTable([{ name: "a" }]))).toEqual([]);
});

test("what is taken along has ids as the trees have them", () => {
  expect(exportCsv(table, [ROOT], all.slice(2)).split("\r\n")).toEqual([
    "run_id,attributes.name,attributes.root",
    "b,own,bob",
    "a,copied,bob",
    "",
  ]);
  const python = snippet(
    "python",
    new Map([
      ["./ada", ["c"]],
      ["./bob", ["a", "b"]],
    ]),
  );
  expect(python).toContain("MlflowClient(root).get_run(run_id)");
  expect(python).toContain('"./bob": [\n    "a",\n    "b"\n  ]');
});

/** Runs of a root; the last of them is in the other root as well. */
function runsOf(root: "ada" | "bob", experimentId: string, runs: readonly TestRun[]): RunsTable {
  const copied = runs.at(-1)?.id ?? "";
  const copies = [{ runId: copied, roots: [root === "ada" ? "bob" : "ada"] }];
  return makeTable(runs, { experimentId, experimentName: "fraud", root, copies });
}
