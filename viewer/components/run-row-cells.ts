import type { RunGroup } from "../table/groups.ts";
import type { DrawnColumn } from "./row-context.ts";

/** Which row cells belong to, and where the keyboard is. */
export interface CellPlace {
  /** From the top of the table. */
  readonly index: number;
  readonly row: number;
  readonly group: RunGroup | null;
  /** Column of the cell that the keyboard is on, -1 when it is on another row. */
  readonly activeColumn: number;
}

/** Id of the cell that the keyboard is on, for `aria-activedescendant`. The others have none. */
export function cellId(row: number, column: number): string {
  return `run-cell-${row}-${column}`;
}

/**
 * Writes the cells of a row into a box that holds nothing else. Not by vnodes: a table that is scrolled fast changes
 * hundreds of cells a frame, and to make and compare their vnodes costs several times what writing them does.
 */
export function writeCells(
  box: HTMLElement,
  columns: readonly DrawnColumn[],
  place: CellPlace,
): void {
  if (box.firstChild === null) box.append(patternOf(columns).cloneNode(true));
  let cell = box.firstElementChild as HTMLElement | null;
  for (const column of columns) {
    cell ??= box.appendChild(makeCell());
    writeCell(cell, column, place);
    cell = cell.nextElementSibling as HTMLElement | null;
  }
  while (cell !== null) {
    const next = cell.nextElementSibling as HTMLElement | null;
    cell.remove();
    cell = next;
  }
}

const patterns = new WeakMap<readonly DrawnColumn[], DocumentFragment>();

/** Empty cells of a row. To copy them is quicker than to make them one by one. */
function patternOf(columns: readonly DrawnColumn[]): DocumentFragment {
  const known = patterns.get(columns);
  if (known !== undefined) return known;
  const pattern = document.createDocumentFragment();
  for (const column of columns) {
    const cell = pattern.appendChild(makeCell());
    writeColumn(cell, column);
    writeClass(cell, column.class);
    cell.append("");
  }
  patterns.set(columns, pattern);
  return pattern;
}

function makeCell(): HTMLElement {
  const cell = document.createElement("div");
  cell.setAttribute("role", "gridcell");
  return cell;
}

function writeColumn(cell: HTMLElement, column: DrawnColumn): void {
  const number = String(column.index);
  if (cell.dataset.column !== number) {
    cell.dataset.column = number;
    cell.setAttribute("aria-colindex", String(column.index + 2));
  }
  if (cell.style.width !== column.style.width) cell.style.width = column.style.width;
}

function writeCell(cell: HTMLElement, column: DrawnColumn, place: CellPlace): void {
  const { index, row, group, activeColumn } = place;
  const isActive = column.index === activeColumn;
  writeColumn(cell, column);
  if (isActive) cell.id = cellId(index, column.index);
  else if (cell.id !== "") cell.removeAttribute("id");

  const look = isActive ? `${column.class} run-cell-active` : column.class;
  if (group !== null) {
    writeClass(cell, look);
    const { text, deviation } = column.ofGroup(group);
    writeText(cell, text);
    if (deviation !== undefined) cell.append(makeDeviation(deviation));
    return;
  }
  const tint = column.tint(row);
  const isBest = column.isBest(row);
  writeClass(
    cell,
    `${look}${tint > 0 ? ` run-tint-${tint}` : ""}${isBest ? " run-cell-best" : ""}`,
  );
  writeText(cell, column.writer.text(row));
}

function writeClass(cell: HTMLElement, look: string): void {
  if (cell.className !== look) cell.className = look;
}

/** The text of a cell is one node, which is kept. */
function writeText(cell: HTMLElement, text: string): void {
  const { firstChild, childElementCount } = cell;
  if (childElementCount === 0 && firstChild instanceof Text) {
    if (firstChild.data !== text) firstChild.data = text;
  } else cell.textContent = text;
}

function makeDeviation(deviation: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "run-cell-deviation";
  element.textContent = ` ±${deviation}`;
  return element;
}
