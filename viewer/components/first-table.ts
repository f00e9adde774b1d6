/**
 * The first rows of an experiment, drawn before the viewer's code is here. The page takes them over where they stand, in the
 * same task in which it draws the rest.
 */

import type { RunsTable } from "../data/runs-table.ts";
import { firstExperiments } from "../state/first-files.ts";
import { PHONE } from "../state/phone.ts";
import { lastRoom, readEmptyPage } from "../state/room.ts";
import { isBoolean, readStored } from "../state/stored.ts";
import type { Address, Query } from "../state/url.ts";
import { parseOptions } from "../table/column-options.ts";
import { sharedPrefixes } from "../table/columns.ts";
import { layOut, visibleColumns } from "../table/layout.ts";
import { hasNesting } from "../table/rows.ts";
import {
  differingOf,
  lifecycleOf,
  nestedRows,
  readableRows,
  rowsOfLifecycle,
  shownColumns,
} from "../table/shown.ts";
import { parseSort, sortRows } from "../table/sort.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { element, picture } from "./dom.ts";
import { makeRowContext } from "./drawn-columns.ts";
import { makeHead } from "./head-painter.ts";
import { ICON_PATHS, type IconName } from "./icon-paths.ts";
import { RowPainter } from "./row-painter.ts";
import { HEAD_HEIGHT, rowHeightOf, tableClass } from "./table-look.ts";

/** The rows as they were drawn, and how far they have been scrolled. */
export interface FirstTable {
  readonly painter: RowPainter;
  readonly top: number;
  readonly left: number;
}

let drawn: { readonly painter: RowPainter; readonly box: HTMLElement } | null = null;
let left: FirstTable | null = null;
let isOver = false;

/** Query keys that the first rows know of. */
const KNOWN: ReadonlySet<string> = new Set(["c", "o", "d", "s", "life", "flat"]);

/** Whether the first rows of an address can be drawn: those of one experiment's table, without a filter. */
export function hasFirstTable({ path, query }: Address): boolean {
  const isOne = firstExperiments(path).length === 1;
  return isOne && [...query.keys()].every((key) => KNOWN.has(key)) && !isPhone();
}

/** Draws the first rows of a table into the empty page. @returns false when there is nothing to draw any more */
export function drawFirstTable(main: HTMLElement, table: RunsTable, query: Query): boolean {
  if (isOver) return false;
  const shown = shownOf(table, query);
  const { columns, display, options, rows, sort } = shown;
  if (rows.length === 0) return false;
  readEmptyPage(main);
  const room = lastRoom();
  const roomy = readStored("roomy");
  const isRoomy = isBoolean(roomy) && roomy;
  const rowHeight = rowHeightOf(isRoomy);
  const prefixes = sharedPrefixes(table);
  const layout = layOut(table, columns, options, prefixes, room.width, false, new Set());
  const seen = visibleColumns(layout.scrolling, 0, room.width - layout.pinnedWidth);
  const context = makeRowContext(shown, layout, seen, rowHeight, Date.now());

  const rowsBox = element("div", { class: "run-table-rows", role: "rowgroup" });
  rowsBox.style.height = `${rows.length * rowHeight}px`;
  rowsBox.style.width = `${layout.totalWidth}px`;
  const painter = new RowPainter(rowsBox);
  const end = Math.min(display.rows.length, Math.ceil((room.height - HEAD_HEIGHT) / rowHeight));
  const states = Array.from({ length: end }, (_, index) => ({
    index,
    row: display.rows[index] ?? 0,
    group: null,
    depth: display.depth[index] ?? 0,
    isDim: display.isDim[index] === 1,
    childCount: display.childCount.get(display.rows[index] ?? 0) ?? 0,
    isOpen: true,
    isSelected: false,
    activeColumn: -1,
  }));
  painter.paint(context, states, false);

  const [title = ""] = table.experimentName.values;
  const box = element(
    "div",
    {
      class: tableClass(isRoomy, shown.isNested),
      role: "grid",
      tabindex: "0",
      "aria-label": title,
      "aria-rowcount": String(display.rows.length + 1),
      "aria-colcount": String(columns.length + 2),
    },
    makeHead(layout, layout.scrolling.slice(...seen), sort, options),
    rowsBox,
  );
  main.replaceChildren(
    element("header", { class: "page-head" }, element("h1", { title }, title)),
    makeTools(shown.counts),
    box,
    element("footer", { class: "page-foot" }),
  );
  drawn = { painter, box };
  return true;
}

/** Clears the page for the viewer, which draws it in the same task. */
export function endFirstTable(): void {
  isOver = true;
  if (drawn === null) return;
  const { painter, box } = drawn;
  left = { painter, top: box.scrollTop, left: box.scrollLeft };
  box.parentElement?.replaceChildren();
}

/** The first rows, once, for the table that goes on with them. */
export function takeFirstTable(): FirstTable | null {
  const taken = left;
  left = null;
  return taken;
}

function shownOf(table: RunsTable, query: Query) {
  const matching = rowsOfLifecycle(table, lifecycleOf(query));
  const differing = differingOf(table, readableRows(table, matching));
  const sort = parseSort(query.get("s"));
  const rows = sortRows(table, matching, sort);
  const isNested = hasNesting(table);
  const isFlat = query.get("flat") === "1" || !isNested;
  return {
    table,
    rows,
    sort,
    isNested,
    columns: shownColumns(table, query.get("c"), query.get("d") === "1", differing.ids),
    options: parseOptions(query.get("o")),
    display: nestedRows(table, rows, sort, isFlat, new Set()),
    groupBy: [],
    aggregate: "mean" as const,
    counts: { some: differing.ids.size, all: differing.of },
  };
}

/** The filter and the buttons beside it as they will stand there. */
function makeTools({ some, all }: { readonly some: number; readonly all: number }): HTMLElement {
  const count = element("span", { class: "button-count" }, RUNS_TEXTS.ofCount(some, all));
  return element(
    "div",
    { class: "runs-tools", "aria-hidden": "true" },
    element(
      "div",
      { class: "filter-box" },
      element("div", { class: "filter-line" }, makeIcon("search", 16)),
    ),
    element(
      "div",
      { class: "runs-tools-buttons" },
      makeButton("diff", RUNS_TEXTS.onlyDifferences, ...(all > 0 ? [count] : [])),
      makeButton("group", RUNS_TEXTS.group),
      makeButton("columns", RUNS_TEXTS.columns),
    ),
  );
}

function makeButton(icon: IconName, ...content: readonly (Node | string)[]): HTMLElement {
  return element("span", { class: "button" }, makeIcon(icon, 14), ...content);
}

function makeIcon(name: IconName, size: 14 | 16): SVGSVGElement {
  return picture({ class: `icon icon-${size}`, viewBox: "0 0 16 16" }, { d: ICON_PATHS[name] });
}

function isPhone(): boolean {
  return matchMedia(PHONE).matches;
}
