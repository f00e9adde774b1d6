/** A row of a table: names of columns to what they hold. */
export type Row = Readonly<Record<string, unknown>>;

/** A database that is read. Values of a query stand for `?` in its text, in order. */
export interface Database {
  /** All rows at once, for queries with a bounded answer. */
  all(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The rows in portions, for answers of any size. */
  portions(sql: string, values?: readonly unknown[]): AsyncIterable<readonly Row[]>;
  tables(): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}

/** Rows in a portion. */
export const PORTION = 10_000;

/** Text of a column; empty when it is null. */
export function text(row: Row, column: string): string {
  return optionalText(row, column) ?? "";
}

/** Null when it is null or there is no such column in this version of the schema. */
export function optionalText(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || value === undefined ? null : String(value);
}

export function integer(row: Row, column: string): number {
  return optionalNumber(row, column) ?? 0;
}

export function optionalNumber(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
}

/** SQLite has numbers for it. */
export function isTrue(row: Row, column: string): boolean {
  const value = row[column];
  return value === true || Number(value) === 1;
}

/** Rows by the text of a column. */
export function groupBy(rows: readonly Row[], column: string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = text(row, column);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** `?, ?, ?` for a list of values. */
export function marks(values: readonly unknown[]): string {
  return values.map(() => "?").join(", ");
}
