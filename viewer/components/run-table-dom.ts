/** What the runs table does with its elements: finding cells, bringing them into view, hints and copies. */

import type { RunsView } from "../state/runs-view.ts";
import { cellWriter } from "../table/cell.ts";
import type { Column } from "../table/columns.ts";
import type { TableLayout } from "../table/layout.ts";
import { HEAD_HEIGHT } from "./table-look.ts";
import type { GridCell } from "./use-grid-keys.ts";

/** The cell that an element of the table lies in; null outside of the rows. */
export function cellOf(element: HTMLElement): GridCell | null {
  const row = element.closest<HTMLElement>("[data-index]")?.dataset.index;
  if (row === undefined) return null;
  const column = element.closest<HTMLElement>("[data-column]")?.dataset.column;
  return { row: Number(row), column: Number(column ?? 0) };
}

/** Scrolls as little as possible. */
export function bringIntoView(
  box: HTMLElement | null,
  cell: GridCell,
  layout: TableLayout,
  rowHeight: number,
): void {
  if (box === null) return;
  const top = cell.row * rowHeight;
  const height = box.clientHeight - HEAD_HEIGHT;
  if (top < box.scrollTop) box.scrollTop = Math.max(0, top);
  else if (top + rowHeight > box.scrollTop + height) box.scrollTop = top + rowHeight - height;

  const placed = layout.scrolling[cell.column - 1 - layout.pinned.length];
  if (placed === undefined) return;
  const width = box.clientWidth - layout.pinnedWidth;
  if (placed.left < box.scrollLeft) box.scrollLeft = placed.left;
  else if (placed.left + placed.width > box.scrollLeft + width) {
    box.scrollLeft = placed.left + placed.width - width;
  }
}

/** The value of a cell in full; undefined for none and for groups. */
export function fullValue(
  view: RunsView,
  cell: GridCell,
  columns: readonly Column[],
): string | undefined {
  const row = view.display.rows[cell.row] ?? -1;
  const column = columns[cell.column];
  if (row < 0 || column === undefined) return undefined;
  return cellWriter(view.table, column, Date.now()).full(row);
}

/** Gives the cell under the pointer its full value as a hint, only now: a table of hints would be slow to draw. */
export function describeCell(
  element: HTMLElement,
  view: RunsView,
  columns: readonly Column[],
): void {
  const cell = cellOf(element);
  const box = element.closest<HTMLElement>("[data-column]");
  if (cell !== null && box !== null) box.title = fullValue(view, cell, columns) ?? "";
}

/** Copies the value of a cell, unless text is selected. */
export function copyCell(
  event: ClipboardEvent,
  view: RunsView,
  cell: GridCell,
  columns: readonly Column[],
): void {
  const value = fullValue(view, cell, columns);
  if (value === undefined || document.getSelection()?.isCollapsed === false) return;
  event.clipboardData?.setData("text/plain", value);
  event.preventDefault();
}
