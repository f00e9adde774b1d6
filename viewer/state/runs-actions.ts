/** What can be done to the view of the runs page: each changes the address, and the page follows. */

import { type ColumnOptions, formatOptions, withOptions } from "../table/column-options.ts";
import type { Column } from "../table/columns.ts";
import type { Lifecycle } from "../table/shown.ts";
import { formatSort, nextSort, type SortKey } from "../table/sort.ts";
import { forgetColumns } from "./column-memory.ts";
import { setQuery } from "./route.ts";
import type { RunsView } from "./runs-view.ts";
import { formatList } from "./url.ts";

const REPLACE = { replace: true } as const;

/** In place of a list of columns: an empty one would be left out of the address. */
const NONE = "-";

export function setSort(keys: readonly SortKey[]): void {
  setQuery({ s: formatSort(keys) }, REPLACE);
}

/** A click on a heading. Metrics start with their better end, times with the newest, words with A. */
export function clickHeading(
  view: RunsView,
  column: Column,
  descendingFirst: boolean,
  isAdded: boolean,
): void {
  setSort(nextSort(view.sort, column, descendingFirst, isAdded));
}

/** Chooses columns. */
export function setColumns(columns: readonly Column[]): void {
  setQuery({ c: columns.length === 0 ? NONE : listOf(columns) }, REPLACE);
}

/** Goes back to the columns that the viewer chooses, and forgets everything that was set for them. */
export function resetColumns(): void {
  forgetColumns();
  setQuery({ c: undefined, o: undefined }, REPLACE);
}

export function setColumnOptions(
  view: RunsView,
  column: Column,
  change: { readonly [Name in keyof ColumnOptions]?: ColumnOptions[Name] | undefined },
): void {
  setQuery({ o: formatOptions(withOptions(view.options, column, change)) }, REPLACE);
}

export function hideColumns(view: RunsView, hidden: readonly Column[]): void {
  const ids = new Set(hidden.map(({ id }) => id));
  setColumns(view.columns.filter(({ id }) => !ids.has(id)));
}

/** Moves a shown column by some places. */
export function moveColumn(view: RunsView, column: Column, by: number): void {
  const columns = view.columns.filter(({ id }) => id !== column.id);
  const from = view.columns.findIndex(({ id }) => id === column.id);
  const to = Math.min(Math.max(from + by, 0), columns.length);
  setColumns([...columns.slice(0, to), column, ...columns.slice(to)]);
}

/** Shows another field of the same metric in place of a column. */
export function replaceColumn(view: RunsView, old: Column, next: Column): void {
  const columns = view.columns.filter(({ id }) => id === old.id || id !== next.id);
  setColumns(columns.map((column) => (column.id === old.id ? next : column)));
  if (view.sort.some((key) => key.column.id === old.id)) {
    setSort(view.sort.map((key) => (key.column.id === old.id ? { ...key, column: next } : key)));
  }
}

/** Typing replaces the history entry; Enter makes a new one. */
export function setFilter(text: string, isChosen: boolean): void {
  setQuery({ q: text }, { replace: !isChosen });
}

/** Adds a condition to the filter. */
export function addCondition(q: string, condition: string): void {
  setFilter(q.trim() === "" ? condition : `${q} AND ${condition}`, true);
}

export function setOnlyDifferences(isOn: boolean): void {
  setQuery({ d: isOn ? "1" : undefined }, REPLACE);
}

export function setLifecycle(life: Lifecycle): void {
  setQuery({ life: life === "active" ? undefined : life });
}

export function setGroupBy(columns: readonly Column[]): void {
  setQuery({ g: listOf(columns) }, REPLACE);
}

function listOf(columns: readonly Column[]): string {
  return formatList(columns.map(({ id }) => id));
}
