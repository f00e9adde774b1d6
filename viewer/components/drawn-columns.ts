import { formatNumber, formatRounded } from "../format.ts";
import type { RunsView } from "../state/runs-view.ts";
import { cellWriter } from "../table/cell.ts";
import { columnData } from "../table/column-data.ts";
import { directionOf } from "../table/column-options.ts";
import type { Column } from "../table/columns.ts";
import { rangeOf } from "../table/directions.ts";
import { commonText, summarize } from "../table/groups.ts";
import type { PlacedColumn } from "../table/layout.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import type { DrawnColumn } from "./row-context.ts";

const TINTS = 5;

/**
 * Prepares columns for drawing.
 *
 * @param firstIndex - index of the first of them among all columns, the name being 0
 * @param now - for ages, ms since the epoch
 */
export function drawColumns(
  view: RunsView,
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
function bestOf(view: RunsView, column: Column): (row: number) => boolean {
  const direction = directionOf(column, view.options);
  const data = columnData(view.table, column);
  const range = direction === undefined ? null : rangeOf(view.table, column, view.rows);
  if (range === null || data.type !== "number" || range.min === range.max) return () => false;
  const best = direction === "higher" ? range.max : range.min;
  return (row) => data.values[row] === best && data.has(row);
}

function tintOf(view: RunsView, column: Column): (row: number) => number {
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
  view: RunsView,
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
