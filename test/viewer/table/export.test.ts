import Papa from "papaparse";
import { expect, test } from "vitest";
import { column } from "../../../viewer/table/columns.ts";
import { exportCsv, exportJson, exportMarkdown } from "../../../viewer/table/export.ts";
import { makeTable } from "../make-table.ts";

const table = makeTable([
  {
    name: 'a "quoted", name',
    start: 1_700_000_000_000,
    params: { cmd: "=1+1", text: "two\nlines | *bold*" },
    metrics: { acc: 0.123456789012345, bad: Number.NaN },
  },
  { name: "", id: "0123456789abcdef", start: 1_700_000_001_000, params: { cmd: "-1e-3" } },
]);
const columns = [
  column("attributes", "start"),
  column("metrics", "acc"),
  column("metrics", "bad"),
  column("params", "cmd"),
  column("params", "text"),
];
const rows = Int32Array.from([0, 1]);

test("CSV has every value in full, and no cell that a spreadsheet would run", () => {
  const { data } = Papa.parse<string[]>(exportCsv(table, columns, rows).trimEnd());

  expect(data).toEqual([
    [
      "run_id",
      "attributes.name",
      "attributes.start",
      "metrics.acc",
      "metrics.bad",
      "params.cmd",
      "params.text",
    ],
    [
      'id-a "quoted", name',
      'a "quoted", name',
      "2023-11-14T22:13:20.000Z",
      "0.123456789012345",
      "NaN",
      "'=1+1",
      "two\nlines | *bold*",
    ],
    ["0123456789abcdef", "", "2023-11-14T22:13:21.000Z", "", "", "-1e-3", ""],
  ]);
});

test("JSON has numbers as numbers, words for those it cannot hold, and no key without a value", () => {
  expect(JSON.parse(exportJson(table, columns, rows))).toEqual([
    {
      run_id: 'id-a "quoted", name',
      "attributes.name": 'a "quoted", name',
      "attributes.start": "2023-11-14T22:13:20.000Z",
      "metrics.acc": 0.123456789012345,
      "metrics.bad": "NaN",
      "params.cmd": "=1+1",
      "params.text": "two\nlines | *bold*",
    },
    {
      run_id: "0123456789abcdef",
      "attributes.start": "2023-11-14T22:13:21.000Z",
      "params.cmd": "-1e-3",
    },
  ]);
});

test("Markdown is what the page shows, and text in it stays text", () => {
  const lines = exportMarkdown(table, [column("metrics", "acc"), column("params", "text")], rows);

  expect(lines.split("\n")).toEqual([
    "| name | acc | text |",
    "| --- | ---: | --- |",
    '| a "quoted", name | 0.1235 | two lines \\| \\*bold\\* |',
    "|  |  |  |",
    "",
  ]);
});
