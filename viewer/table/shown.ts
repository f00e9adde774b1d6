/** What of a table an address shows: rows, columns and their order. */

import { type RunsTable, UNREADABLE } from "../data/runs-table.ts";
import { parseList, type Query } from "../state/url.ts";
import { columnData } from "./column-data.ts";
import {
  type Column,
  dataColumns,
  defaultColumns,
  differingColumns,
  parseColumn,
} from "./columns.ts";
import { differs } from "./differences.ts";
import { type DisplayRows, flatRows, treeRows } from "./rows.ts";
import type { SortKey } from "./sort.ts";

export const LIFECYCLES = ["active", "deleted", "all"] as const;
export type Lifecycle = (typeof LIFECYCLES)[number];

export function lifecycleOf(query: Query): Lifecycle {
  const life = query.get("life");
  return LIFECYCLES.find((known) => known === life) ?? "active";
}

/** Reads a list of column ids. What is no column is left out. */
export function columnsOf(text: string | undefined): Column[] {
  return parseList(text)
    .map(parseColumn)
    .filter((column) => column !== null);
}

/** Columns of the address, or the usual ones. */
export function shownColumns(
  table: RunsTable,
  c: string | undefined,
  onlyDifferences: boolean,
  differing: ReadonlySet<string>,
): Column[] {
  const isDiffering = ({ kind, key }: Column): boolean => differing.has(`${kind}.${key}`);
  if (c !== undefined) {
    const chosen = columnsOf(c);
    return onlyDifferences
      ? chosen.filter((column) => column.kind === "attributes" || isDiffering(column))
      : chosen;
  }
  return onlyDifferences
    ? differingColumns(table, isDiffering)
    : defaultColumns(table, isDiffering);
}

export function rowsOfLifecycle(table: RunsTable, life: Lifecycle): Int32Array {
  const rows = Int32Array.from(table.runIds.keys());
  if (life === "all") return rows;
  const wanted = life === "deleted" ? 1 : 0;
  return rows.filter((row) => table.deleted[row] === wanted);
}

/** Whether a row has a value in the first column by which is sorted. */
function hasOwnPlace(table: RunsTable, sort: readonly SortKey[]): (row: number) => boolean {
  const [first] = sort;
  if (first === undefined) return () => true;
  const data = columnData(table, first.column);
  return data.type === "number" ? data.has : (row) => (data.codes[row] ?? -1) >= 0;
}

export function readableRows(table: RunsTable, rows: Int32Array): Int32Array {
  return rows.filter((row) => table.status[row] !== UNREADABLE);
}

/** Metrics, params and tags that differ over rows, and how many there are. */
export function differingOf(
  table: RunsTable,
  rows: Int32Array,
): { readonly ids: ReadonlySet<string>; readonly of: number } {
  const all = dataColumns(table);
  const ids = all.filter((column) => differs(table, column, rows)).map(({ id }) => id);
  return { ids: new Set(ids), of: all.length };
}

/** Sorted rows below one another, or nested runs below their parents. */
export function nestedRows(
  table: RunsTable,
  rows: Int32Array,
  sort: readonly SortKey[],
  isFlat: boolean,
  collapsed: ReadonlySet<string>,
): DisplayRows {
  if (isFlat) return flatRows(rows);
  const isCollapsed = (row: number): boolean => collapsed.has(table.runIds[row] ?? "");
  return treeRows(table, rows, hasOwnPlace(table, sort), isCollapsed);
}
