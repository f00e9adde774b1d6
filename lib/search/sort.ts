import { compareText } from "../entities/record.ts";
import type { MlrunsError } from "../errors.ts";
import type { Read } from "./accessor.ts";

/** One thing to sort rows by. In both directions NaN comes behind all numbers, and rows without a value behind NaN. */
export interface SortKey<Row> {
  readonly read: Read<Row, string | number>;
  readonly type: "number" | "text";
  readonly ascending: boolean;
  /** Thrown when there is anything to sort. */
  readonly mistake?: MlrunsError;
}

/**
 * The first `count` rows in order, strongest key first. Rows that are equal in all keys keep their order.
 *
 * Quick where few of many rows are wanted: each key is read once a row, the second one only when the first has ties, and
 * only the best rows found so far are kept in order.
 */
export function topRows<Row>(
  rows: readonly Row[],
  keys: readonly SortKey<Row>[],
  count: number = rows.length,
): Row[] {
  checkKeys(rows, keys);
  if (count <= 0) return [];
  const columns: Compare[] = [];
  const compare: Compare = (a, b) => {
    for (const [index, key] of keys.entries()) {
      columns[index] ??= readColumn(rows, key);
      const order = columns[index](a, b);
      if (order !== 0) return order;
    }
    return a - b;
  };
  const best =
    count < rows.length / 4 ? selectBest(rows.length, count, compare) : allOf(rows.length);
  best.sort(compare);
  const sorted: Row[] = [];
  for (const index of best.subarray(0, count)) sorted.push(rows[index] as Row);
  return sorted;
}

/** Throws the first key's mistake, if there is anything to sort. */
export function checkKeys<Row>(rows: readonly Row[], keys: readonly SortKey<Row>[]): void {
  const mistake = keys.find((key) => key.mistake !== undefined)?.mistake;
  if (mistake !== undefined && rows.length > 0) throw mistake;
}

/** Compares two rows by their index. */
type Compare = (a: number, b: number) => number;

/** Classes of values, sorted before the values themselves: a value is 0. */
const NAN = 1;
const MISSING = 2;

function readColumn<Row>(rows: readonly Row[], key: SortKey<Row>): Compare {
  return key.type === "number" ? readNumbers(rows, key) : readTexts(rows, key);
}

function readNumbers<Row>(rows: readonly Row[], { read, ascending }: SortKey<Row>): Compare {
  const values = new Float64Array(rows.length);
  const classes = new Uint8Array(rows.length);
  const sign = ascending ? 1 : -1;
  rows.forEach((row, index) => {
    const value = read(row) ?? undefined;
    if (value === undefined) classes[index] = MISSING;
    else if (Number.isNaN(value)) classes[index] = NAN;
    else values[index] = sign * (value as number);
  });
  return (a, b) => {
    const order = (classes[a] as number) - (classes[b] as number);
    if (order !== 0) return order;
    const x = values[a] as number;
    const y = values[b] as number;
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

function readTexts<Row>(rows: readonly Row[], { read, ascending }: SortKey<Row>): Compare {
  const texts: string[] = [];
  const classes = new Uint8Array(rows.length);
  let isPlain = true;
  for (const [index, row] of rows.entries()) {
    const value = read(row) ?? undefined;
    if (value === undefined) classes[index] = MISSING;
    const text = value === undefined ? "" : String(value);
    if (isPlain && SURROGATE.test(text)) isPlain = false;
    texts.push(text);
  }
  const sign = ascending ? 1 : -1;
  // Without surrogates JavaScript's own, faster comparison gives the order of code points.
  const compareTexts = isPlain ? comparePlain : compareText;
  return (a, b) => {
    const order = (classes[a] as number) - (classes[b] as number);
    return order !== 0 ? order : sign * compareTexts(texts[a] as string, texts[b] as string);
  };
}

const SURROGATE = /[\ud800-\udfff]/;

function comparePlain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function allOf(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, index) => index);
}

/** Keeps the best `count` of the indices below `length` in a heap with the worst of them on top. */
function selectBest(length: number, count: number, compare: Compare): Uint32Array {
  const heap = allOf(count);
  const sink = (from: number): void => {
    let at = from;
    const index = heap[at] as number;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      const right = child + 1;
      if (right < count && compare(heap[right] as number, heap[child] as number) > 0) child = right;
      if (compare(heap[child] as number, index) <= 0) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = index;
  };
  for (let at = (count >> 1) - 1; at >= 0; at--) sink(at);
  for (let index = count; index < length; index++) {
    if (compare(index, heap[0] as number) >= 0) continue;
    heap[0] = index;
    sink(0);
  }
  return heap;
}
