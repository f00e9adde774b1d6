import type { RunsTable } from "../data/runs-table.ts";
import { type ColumnData, columnData } from "./column-data.ts";
import type { Column } from "./columns.ts";
import type { DisplayRows } from "./rows.ts";
import type { SortKey } from "./sort.ts";

/** Runs that have the same values in the columns by which is grouped. */
export interface RunGroup {
  /** The same for the same values, also after a reload. */
  readonly id: string;
  /** One per grouping column; undefined where the runs have none. */
  readonly values: readonly (string | undefined)[];
  /** In the order of the table. */
  readonly rows: Int32Array;
}

/** How the numbers of a group are summed up. */
export const AGGREGATES = ["mean", "median", "min", "max"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export interface Summary {
  readonly value: number;
  /** Sample standard deviation; 0 for one run. */
  readonly deviation: number;
  /** Runs that have a value; NaN counts as none. */
  readonly count: number;
}

export function isAggregate(text: string | undefined): text is Aggregate {
  return (AGGREGATES as readonly (string | undefined)[]).includes(text);
}

/** Groups rows, the group of the first row first. */
export function groupRows(table: RunsTable, sorted: Int32Array, by: readonly Column[]): RunGroup[] {
  const columns = by.map((column) => columnData(table, column));
  const found = new Map<string, { values: (string | undefined)[]; rows: number[] }>();
  for (const row of sorted) {
    const values = columns.map((data) => valueText(data, row));
    const id = JSON.stringify(values);
    const group = found.get(id);
    if (group === undefined) found.set(id, { values, rows: [row] });
    else group.rows.push(row);
  }
  return [...found].map(([id, { values, rows }]) => ({ id, values, rows: Int32Array.from(rows) }));
}

/** Groups in the order of what they sum up to, when the table is sorted by a number. */
export function sortGroups(
  table: RunsTable,
  groups: readonly RunGroup[],
  sort: readonly SortKey[],
  aggregate: Aggregate,
): readonly RunGroup[] {
  const [first] = sort;
  if (first === undefined || columnData(table, first.column).type !== "number") return groups;
  const valueOfGroup = new Map(
    groups.map((group) => [group, summarize(table, first.column, group.rows, aggregate).value]),
  );
  const sign = first.isDescending ? -1 : 1;
  const rank = (group: RunGroup): number => valueOfGroup.get(group) ?? Number.NaN;
  return [...groups].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    if (Number.isNaN(x) || Number.isNaN(y))
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return sign * (x - y);
  });
}

/** Groups as rows, each with its runs below when it is open; what belongs to no group comes last. */
export function displayGroups(
  groups: readonly RunGroup[],
  isOpen: (group: RunGroup) => boolean,
  rest: Int32Array,
): DisplayRows {
  const rows: number[] = [];
  const depth: number[] = [];
  const add = (row: number, level: number): void => {
    rows.push(row);
    depth.push(level);
  };
  for (const [i, group] of groups.entries()) {
    add(-1 - i, 0);
    if (isOpen(group)) for (const row of group.rows) add(row, 1);
  }
  for (const row of rest) add(row, 0);
  return {
    rows: Int32Array.from(rows),
    depth: Uint8Array.from(depth),
    isDim: new Uint8Array(rows.length),
    childCount: new Map(),
    groups,
  };
}

/** Sums a number column up over rows; of a text column whose values all read as numbers, too. */
export function summarize(
  table: RunsTable,
  column: Column,
  rows: Int32Array,
  aggregate: Aggregate,
): Summary {
  const data = columnData(table, column);
  const values = [...rows]
    .map((row) => numberAt(data, row))
    .filter((value) => !Number.isNaN(value));
  const count = values.length;
  if (count === 0) return { value: Number.NaN, deviation: Number.NaN, count };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    value: aggregate === "mean" ? mean : pick(values, aggregate),
    deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0,
    count,
  };
}

/** The one value that all rows have in a column, or how many different ones. */
export function commonText(
  table: RunsTable,
  column: Column,
  rows: Int32Array,
): { readonly text: string | undefined; readonly distinct: number } {
  const data = columnData(table, column);
  const texts = new Set<string | undefined>();
  for (const row of rows) texts.add(valueText(data, row));
  const [text] = texts;
  return { text: texts.size === 1 ? text : undefined, distinct: texts.size };
}

function pick(values: readonly number[], aggregate: Exclude<Aggregate, "mean">): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  if (aggregate === "min") return at(0);
  if (aggregate === "max") return at(sorted.length - 1);
  return (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
}

function numberAt(data: ColumnData, row: number): number {
  if (data.type === "number") return data.has(row) ? (data.values[row] as number) : Number.NaN;
  return data.numbers?.[data.codes[row] as number] ?? Number.NaN;
}

function valueText(data: ColumnData, row: number): string | undefined {
  if (data.type === "text") return data.values[data.codes[row] as number];
  return data.has(row) ? String(data.values[row]) : undefined;
}
