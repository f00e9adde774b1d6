import type { RunsTable } from "../data/runs-table.ts";
import { formatAge, formatDuration, formatNumber, formatTimeFull, fullNumber } from "../format.ts";
import { columnData } from "./column-data.ts";
import type { Column } from "./columns.ts";

/** How the cells of a column are written. */
export interface CellWriter {
  /** Numbers stand at the right, words at the left. */
  readonly isNumeric: boolean;
  /** Short, as the table shows it; empty where the row has no value. */
  readonly text: (row: number) => string;
  /** In full, as it is copied; undefined where the row has no value. */
  readonly full: (row: number) => string | undefined;
}

/** Numeric params as long as this are shown as they were logged. */
const SHORT_NUMBER = 7;

const COMMIT_CHARACTERS = 7;

/** @param now - for ages, ms since the epoch */
export function cellWriter(table: RunsTable, column: Column, now: number): CellWriter {
  const data = columnData(table, column);
  if (data.type === "text") return textWriter(data, column);
  const { values, has } = data;
  const value = (row: number): number | undefined => (has(row) ? values[row] : undefined);
  const write = numberFormat(column, now);
  const writeFull = isTime(column) ? formatTimeFull : fullNumber;
  return {
    isNumeric: true,
    text: (row) => mapDefined(value(row), write) ?? "",
    full: (row) => mapDefined(value(row), writeFull),
  };
}

function textWriter(
  data: Extract<ReturnType<typeof columnData>, { type: "text" }>,
  column: Column,
): CellWriter {
  const { values, codes, numbers } = data;
  const full = (row: number): string | undefined => values[codes[row] ?? -1];
  const shorten = shortener(column, numbers !== null);
  return {
    isNumeric: numbers !== null && column.kind !== "attributes",
    text: (row) => mapDefined(full(row), shorten) ?? "",
    full,
  };
}

function shortener(column: Column, isNumeric: boolean): (text: string) => string {
  if (column.kind === "attributes" && column.key === "commit") {
    return (text) => text.slice(0, COMMIT_CHARACTERS);
  }
  if (column.kind === "attributes" && column.key === "source") {
    return (text) => text.split(/[\\/]/).at(-1) ?? text;
  }
  if (!isNumeric) return (text) => text;
  return (text) => (text.length <= SHORT_NUMBER ? text : formatNumber(Number(text)));
}

function numberFormat(column: Column, now: number): (value: number) => string {
  if (column.kind !== "attributes") return formatNumber;
  return column.key === "duration" ? formatDuration : (time) => formatAge(time, now);
}

function isTime({ kind, key }: Column): boolean {
  return kind === "attributes" && (key === "start" || key === "end");
}

function mapDefined<From, To>(value: From | undefined, map: (value: From) => To): To | undefined {
  return value === undefined ? undefined : map(value);
}
