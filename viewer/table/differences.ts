import type { RunsTable } from "../data/runs-table.ts";
import { columnData } from "./column-data.ts";
import type { Column } from "./columns.ts";

/** Whether a column has more than one value over the rows. Having none is a value of its own, NaN equals NaN. */
export function differs(table: RunsTable, column: Column, rows: Int32Array): boolean {
  const data = columnData(table, column);
  const first = rows[0];
  if (first === undefined) return false;
  if (data.type === "text") {
    const { codes } = data;
    return rows.some((row) => codes[row] !== codes[first]);
  }
  const { values, has } = data;
  const isThere = has(first);
  const value = values[first];
  return rows.some((row) => has(row) !== isThere || (isThere && !Object.is(values[row], value)));
}

/** Whether any of the rows has a value in the column. */
export function hasValues(table: RunsTable, column: Column, rows: Int32Array): boolean {
  const data = columnData(table, column);
  return data.type === "text"
    ? rows.some((row) => (data.codes[row] ?? -1) >= 0)
    : rows.some((row) => data.has(row));
}
