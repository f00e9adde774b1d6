/** What a table has in one place. */
export type Cell = string | number | null;

/** `time` is milliseconds since the epoch, `integer` a whole number. */
export type ColumnType = "text" | "number" | "integer" | "time";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** A row: the name of a column to what it has there. */
export type TableRow = Readonly<Record<string, Cell | undefined>>;

/** Writes a table into a file, portion by portion. */
export interface TableWriter {
  write(rows: readonly TableRow[]): void;
  end(): void;
}
