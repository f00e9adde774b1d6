/** What the headings of a table say. */

import { directionOf, type OptionsById } from "./column-options.ts";
import { ATTRIBUTES, type Column, column } from "./columns.ts";
import { groupOf, type PlacedColumn, type TableLayout } from "./layout.ts";
import type { SortKey } from "./sort.ts";

export const NAME_COLUMN: Column = column("attributes", "name");

/** Kind of the first columns, the name among them. */
export const NAME_GROUP = "Attributes";

/** A name over adjacent columns of one group. */
export interface HeadGroup {
  /** Empty when it was said before: a kind is said once, then only its prefixes. */
  readonly kind: string;
  readonly prefix: string;
  readonly group: string;
  readonly width: number;
  /** Columns that are folded away. */
  readonly hidden: number;
  readonly hasLine: boolean;
  readonly class: string;
}

/** @param first - what stands before the columns, without being one of a group */
export function headGroups(
  columns: readonly PlacedColumn[],
  first?: { readonly kind: string; readonly width: number },
): HeadGroup[] {
  const spans: { -readonly [Name in keyof HeadGroup]: HeadGroup[Name] }[] = [];
  if (first !== undefined) {
    spans.push({ ...first, prefix: "", group: "", hidden: 0, hasLine: false, class: "" });
  }
  for (const { heading, width, hidden, startsGroup } of columns) {
    const last = spans.at(-1);
    if (last !== undefined && !startsGroup) {
      last.width += width;
      last.hidden += hidden;
    } else {
      const group = groupOf(heading);
      const { kind, prefix } = heading;
      spans.push({ kind, prefix, group, width, hidden, hasLine: startsGroup, class: "" });
    }
  }
  let before = first === undefined ? NAME_GROUP : "";
  return spans.map((span) => {
    const kind = span.kind === before ? "" : span.kind;
    before = span.kind;
    return { ...span, kind, class: `run-head-group${span.hasLine ? " run-cell-group" : ""}` };
  });
}

/** The heading of the names. */
export function namePlace({ nameWidth }: TableLayout): PlacedColumn {
  return {
    column: NAME_COLUMN,
    heading: { kind: NAME_GROUP, prefix: "", label: ATTRIBUTES.name },
    left: 0,
    width: nameWidth,
    isNumeric: false,
    hidden: 0,
    startsGroup: false,
  };
}

export interface HeadCell {
  readonly class: string;
  readonly ariaSort: "none" | "ascending" | "descending";
  /** Which end is the better one, empty for neither. */
  readonly better: string;
  /** Of the sort, empty without one. */
  readonly arrow: string;
  /** Among several columns by which is sorted, else empty. */
  readonly place: string;
}

export function headCell(
  { column, isNumeric, startsGroup }: PlacedColumn,
  sort: readonly SortKey[],
  options: OptionsById,
): HeadCell {
  const place = sort.findIndex((key) => key.column.id === column.id);
  const key = sort[place];
  const direction = directionOf(column, options);
  const classes = [
    "run-head-cell",
    startsGroup && "run-cell-group",
    isNumeric && "run-head-number",
    key !== undefined && "run-head-sorted",
  ];
  return {
    class: classes.filter(Boolean).join(" "),
    ariaSort: key === undefined ? "none" : key.isDescending ? "descending" : "ascending",
    better: direction === undefined ? "" : direction === "higher" ? "↑" : "↓",
    arrow: key === undefined ? "" : key.isDescending ? "▼" : "▲",
    place: key !== undefined && sort.length > 1 ? String(place + 1) : "",
  };
}
