import type { RunsTable } from "../data/runs-table.ts";
import { formatNumber, formatRounded } from "../format.ts";
import { cellWriter } from "../table/cell.ts";
import { columnData } from "../table/column-data.ts";
import { directionOf, type OptionsById } from "../table/column-options.ts";
import type { Column } from "../table/columns.ts";
import { rangeOf } from "../table/directions.ts";
import { type Aggregate, commonText, summarize } from "../table/groups.ts";
import type { PlacedColumn, TableLayout } from "../table/layout.ts";
import type { SortKey } from "../table/sort.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import type { DrawnColumn, RowContext } from "./row-context.ts";

const TINTS = 5;

/** What of a view cells depend on. */
export interface DrawnView {
  readonly table: RunsTable;
  readonly options: OptionsById;
  readonly rows: Int32Array;
  readonly sort: readonly SortKey[];
  readonly groupBy: readonly Column[];
  readonly aggregate: Aggregate;
}

/** What all rows share, with the scrolling columns from `firstColumn` up to `endColumn`. */
export function makeRowContext(
  view: DrawnView,
  layout: TableLayout,
  [firstColumn, endColumn]: readonly [number, number],
  rowHeight: number,
  now: number,
): RowContext {
  const scrolling = layout.scrolling.slice(firstColumn, endColumn);
  return {
    table: view.table,
    pinned: drawColumns(view, layout.pinned, 1, now),
    scrolling: drawColumns(view, scrolling, 1 + layout.pinned.length + firstColumn, now),
    offset: scrolling[0]?.left ?? 0,
    nameWidth: layout.nameWidth,
    pinnedWidth: layout.pinnedWidth,
    rowHeight,
    width: layout.totalWidth,
    groupBy: view.groupBy,
  };
}

/**
 * Prepares columns for drawing.
 *
 * @param firstIndex - index of the first of them among all columns, the name being 0
 * @param now - for ages, ms since the epoch
 */
export function drawColumns(
  view: DrawnView,
  placed: readonly PlacedColumn[],
  firstIndex: number,
  now: number,
): DrawnColumn[] {
  return placed.map((at, i) => {
    const { column, width, isNumeric, startsGroup } = at;
    const writer = cellWriter(view.table, column, now);
    const classes = [
      "run-cell",
      isNumeric && "run-cell-number",
      startsGroup && "run-cell-group",
      column.kind === "attributes" && "run-cell-quiet",
      view.sort[0]?.column.id === column.id && "run-cell-sorted",
    ];
    return {
      placed: at,
      index: firstIndex + i,
      writer,
      style: { width: `${width}px` },
      class: classes.filter(Boolean).join(" "),
      isBest: bestOf(view, column),
      tint: tintOf(view, column),
      ofGroup: (group) => groupCell(view, column, group.rows),
    };
  });
}

/** Whether a row has the best value of all that match, where one end is the better one. */
function bestOf(view: DrawnView, column: Column): (row: number) => boolean {
  const direction = directionOf(column, view.options);
  const data = columnData(view.table, column);
  const range = direction === undefined ? null : rangeOf(view.table, column, view.rows);
  if (range === null || data.type !== "number" || range.min === range.max) return () => false;
  const best = direction === "higher" ? range.max : range.min;
  return (row) => data.values[row] === best && data.has(row);
}

function tintOf(view: DrawnView, column: Column): (row: number) => number {
  const hasTint = view.options.get(column.id)?.hasTint === true;
  const range = hasTint ? rangeOf(view.table, column, view.rows) : null;
  if (range === null || range.min === range.max) return () => 0;
  const data = columnData(view.table, column);
  const numbers = data.type === "number" ? data.values : data.numbers;
  const span = range.max - range.min;
  return (row) => {
    const value = numbers?.[data.type === "number" ? row : (data.codes[row] ?? -1)];
    if (value === undefined || !Number.isFinite(value)) return 0;
    return Math.ceil(((value - range.min) / span) * TINTS);
  };
}

function groupCell(
  view: DrawnView,
  column: Column,
  rows: Int32Array,
): { text: string; deviation?: string } {
  if (column.kind === "metrics") {
    const { value, deviation, count } = summarize(view.table, column, rows, view.aggregate);
    if (count === 0) return { text: "" };
    const text = formatNumber(value);
    return view.aggregate === "mean" && count > 1
      ? { text, deviation: formatRounded(deviation, 2) }
      : { text };
  }
  if (column.kind === "attributes" && columnData(view.table, column).type === "number") {
    return { text: "" };
  }
  const { text, distinct } = commonText(view.table, column, rows);
  return { text: distinct > 1 ? RUNS_TEXTS.values(distinct) : (text ?? "") };
}
