/** What JSON and YAML hold. */
export type TreeValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly TreeValue[]
  | { readonly [key: string]: TreeValue };

/** A line of the tree as it is shown now. */
export interface ValueRow {
  /** Names the place: keys joined by NUL. */
  readonly id: string;
  readonly key: string;
  readonly value: TreeValue;
  readonly depth: number;
  /** Values inside; null for a scalar. */
  readonly size: number | null;
  readonly isOpen: boolean;
}

/** Levels that are open to begin with, as long as there are few values. */
const OPEN_LEVELS = 2;
const OPEN_VALUES = 200;

const MOST_FOUND = 2_000;

/** Longer scalars are shown in part. */
export const LONG_SCALAR = 2_000;

/** The rows of a value whose collections are open or not. The outermost value itself has no row. */
export function valueRows(value: TreeValue, isOpen: (id: string) => boolean): ValueRow[] {
  const rows: ValueRow[] = [];
  const add = (parent: TreeValue, parentId: string, depth: number): void => {
    for (const [key, child] of entriesOf(parent)) {
      const id = parentId === "" ? key : `${parentId}\0${key}`;
      const open = isCollection(child) && isOpen(id);
      rows.push({ id, key, value: child, depth, size: sizeOf(child), isOpen: open });
      if (open) add(child, id, depth + 1);
    }
  };
  if (isCollection(value)) add(value, "", 0);
  else rows.push({ id: "", key: "", value, depth: 0, size: null, isOpen: false });
  return rows;
}

/** Places that are open at first: the outer levels of a small document. */
export function firstOpen(value: TreeValue): Set<string> {
  const open = new Set<string>();
  let seen = 0;
  const visit = (parent: TreeValue, parentId: string, level: number): void => {
    for (const [key, child] of entriesOf(parent)) {
      seen++;
      if (!isCollection(child) || level >= OPEN_LEVELS || seen > OPEN_VALUES) continue;
      const id = parentId === "" ? key : `${parentId}\0${key}`;
      open.add(id);
      visit(child, id, level + 1);
    }
  };
  visit(value, "", 0);
  return open;
}

/** Scalars and keys that have a text, with the whole way to them as their key. */
export function findValues(value: TreeValue, search: string): ValueRow[] {
  const text = search.toLowerCase();
  const found: ValueRow[] = [];
  const visit = (parent: TreeValue, path: string, id: string): void => {
    for (const [key, child] of entriesOf(parent)) {
      if (found.length >= MOST_FOUND) return;
      const childPath = Array.isArray(parent)
        ? `${path}[${key}]`
        : path === ""
          ? key
          : `${path}.${key}`;
      const childId = id === "" ? key : `${id}\0${key}`;
      const inValue = !isCollection(child) && scalarText(child).toLowerCase().includes(text);
      if (inValue || key.toLowerCase().includes(text)) {
        found.push({
          id: childId,
          key: childPath,
          value: child,
          depth: 0,
          size: sizeOf(child),
          isOpen: false,
        });
      }
      if (isCollection(child)) visit(child, childPath, childId);
    }
  };
  visit(value, "", "");
  return found;
}

export function isCollection(
  value: TreeValue,
): value is readonly TreeValue[] | { readonly [key: string]: TreeValue } {
  return typeof value === "object" && value !== null;
}

/** A scalar as it would be written, without quotes around a text. */
export function scalarText(value: TreeValue): string {
  return typeof value === "string" ? value : isCollection(value) ? "" : String(value);
}

/**
 * Reads JSON. Whole numbers that a double cannot hold become bigints, where the browser tells their text.
 *
 * @throws SyntaxError
 */
export function parseJsonValue(text: string): TreeValue {
  if (!/\d{16}/.test(text)) return JSON.parse(text) as TreeValue;
  const revive = (
    _key: string,
    value: unknown,
    context?: { readonly source?: string },
  ): unknown => {
    const source = context?.source;
    const isWhole = typeof value === "number" && source !== undefined && /^-?\d+$/.test(source);
    return isWhole && !Number.isSafeInteger(value) ? BigInt(source) : value;
  };
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown) as TreeValue;
}

/** Reads a JSON value a line; empty lines count for nothing. */
export function parseJsonLines(text: string): TreeValue[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => parseJsonValue(line));
}

function entriesOf(value: TreeValue): [string, TreeValue][] {
  if (Array.isArray(value)) return value.map((item, i) => [String(i), item as TreeValue]);
  return isCollection(value) ? (Object.entries(value) as [string, TreeValue][]) : [];
}

function sizeOf(value: TreeValue): number | null {
  if (Array.isArray(value)) return value.length;
  return isCollection(value) ? Object.keys(value).length : null;
}
