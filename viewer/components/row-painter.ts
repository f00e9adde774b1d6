/**
 * The rows of the runs table, drawn by hand: a table that is scrolled fast changes hundreds of cells a frame, and vnodes would
 * cost several times what writing them does. The page draws its first rows with it before the rest of its code is here.
 */

import { UNREADABLE } from "../data/runs-table.ts";
import { nameOf } from "../table/row-names.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { element, set, setWidth } from "./dom.ts";
import type { RowContext, RowState } from "./row-context.ts";
import { copyPlainName, isPlainName, nameParts, rewritePlainName } from "./row-name.ts";
import { cellId, writeCells } from "./run-row-cells.ts";

/** Draws rows into a box that holds nothing else. Rows that leave give their elements to those that come. */
export class RowPainter {
  readonly box: HTMLElement;
  #rows: ReadonlyMap<number, PaintedRow> = new Map();

  constructor(box: HTMLElement) {
    this.box = box;
  }

  /** @param isRested - puts the elements into the order of the rows, for who reads the page in its order */
  paint(context: RowContext, states: readonly RowState[], isRested: boolean): void {
    const wanted = new Set(states.map(({ index }) => index));
    const free = [...this.#rows.values()].filter(({ index }) => !wanted.has(index));
    const rows = new Map<number, PaintedRow>();
    for (const state of states) {
      const row = this.#rows.get(state.index) ?? free.pop() ?? this.#make();
      row.paint(context, state);
      rows.set(state.index, row);
    }
    for (const { element } of free) element.remove();
    this.#rows = rows;
    if (isRested) this.#order();
  }

  /** Goes on in another box with the same elements. */
  moveTo(box: HTMLElement): RowPainter {
    const moved = new RowPainter(box);
    moved.#rows = this.#rows;
    box.append(...[...this.#rows.values()].map(({ element }) => element));
    return moved;
  }

  #make(): PaintedRow {
    const row = new PaintedRow();
    this.box.append(row.element);
    return row;
  }

  #order(): void {
    let next = this.box.firstElementChild;
    for (const { element } of this.#rows.values()) {
      if (element === next) next = next.nextElementSibling;
      else this.box.insertBefore(element, next);
    }
  }
}

type Three = readonly [HTMLElement, HTMLElement, HTMLElement];

/** A row of the table. What is clicked is told from `data-` attributes, so that rows need no handlers. */
class PaintedRow {
  readonly element: HTMLElement;
  readonly #pinned: HTMLElement;
  readonly #check: HTMLInputElement;
  readonly #name: HTMLElement;
  readonly #pinnedCells: HTMLElement;
  /** Room of the columns that are not drawn. */
  readonly #offset: HTMLElement;
  readonly #cells: HTMLElement;
  #reason: Element | null = null;
  #hasPlainName = false;
  #context: RowContext | null = null;
  #state: RowState | null = null;

  constructor() {
    this.element = pattern().cloneNode(true) as HTMLElement;
    const [pinned, offset, cells] = this.element.children as unknown as Three;
    const [select, name, pinnedCells] = pinned.children as unknown as Three;
    this.#pinned = pinned;
    this.#check = select.firstElementChild as HTMLInputElement;
    this.#name = name;
    this.#pinnedCells = pinnedCells;
    this.#offset = offset;
    this.#cells = cells;
  }

  get index(): number {
    return this.#state?.index ?? -1;
  }

  paint(context: RowContext, state: RowState): void {
    if (this.#context === context && this.#state !== null && isSame(this.#state, state)) return;
    const isBroken = state.group === null && context.table.status[state.row] === UNREADABLE;
    this.#paintRow(context, state, isBroken);
    this.#paintSelect(context, state);
    this.#paintName(context, state);
    this.#paintReason(context, state, isBroken);
    writeCells(this.#pinnedCells, isBroken ? [] : context.pinned, state);
    writeCells(this.#cells, isBroken ? [] : context.scrolling, state);
    this.#context = context;
    this.#state = state;
  }

  #paintRow(context: RowContext, state: RowState, isBroken: boolean): void {
    const { element } = this;
    const { index, group, isSelected } = state;
    set(element, "class", classOf(context, state, isBroken));
    if (group === null) set(element, "aria-selected", String(isSelected));
    else element.removeAttribute("aria-selected");
    if (this.#state?.index !== index) {
      set(element, "aria-rowindex", String(index + 2));
      set(element, "data-index", String(index));
    }
    const transform = `translateY(${index * context.rowHeight}px)`;
    if (element.style.transform !== transform) element.style.transform = transform;
    if (this.#context === context) return;
    setWidth(element, context.width);
    setWidth(this.#pinned, context.pinnedWidth);
    setWidth(this.#name, context.nameWidth);
  }

  #paintSelect({ table }: RowContext, { row, group, isSelected }: RowState): void {
    const name = group === null ? nameOf(table, row) : RUNS_TEXTS.runs;
    set(this.#check, "aria-label", RUNS_TEXTS.selectRun(name));
    if (this.#check.checked !== isSelected) this.#check.checked = isSelected;
  }

  #paintName(context: RowContext, state: RowState): void {
    const cell = this.#name;
    const isActive = state.activeColumn === 0;
    set(cell, "class", isActive ? "run-cell run-name run-cell-active" : "run-cell run-name");
    if (isActive) cell.id = cellId(state.index, 0);
    else if (cell.id !== "") cell.removeAttribute("id");
    const isPlain = isPlainName(context, state);
    if (!isPlain) cell.replaceChildren(...nameParts(context, state));
    else {
      if (!this.#hasPlainName) cell.replaceChildren(copyPlainName(context, state));
      rewritePlainName(cell, context, state);
    }
    this.#hasPlainName = isPlain;
  }

  /** Why a run could not be read, across the columns. */
  #paintReason({ table, offset }: RowContext, { row }: RowState, isBroken: boolean): void {
    this.#reason?.remove();
    this.#reason = null;
    this.#offset.hidden = isBroken || offset === 0;
    setWidth(this.#offset, offset);
    if (!isBroken) return;
    const [problem] = table.problems.get(table.runIds[row] ?? "") ?? [];
    const place = problem && problem.path + (problem.line === undefined ? "" : `:${problem.line}`);
    this.#reason = element(
      "div",
      { class: "run-row-reason", role: "gridcell", "aria-colindex": "3" },
      element("span", { class: "run-state-unreadable" }, RUNS_TEXTS.unreadable),
    );
    if (problem !== undefined && place !== undefined) {
      const where = element("span", { class: "mono" }, place);
      this.#reason.append(element("span", { class: "cut" }, `${problem.message} `, where));
    }
    this.#offset.before(this.#reason);
  }
}

let empty: HTMLElement | null = null;

/** A row with nothing in its cells. To copy it is quicker than to make each. */
function pattern(): HTMLElement {
  const check = { type: "checkbox", class: "checkbox", tabindex: "-1", "data-select": "" };
  empty ??= element(
    "div",
    { role: "row" },
    element(
      "div",
      { class: "run-pinned" },
      element(
        "div",
        { class: "run-cell-select", role: "gridcell", "aria-colindex": "1" },
        element("input", check),
      ),
      element("div", { role: "rowheader", "aria-colindex": "2", "data-column": "0" }),
      element("div", { class: "run-cells", role: "none" }),
    ),
    element("div", { class: "run-cell" }),
    element("div", { class: "run-cells", role: "none" }),
  );
  return empty;
}

function isSame(a: RowState, b: RowState): boolean {
  return (
    a.index === b.index &&
    a.row === b.row &&
    a.group === b.group &&
    a.depth === b.depth &&
    a.isDim === b.isDim &&
    a.childCount === b.childCount &&
    a.isOpen === b.isOpen &&
    a.isSelected === b.isSelected &&
    a.activeColumn === b.activeColumn
  );
}

function classOf({ table }: RowContext, state: RowState, isBroken: boolean): string {
  return [
    "run-row",
    state.isSelected && "run-row-selected",
    state.activeColumn >= 0 && "run-row-active",
    state.isDim && "run-row-dim",
    isBroken && "run-row-broken",
    state.group === null && table.deleted[state.row] === 1 && "run-row-deleted",
  ]
    .filter(Boolean)
    .join(" ");
}
