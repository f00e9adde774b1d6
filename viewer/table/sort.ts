import type { RunsTable } from "../data/runs-table.ts";
import { formatList, parseList } from "../state/url.ts";
import { type ColumnData, columnData } from "./column-data.ts";
import { type Column, parseColumn } from "./columns.ts";
import { compareNatural } from "./natural.ts";

export interface SortKey {
  readonly column: Column;
  readonly isDescending: boolean;
}

/** More keys decide nothing that anybody could follow. */
export const MOST_SORT_KEYS = 3;

/** Reads the query key `s`: `-metrics.loss,params.lr`. What is no column is left out. */
export function parseSort(text: string | undefined): SortKey[] {
  return parseList(text).flatMap((item) => {
    const isDescending = item.startsWith("-");
    const column = parseColumn(isDescending ? item.slice(1) : item);
    return column === null ? [] : [{ column, isDescending }];
  });
}

export function formatSort(keys: readonly SortKey[]): string {
  return formatList(keys.map(({ column, isDescending }) => (isDescending ? "-" : "") + column.id));
}

/**
 * The next sort after a click on a heading: the better end first, then the other, then none.
 *
 * @param isAdded - with Shift: beside the other keys, not instead of them
 */
export function nextSort(
  keys: readonly SortKey[],
  column: Column,
  descendingFirst: boolean,
  isAdded: boolean,
): SortKey[] {
  const known = keys.find((key) => key.column.id === column.id);
  const others = isAdded ? keys.filter((key) => key !== known) : [];
  if (known === undefined) {
    return [...others.slice(0, MOST_SORT_KEYS - 1), { column, isDescending: descendingFirst }];
  }
  if (known.isDescending !== descendingFirst) return others;
  const turned = { column, isDescending: !known.isDescending };
  return isAdded ? keys.map((key) => (key === known ? turned : key)) : [turned];
}

/**
 * Sorts rows without changing them. Rows without a value and NaN come last in both directions; ties stay newest first, as
 * the rows of one experiment come.
 */
export function sortRows(table: RunsTable, rows: Int32Array, keys: readonly SortKey[]): Int32Array {
  const base = table.experiment.values.length > 1 ? newestFirst(table, rows) : rows;
  if (keys.length === 0) return base;
  const ranks = keys.map(({ column, isDescending }) => {
    const rank = rankRows(columnData(table, column));
    return isDescending ? rank.map((value) => -value) : rank;
  });
  return base.slice().sort((a, b) => {
    for (const rank of ranks) {
      const difference = compareRanks(rank[a] as number, rank[b] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  });
}

/** Rows of several experiments stand below one another as they come. */
function newestFirst({ startTime }: RunsTable, rows: Int32Array): Int32Array {
  return rows
    .slice()
    .sort((a, b) => compareRanks(-(startTime[a] as number), -(startTime[b] as number)));
}

function compareRanks(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** A number per row that sorts as the column does; NaN where the row comes last. */
function rankRows(data: ColumnData): Float64Array {
  if (data.type === "number") {
    return data.values.map((value, row) => (data.has(row) ? value : Number.NaN));
  }
  const ranks = data.numbers ?? rankTexts(data.values);
  return Float64Array.from(data.codes, (code) => ranks[code] ?? Number.NaN);
}

function rankTexts(values: readonly string[]): Float64Array {
  const ranks = new Float64Array(values.length);
  const order = [...values.keys()].sort((a, b) => compareNatural(values[a] ?? "", values[b] ?? ""));
  for (const [rank, code] of order.entries()) ranks[code] = rank;
  return ranks;
}
