import { invalidParameter } from "../errors.ts";

/** Columns with their values, or rows as objects. */
export type TableData =
  | Readonly<Record<string, readonly unknown[]>>
  | readonly Readonly<Record<string, unknown>>[];

/** The JSON of MLflow's `log_table`: pandas' orient "split" without index. */
export interface Table {
  readonly columns: readonly string[];
  readonly data: readonly (readonly unknown[])[];
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when columns differ in length */
export function toTable(data: TableData): Table {
  if (isRows(data)) {
    const columns = [...new Set(data.flatMap((row) => Object.keys(row)))];
    return { columns, data: data.map((row) => columns.map((column) => row[column] ?? null)) };
  }
  const columns = Object.keys(data);
  const lengths = columns.map((column) => data[column]?.length ?? 0);
  const rows = Math.max(0, ...lengths);
  if (lengths.some((length) => length !== rows)) {
    throw invalidParameter(
      `All columns of a table must have the same length, got ${lengths.join(", ")}.`,
    );
  }
  return {
    columns,
    data: Array.from({ length: rows }, (_, i) =>
      columns.map((column) => data[column]?.[i] ?? null),
    ),
  };
}

/** The rows of `second` below those of `first`. A column that only one of them has is null in the other's rows. */
export function mergeTables(first: Table, second: Table): Table {
  const columns = [...new Set([...first.columns, ...second.columns])];
  const spread = (table: Table): (readonly unknown[])[] => {
    const places = columns.map((column) => table.columns.indexOf(column));
    return table.data.map((row) => places.map((place) => row[place] ?? null));
  };
  return { columns, data: [...spread(first), ...spread(second)] };
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when the text is no table */
export function parseTable(text: string, path: string): Table {
  try {
    const table = JSON.parse(text) as Partial<Table>;
    if (Array.isArray(table.columns) && Array.isArray(table.data)) return table as Table;
  } catch (cause) {
    throw invalidParameter(`'${path}' holds no table: it is not JSON`, { cause });
  }
  throw invalidParameter(`'${path}' holds no table: 'columns' and 'data' are missing`);
}

function isRows(data: TableData): data is readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(data);
}
