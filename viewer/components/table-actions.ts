import { runHref } from "../state/links.ts";
import { navigate } from "../state/route.ts";
import { clickHeading } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import type { Folds } from "../state/use-folds.ts";
import { columnData } from "../table/column-data.ts";
import { directionOf } from "../table/column-options.ts";
import type { Column } from "../table/columns.ts";
import { experimentOf } from "../table/row-names.ts";

export interface TableActions {
  /** A run is shown, a group is opened or closed. */
  readonly open: (index: number) => void;
  readonly isOpen: (index: number) => boolean;
  /** False when there is nothing below the row, or it is so already. */
  readonly fold: (index: number, isOpen: boolean) => boolean;
  readonly sort: (column: Column, isAdded: boolean) => void;
}

/** What rows and headings do when they are clicked or entered. */
export function tableActions(view: RunsView, folds: Folds): TableActions {
  const { table, display } = view;
  const runIdAt = (index: number): string => table.runIds[display.rows[index] ?? -1] ?? "";
  const groupIdAt = (index: number): string | undefined =>
    display.groups[-1 - (display.rows[index] ?? 0)]?.id;

  const isOpen = (index: number): boolean => {
    const groupId = groupIdAt(index);
    return groupId === undefined ? folds.isRunOpen(runIdAt(index)) : folds.isGroupOpen(groupId);
  };
  const fold = (index: number, wanted: boolean): boolean => {
    const groupId = groupIdAt(index);
    const hasBelow = groupId !== undefined || display.childCount.has(display.rows[index] ?? -1);
    if (!hasBelow || isOpen(index) === wanted) return false;
    if (groupId === undefined) folds.foldRun(runIdAt(index), wanted);
    else folds.foldGroup(groupId, wanted);
    return true;
  };
  return {
    isOpen,
    fold,
    open: (index) => {
      const row = display.rows[index] ?? -1;
      if (row < 0) fold(index, !isOpen(index));
      else navigate(runHref(experimentOf(table, row), runIdAt(index)));
    },
    sort: (column, isAdded) => clickHeading(view, column, startsDescending(view, column), isAdded),
  };
}

/** The first click shows the better end, or the newest; words and params begin at A and at the smallest. */
function startsDescending(view: RunsView, column: Column): boolean {
  const direction = directionOf(column, view.options);
  if (direction !== undefined) return direction === "higher";
  if (column.kind === "attributes") return columnData(view.table, column).type === "number";
  return column.kind === "metrics";
}
