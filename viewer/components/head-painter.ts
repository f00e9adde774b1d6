/** The headings of the runs table as they first appear: what they do comes with the code of the page. */

import type { OptionsById } from "../table/column-options.ts";
import { headCell, headGroups, NAME_GROUP, namePlace } from "../table/headings.ts";
import type { PlacedColumn, TableLayout } from "../table/layout.ts";
import type { SortKey } from "../table/sort.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { element, setWidth } from "./dom.ts";

/** Makes the headings of the pinned columns and of the first scrolling ones. */
export function makeHead(
  layout: TableLayout,
  scrolling: readonly PlacedColumn[],
  sort: readonly SortKey[],
  options: OptionsById,
): HTMLElement {
  const { pinned, pinnedWidth, nameWidth, totalWidth } = layout;
  const cell = (placed: PlacedColumn, index: number): HTMLElement =>
    makeCell(placed, index, sort, options);
  const check = {
    type: "checkbox",
    class: "checkbox",
    tabindex: "-1",
    "aria-label": RUNS_TEXTS.selectAll,
  };
  const groups = element(
    "div",
    { class: "run-head-line run-head-groups", "aria-hidden": "true" },
    wide(
      pinnedWidth,
      "run-pinned",
      element("span", { class: "run-cell-select" }),
      ...makeGroups(pinned, { kind: NAME_GROUP, width: nameWidth }),
    ),
    ...makeGroups(scrolling),
  );
  const leaves = element(
    "div",
    { class: "run-head-line run-head-leaves", role: "row", "aria-rowindex": "1" },
    wide(
      pinnedWidth,
      "run-pinned",
      element(
        "div",
        { class: "run-cell-select", role: "columnheader", "aria-colindex": "1" },
        element("input", check),
      ),
      cell(namePlace(layout), 0),
      ...pinned.map((placed, i) => cell(placed, 1 + i)),
    ),
    ...scrolling.map((placed, i) => cell(placed, 1 + pinned.length + i)),
  );
  const head = wide(totalWidth, "run-table-head", groups, leaves);
  head.setAttribute("role", "rowgroup");
  return head;
}

function makeGroups(
  columns: readonly PlacedColumn[],
  first?: { readonly kind: string; readonly width: number },
): HTMLElement[] {
  return headGroups(columns, first).map(({ kind, prefix, width, class: look }) =>
    wide(
      width,
      look,
      element(
        "span",
        { class: "run-head-fold" },
        ...(kind === "" ? [] : [element("span", {}, kind)]),
        ...(prefix === "" ? [] : [element("b", {}, prefix)]),
      ),
    ),
  );
}

function makeCell(
  placed: PlacedColumn,
  index: number,
  sort: readonly SortKey[],
  options: OptionsById,
): HTMLElement {
  const { better, arrow, place, ariaSort, class: look } = headCell(placed, sort, options);
  const hidden = { "aria-hidden": "true" };
  const cell = element(
    "div",
    {
      class: look,
      role: "columnheader",
      "aria-colindex": String(index + 2),
      "aria-sort": ariaSort,
    },
    element(
      "span",
      { class: "run-head-sort" },
      ...(better === "" ? [] : [element("span", { class: "run-head-better", ...hidden }, better)]),
      element("span", { class: "run-head-label" }, placed.heading.label),
      ...(arrow === ""
        ? []
        : [
            element(
              "span",
              { class: "run-head-arrow", ...hidden },
              arrow,
              ...(place === "" ? [] : [element("sup", {}, place)]),
            ),
          ]),
    ),
  );
  setWidth(cell, placed.width);
  return cell;
}

function wide(pixels: number, look: string, ...children: readonly Node[]): HTMLElement {
  const made = element("div", { class: look }, ...children);
  setWidth(made, pixels);
  return made;
}
