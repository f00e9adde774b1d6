import { plainId } from "../../lib/wire/rooted-id.ts";
import { csvField } from "../charts/csv.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { cellWriter } from "./cell.ts";
import { columnData } from "./column-data.ts";
import { type Column, column } from "./columns.ts";

/** A table of texts, ready to be written in any form: the runs that match, with the columns that are shown. */
interface Sheet {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
}

/** As CSV, with values in full and times in UTC. */
export function exportCsv(table: RunsTable, columns: readonly Column[], rows: Int32Array): string {
  const sheet = makeSheet(table, columns, rows);
  const lines = [sheet.heads, ...sheet.rows].map((line) =>
    line.map((text) => csvField(text ?? "")).join(","),
  );
  return `${lines.join("\r\n")}\r\n`;
}

/** As a JSON list, one object a run. Numbers that JSON cannot hold are the words `NaN`, `Infinity`, `-Infinity`. */
export function exportJson(table: RunsTable, columns: readonly Column[], rows: Int32Array): string {
  const all = withNames(columns);
  const runs = [...rows].map((row) => {
    const entries = all.flatMap((each): [string, string | number][] => {
      const data = columnData(table, each);
      if (data.type === "text" || isTime(each)) {
        const text = fullText(table, each, row);
        return text === undefined ? [] : [[each.id, text]];
      }
      const value = data.values[row];
      if (!data.has(row) || value === undefined) return [];
      return [[each.id, Number.isFinite(value) ? value : String(value)]];
    });
    return Object.fromEntries([["run_id", plainId(table.runIds[row] ?? "")], ...entries]);
  });
  return `${JSON.stringify(runs, null, 2)}\n`;
}

/** As a Markdown table, as the page shows it: for a pull request. */
export function exportMarkdown(
  table: RunsTable,
  columns: readonly Column[],
  rows: Int32Array,
): string {
  const writers = withNames(columns).map((each) => cellWriter(table, each, Date.now()));
  const heads = withNames(columns).map(({ key }) => key);
  const lines = [...rows].map((row) => writers.map((writer) => writer.text(row)));
  const rule = writers.map((writer) => (writer.isNumeric ? "---:" : "---"));
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(" | ")} |`;
  return `${[line(heads), `| ${rule.join(" | ")} |`, ...lines.map(line)].join("\n")}\n`;
}

/** Text in a Markdown table is text: no cell ends early, no markup begins. */
export function markdownCell(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, "\\$&").replace(/\s+/g, " ");
}

function makeSheet(table: RunsTable, columns: readonly Column[], rows: Int32Array): Sheet {
  const all = withNames(columns);
  return {
    heads: ["run_id", ...all.map(({ id }) => id)],
    rows: [...rows].map((row) => [
      plainId(table.runIds[row] ?? ""),
      ...all.map((each) => fullText(table, each, row)),
    ]),
  };
}

function withNames(columns: readonly Column[]): Column[] {
  return [column("attributes", "name"), ...columns.filter(({ id }) => id !== "attributes.name")];
}

function fullText(table: RunsTable, each: Column, row: number): string | undefined {
  const data = columnData(table, each);
  if (data.type === "number" && isTime(each)) {
    const time = data.values[row];
    return time === undefined || Number.isNaN(time) ? undefined : new Date(time).toISOString();
  }
  return cellWriter(table, each, 0).full(row);
}

function isTime({ kind, key }: Column): boolean {
  return kind === "attributes" && (key === "start" || key === "end");
}
