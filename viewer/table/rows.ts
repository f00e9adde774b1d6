import type { RunsTable } from "../data/runs-table.ts";
import type { RunGroup } from "./groups.ts";

/** What the table draws, from top to bottom. */
export interface DisplayRows {
  /** Rows of the table; `-1 - i` stands for group `i`. */
  readonly rows: Int32Array;
  /** How far a row is indented. */
  readonly depth: Uint8Array;
  /** 1 for parents that match nothing themselves: they are there for a child's sake. */
  readonly isDim: Uint8Array;
  /** Children of a row that match, for rows that have any. */
  readonly childCount: ReadonlyMap<number, number>;
  readonly groups: readonly RunGroup[];
}

/** Rows one below the other. */
export function flatRows(rows: Int32Array): DisplayRows {
  return {
    rows,
    depth: new Uint8Array(rows.length),
    isDim: new Uint8Array(rows.length),
    childCount: new Map(),
    groups: [],
  };
}

/** Whether any run of a table has a parent in it. */
export function hasNesting(table: RunsTable): boolean {
  const ids = new Set(table.runIds);
  return table.parent.values.some((runId) => ids.has(runId));
}

/**
 * Nested runs as a tree, children below their parent. A parent stands where it sorts itself; one that does not match,
 * or has no value in the column by which is sorted, stands where its first child does.
 *
 * @param sorted - the rows that match, in order
 * @param hasOwnPlace - false for a row without a value to sort by
 * @param isCollapsed - whether the children of a row are hidden
 */
export function treeRows(
  table: RunsTable,
  sorted: Int32Array,
  hasOwnPlace: (row: number) => boolean,
  isCollapsed: (row: number) => boolean,
): DisplayRows {
  const parents = parentRows(table);
  const matches = new Uint8Array(table.length);
  for (const row of sorted) matches[row] = 1;
  const children = new Map<number, number[]>();
  const roots: number[] = [];
  const isPlaced = new Uint8Array(table.length);

  /** Puts a row below its parent, and that one below its own, unless they are placed already. */
  const place = (row: number): void => {
    if (isPlaced[row] === 1) return;
    isPlaced[row] = 1;
    const parent = parents[row] ?? -1;
    if (parent < 0) {
      roots.push(row);
      return;
    }
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [row]);
    else siblings.push(row);
    if (matches[parent] === 0 || !hasOwnPlace(parent)) place(parent);
  };
  for (const row of sorted) place(row);

  const shown: number[] = [];
  const depths: number[] = [];
  const show = (row: number, depth: number): void => {
    shown.push(row);
    depths.push(depth);
    if (isCollapsed(row)) return;
    for (const child of children.get(row) ?? []) show(child, depth + 1);
  };
  for (const root of roots) show(root, 0);

  const rows = Int32Array.from(shown);
  return {
    rows,
    depth: Uint8Array.from(depths),
    isDim: Uint8Array.from(rows, (row) => 1 - (matches[row] ?? 0)),
    childCount: new Map([...children].map(([row, below]) => [row, below.length])),
    groups: [],
  };
}

const parentsOf = new WeakMap<RunsTable, Int32Array>();

/** Row of each row's parent, -1 without one. Runs that are each other's ancestors have none. */
export function parentRows(table: RunsTable): Int32Array {
  const known = parentsOf.get(table);
  if (known !== undefined) return known;
  const rowOf = new Map(table.runIds.map((runId, row) => [runId, row]));
  const rowOfCode = table.parent.values.map((runId) => rowOf.get(runId) ?? -1);
  const parents = Int32Array.from(table.parent.codes, (code) => rowOfCode[code] ?? -1);
  breakCircles(parents);
  parentsOf.set(table, parents);
  return parents;
}

function breakCircles(parents: Int32Array): void {
  const UNSEEN = 0;
  const OPEN = 1;
  const DONE = 2;
  const state = new Uint8Array(parents.length);
  for (let start = 0; start < parents.length; start++) {
    const path: number[] = [];
    let row = start;
    while (row >= 0 && state[row] === UNSEEN) {
      state[row] = OPEN;
      path.push(row);
      row = parents[row] ?? -1;
    }
    const last = path.at(-1);
    if (row >= 0 && state[row] === OPEN && last !== undefined) parents[last] = -1;
    for (const seen of path) state[seen] = DONE;
  }
}
