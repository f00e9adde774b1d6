import type { Metric } from "../entities/metric.ts";
import { type MetricSummary, SUMMARY_FIELDS } from "../format/metric-summary.ts";

/** Code, or slot, of a row that has no value. */
export const MISSING = -1;

/** Texts, each distinct one kept once: a column of 10,000 rows with five values takes 40 kB. */
export class TextColumn {
  readonly values: string[];
  codes: Int32Array;
  #codeOf: Map<string, number> | undefined;

  constructor(values: string[] = [], codes: Int32Array = new Int32Array(0)) {
    this.values = values;
    this.codes = codes;
  }

  get(row: number): string | undefined {
    return this.values[this.codes[row] ?? MISSING];
  }

  /** @returns whether that changed anything */
  set(row: number, text: string | undefined): boolean {
    if (row >= this.codes.length)
      this.codes = grown(this.codes, row + 1).fill(MISSING, this.codes.length);
    const code = text === undefined ? MISSING : this.#code(text);
    if (this.codes[row] === code) return false;
    this.codes[row] = code;
    return true;
  }

  /** Gives the value of one row, which is left without, to another. */
  move(from: number, to: number): void {
    const code = this.codes[from] ?? MISSING;
    this.codes[from] = MISSING;
    if (to !== from) this.codes[to] = code;
  }

  /** Rows of another column behind those of this one. */
  append(other: TextColumn, at: number, count: number): void {
    const translated = other.values.map((text) => this.#code(text));
    this.codes = grown(this.codes, at + count).fill(MISSING, this.codes.length);
    for (let i = 0; i < count; i++) {
      this.codes[at + i] = translated[other.codes[i] ?? MISSING] ?? MISSING;
    }
  }

  #code(text: string): number {
    this.#codeOf ??= new Map(this.values.map((value, code) => [value, code]));
    const known = this.#codeOf.get(text);
    if (known !== undefined) return known;
    this.#codeOf.set(text, this.values.length);
    return this.values.push(text) - 1;
  }
}

export class NumberColumn {
  cells: Float64Array;

  constructor(cells: Float64Array = new Float64Array(0)) {
    this.cells = cells;
  }

  get(row: number): number {
    return this.cells[row] as number;
  }

  /** @returns whether that changed anything */
  set(row: number, value: number): boolean {
    if (row >= this.cells.length)
      this.cells = grown(this.cells, row + 1).fill(Number.NaN, this.cells.length);
    if (Object.is(this.cells[row], value)) return false;
    this.cells[row] = value;
    return true;
  }

  move(from: number, to: number): void {
    const value = this.cells[from] ?? Number.NaN;
    this.cells[from] = Number.NaN;
    if (to !== from) this.cells[to] = value;
  }

  append(other: NumberColumn, at: number, count: number): void {
    this.cells = grown(this.cells, at + count);
    this.cells.set(other.cells.subarray(0, count), at);
  }
}

/** Numbers of one metric of one run. */
export const METRIC_FIELDS: number = SUMMARY_FIELDS;

/** One metric over the rows that have it. The rest of a run's rows cost four bytes. */
export class MetricColumn {
  slots: Int32Array;
  cells: Float64Array;
  used: number;

  constructor(slots: Int32Array = new Int32Array(0), cells: Float64Array = new Float64Array(0)) {
    this.slots = slots;
    this.cells = cells;
    this.used = cells.length / METRIC_FIELDS;
  }

  /** The latest value; undefined when the row has no such metric. */
  value(row: number): number | undefined {
    const slot = this.slots[row] ?? MISSING;
    return slot === MISSING ? undefined : this.cells[slot * METRIC_FIELDS];
  }

  /** The latest point of a row; undefined when it has no such metric. */
  latest(row: number, key: string): Metric | undefined {
    const slot = this.slots[row] ?? MISSING;
    if (slot === MISSING) return undefined;
    const cell = (field: number): number => this.cells[slot * METRIC_FIELDS + field] as number;
    return { key, value: cell(0), timestamp: cell(1), step: cell(2) };
  }

  /** @param latest - the row's latest point, with its dataset */
  get(row: number, latest: Metric): MetricSummary | undefined {
    const slot = this.slots[row] ?? MISSING;
    if (slot === MISSING) return undefined;
    const cell = (field: number): number => this.cells[slot * METRIC_FIELDS + field] as number;
    return {
      latest,
      count: cell(3),
      nanCount: cell(4),
      min: cell(5),
      max: cell(6),
      mean: cell(7),
      firstStep: cell(8),
      lastStep: cell(9),
      firstTimestamp: cell(10),
      lastTimestamp: cell(11),
    };
  }

  /** @returns whether that changed anything */
  set(row: number, summary: MetricSummary | undefined): boolean {
    const known = this.slots[row] ?? MISSING;
    if (summary !== undefined) return this.#write(this.#start(row), summary) || known === MISSING;
    if (known !== MISSING) this.slots[row] = MISSING;
    return known !== MISSING;
  }

  /** Takes a row's numbers, which begin at `at`, in the order of `MetricTally`. */
  setNumbers(row: number, numbers: Float64Array, at: number): void {
    const start = this.#start(row);
    for (let i = 0; i < METRIC_FIELDS; i++) this.cells[start + i] = numbers[at + i] as number;
  }

  move(from: number, to: number): void {
    const slot = this.slots[from] ?? MISSING;
    this.slots[from] = MISSING;
    if (to !== from) this.slots[to] = slot;
  }

  append(other: MetricColumn, at: number, count: number): void {
    this.slots = grown(this.slots, at + count).fill(MISSING, this.slots.length);
    for (let i = 0; i < count; i++) {
      const slot = other.slots[i] ?? MISSING;
      this.slots[at + i] = slot === MISSING ? MISSING : slot + this.used;
    }
    this.cells = grown(this.cells, (this.used + other.used) * METRIC_FIELDS);
    this.cells.set(other.cells.subarray(0, other.used * METRIC_FIELDS), this.used * METRIC_FIELDS);
    this.used += other.used;
  }

  /** Where the cells of a row begin; it gets some when it has none. */
  #start(row: number): number {
    if (row >= this.slots.length)
      this.slots = grown(this.slots, row + 1).fill(MISSING, this.slots.length);
    if (this.slots[row] === MISSING) this.slots[row] = this.used++;
    const start = (this.slots[row] as number) * METRIC_FIELDS;
    if (start + METRIC_FIELDS > this.cells.length)
      this.cells = grown(this.cells, start + METRIC_FIELDS);
    return start;
  }

  #write(start: number, summary: MetricSummary): boolean {
    const { latest } = summary;
    let changed = false;
    const write = (field: number, value: number): void => {
      if (Object.is(this.cells[start + field], value)) return;
      this.cells[start + field] = value;
      changed = true;
    };
    write(0, latest.value);
    write(1, latest.timestamp);
    write(2, latest.step);
    write(3, summary.count);
    write(4, summary.nanCount);
    write(5, summary.min);
    write(6, summary.max);
    write(7, summary.mean);
    write(8, summary.firstStep);
    write(9, summary.lastStep);
    write(10, summary.firstTimestamp);
    write(11, summary.lastTimestamp);
    return changed;
  }
}

type Numbers = Int32Array | Float64Array;

/** The array, or a copy with room for `length` numbers and a half more. */
export function grown<Array extends Numbers>(array: Array, length: number): Array {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => Array)(
    Math.max(16, Math.ceil(length * 1.5)),
  );
  larger.set(array);
  return larger;
}
