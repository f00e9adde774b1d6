import type { ReadonlyDictionary } from "../entities/record.ts";
import type { DatasetField } from "./attributes.ts";

/** What a row has at one place; undefined or null when it has nothing there. */
export type Read<Row, T> = (row: Row) => T | null | undefined;

/**
 * How to read one kind of row, such as a Run, or the number of a row in columns. Each method is called once for a
 * filter or order, with the key, and the function it returns once a row: a store of columns finds its column there.
 *
 * Keys come resolved: `start_time`, never `created`. Attribute names are those of `ATTRIBUTES`; times are milliseconds.
 */
export interface Accessor<Row> {
  attribute(name: string): Read<Row, string | number>;
  /** The latest value. NaN and infinities are values. */
  metric?(key: string): Read<Row, number>;
  param?(key: string): Read<Row, string>;
  tag?(key: string): Read<Row, string>;
  /** A trace's request metadata. */
  metadata?(key: string): Read<Row, string>;
  /** That field of every input dataset of a run; for `context`, of every tag `mlflow.data.context`. */
  dataset?(field: DatasetField): (row: Row) => Iterable<string>;
  /** Values of all tags, for bare words in the viewer. */
  tagValues?(row: Row): Iterable<string>;
}

/** A dictionary from a caller may have a prototype: the param `constructor` is missing all the same. */
export function textAt(from: ReadonlyDictionary<string>, key: string): string | undefined {
  const value: unknown = from[key];
  return typeof value === "string" ? value : undefined;
}

/** Reads attributes by a table of their names; others are missing. */
export function attributesBy<Row>(
  reads: Readonly<Record<string, Read<Row, string | number>>>,
): Accessor<Row>["attribute"] {
  const table = new Map(Object.entries(reads));
  return (name) => table.get(name) ?? (() => undefined);
}
