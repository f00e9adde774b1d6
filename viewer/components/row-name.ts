/** The cell with the name of a run or of a group of runs. */

import { RUN_STATUSES } from "../../lib/entities/run.ts";
import { UNREADABLE } from "../data/runs-table.ts";
import { plural } from "../format.ts";
import { runHref } from "../state/links.ts";
import { isSilent } from "../table/column-data.ts";
import type { RunGroup } from "../table/groups.ts";
import { experimentOf, nameOf } from "../table/row-names.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { element, picture, set } from "./dom.ts";
import { ICON_PATHS, type IconName } from "./icon-paths.ts";
import type { RowContext, RowState } from "./row-context.ts";
import { markClass, markShape, statusName } from "./run-mark.ts";

const FINISHED = RUN_STATUSES.indexOf("FINISHED");

/** Whether nothing is out of the ordinary: such cells only differ in words, and are written over. */
export function isPlainName({ table }: RowContext, { row, group, childCount }: RowState): boolean {
  if (group !== null || childCount > 0 || table.status[row] !== FINISHED) return false;
  const runId = table.runIds[row] ?? "";
  return !table.problems.has(runId) && !table.copies.has(runId);
}

let plainName: DocumentFragment | null = null;

/** Elements of some plain name, to be written over. To copy them is quicker than to make each. */
export function copyPlainName(context: RowContext, state: RowState): Node {
  if (plainName === null) {
    plainName = document.createDocumentFragment();
    plainName.append(...nameParts(context, state));
  }
  return plainName.cloneNode(true);
}

/** Writes another plain name over one. */
export function rewritePlainName(cell: HTMLElement, context: RowContext, state: RowState): void {
  const { table } = context;
  const { row, depth } = state;
  const [indent, mark, link] = cell.children as unknown as [Element, Element, HTMLAnchorElement];
  set(indent, "class", `run-name-no-twisty ${indentOf(depth)}`);
  set(mark, "class", markClass(table.runIds[row] ?? "", FINISHED));
  set(link, "class", linkClass(context, row));
  set(link, "href", runHref(experimentOf(table, row), table.runIds[row] ?? ""));
  (link.firstChild as Text).data = nameOf(table, row);
}

/** What stands in the cell. */
export function nameParts(context: RowContext, state: RowState): Element[] {
  const twisty = makeTwisty(context, state);
  return state.group === null
    ? [twisty, ...runParts(context, state)]
    : [twisty, ...groupParts(context, state.group)];
}

function makeTwisty({ table }: RowContext, state: RowState): Element {
  const { row, group, depth, childCount, isOpen } = state;
  const indent = indentOf(depth);
  if (childCount === 0 && group === null) {
    return element("span", { class: `run-name-no-twisty ${indent}` });
  }
  const name = group === null ? nameOf(table, row) : plural(group.rows.length, "run");
  const attributes = {
    type: "button",
    class: `run-name-twisty ${indent}`,
    tabindex: "-1",
    "data-twisty": "",
    "aria-expanded": String(isOpen),
    "aria-label": isOpen ? RUNS_TEXTS.collapse(name) : RUNS_TEXTS.expand(name),
  };
  return element("button", attributes, icon(isOpen ? "down" : "right", 12));
}

function runParts(context: RowContext, { row, childCount }: RowState): Element[] {
  const { table } = context;
  const runId = table.runIds[row] ?? "";
  const status = table.status[row] ?? UNREADABLE;
  const shape = markShape(status);
  const mark = {
    class: markClass(runId, status),
    viewBox: "0 0 12 12",
    role: "img",
    "aria-label": statusName(status),
  };
  const link = {
    class: linkClass(context, row),
    href: runHref(experimentOf(table, row), runId),
    tabindex: "-1",
  };
  const said = stateOf(context, row);
  return [
    picture(mark, { class: shape.class, d: shape.d }),
    element("a", link, nameOf(table, row)),
    ...(childCount > 0 ? [element("span", { class: "run-name-count" }, String(childCount))] : []),
    ...(said === null ? [] : [said]),
  ];
}

/** What the runs of a group have in common, and how many they are. */
function groupParts({ groupBy }: RowContext, { values, rows }: RunGroup): Element[] {
  const words = groupBy.map((column, i) =>
    element(
      "span",
      {},
      i > 0 ? ", " : "",
      element("span", { class: "faint" }, `${column.key} = `),
      values[i] ?? RUNS_TEXTS.noValue,
    ),
  );
  return [
    element("span", { class: "cut" }, ...words),
    element("span", { class: "run-name-count" }, String(rows.length)),
  ];
}

/** What is out of the ordinary about a run, in a word. */
function stateOf({ table }: RowContext, row: number): Element | null {
  const status = table.status[row] ?? UNREADABLE;
  if (status === UNREADABLE) return null;
  const runId = table.runIds[row] ?? "";
  const problems = table.problems.get(runId)?.length ?? 0;
  if (problems > 0) {
    const said = RUNS_TEXTS.broken(problems);
    return element(
      "span",
      { class: "run-state run-state-warning", title: said },
      icon("warning", 14),
      element("span", { class: "sr-only" }, said),
    );
  }
  const copies = table.copies.get(runId);
  if (copies !== undefined) {
    const title = RUNS_TEXTS.copyHelp(copies.join(", "));
    return element("span", { class: "run-state run-state-copy", title }, RUNS_TEXTS.copyIn(copies));
  }
  if (isSilent(table, row, Date.now())) {
    return element("span", { class: "run-state", title: RUNS_TEXTS.silentHelp }, RUNS_TEXTS.silent);
  }
  const name = RUN_STATUSES[status];
  if (name === "FINISHED" || name === undefined) return null;
  return element(
    "span",
    { class: `run-state run-state-${name.toLowerCase()}` },
    statusName(status),
  );
}

function linkClass({ table }: RowContext, row: number): string {
  return table.names[row] === "" ? "run-name-link run-name-id" : "run-name-link";
}

function indentOf(depth: number): string {
  return `run-depth-${Math.min(depth, 3)}`;
}

function icon(name: IconName, size: 12 | 14): SVGSVGElement {
  const attributes = {
    class: `icon icon-${size}`,
    viewBox: "0 0 16 16",
    "aria-hidden": "true",
  };
  return picture(attributes, { d: ICON_PATHS[name] });
}
