import { formatCount } from "../format.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { isCollection, scalarText, type TreeValue } from "./value-tree.ts";

/** Rows with named columns. */
export interface Records {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly TreeValue[])[];
}

/** What a column holds. */
export interface ColumnKind {
  readonly name: string;
  readonly isNumber: boolean;
  /** In a few words, for the header. */
  readonly note: string;
}

/** Columns that a list of objects may have between them to be called a table. */
const MOST_COLUMNS = 200;

/** More distinct values are not counted. */
const MOST_DISTINCT = 1_000;

/**
 * A value as a table, when it is one: `{columns, data}` as MLflow logs tables, or a list of objects.
 *
 * @see MLflow 3.17 `MlflowClient.log_table`, which writes `DataFrame.to_json(orient="split")`
 */
export function recordsOf(value: TreeValue): Records | undefined {
  if (Array.isArray(value)) return fromObjects(value);
  if (!isCollection(value) || Array.isArray(value)) return undefined;
  const { columns, data } = value as { columns?: TreeValue; data?: TreeValue };
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray))
    return undefined;
  return { columns: columns.map(scalarText), rows: data };
}

function fromObjects(items: readonly TreeValue[]): Records | undefined {
  if (items.length === 0 || !items.every((item) => isCollection(item) && !Array.isArray(item))) {
    return undefined;
  }
  const objects = items as readonly { readonly [key: string]: TreeValue }[];
  const columns = [...new Set(objects.flatMap(Object.keys))];
  if (columns.length === 0 || columns.length > MOST_COLUMNS) return undefined;
  return {
    columns,
    rows: objects.map((row) =>
      columns.map((name) => (Object.hasOwn(row, name) ? row[name] : "") as TreeValue),
    ),
  };
}

/** Looks at the values of each column: numbers stand at the right, and few distinct words are counted. */
export function columnKinds(records: Records): ColumnKind[] {
  return records.columns.map((name, column) => {
    const values = records.rows.map((row) => row[column] ?? null);
    const isNumber =
      values.every(isNumeric) && values.some((value) => value !== null && value !== "");
    return { name, isNumber, note: isNumber ? ARTIFACT_TEXTS.number : noteOf(values) };
  });
}

function noteOf(values: readonly TreeValue[]): string {
  const distinct = new Set<string>();
  for (const value of values) {
    if (isCollection(value) || distinct.size > MOST_DISTINCT) return ARTIFACT_TEXTS.textColumn;
    distinct.add(scalarText(value));
  }
  const isMany = distinct.size > MOST_DISTINCT || distinct.size === values.length;
  if (isMany) return ARTIFACT_TEXTS.textColumn;
  return `${ARTIFACT_TEXTS.textColumn}, ${ARTIFACT_TEXTS.values(formatCount(distinct.size))}`;
}

/** Empty cells may stand among numbers. */
function isNumeric(value: TreeValue): boolean {
  if (value === null || value === "" || typeof value === "number" || typeof value === "bigint") {
    return true;
  }
  return typeof value === "string" && value.trim() !== "" && isNumberText(value.trim());
}

function isNumberText(text: string): boolean {
  return !Number.isNaN(Number(text)) || /^[+-]?(nan|inf|infinity)$/i.test(text);
}

/** The rows in the order of a column: numbers by value, words as people sort them, empty ones last. */
export function sortRows(
  records: Records,
  column: number,
  isNumber: boolean,
  isDescending: boolean,
): Uint32Array {
  const keys = records.rows.map((row) => row[column] ?? null);
  const sign = isDescending ? -1 : 1;
  const collator = new Intl.Collator("en", { numeric: true });
  const numbers = isNumber ? Float64Array.from(keys, numberOf) : undefined;
  const isMissing = (row: number): boolean =>
    numbers === undefined ? keys[row] === null || keys[row] === "" : Number.isNaN(numbers[row]);
  return Uint32Array.from(keys.keys()).sort((a, b) => {
    const missing = Number(isMissing(a)) - Number(isMissing(b));
    if (missing !== 0) return missing;
    const order =
      numbers === undefined
        ? collator.compare(cellText(keys[a] ?? null), cellText(keys[b] ?? null))
        : (numbers[a] as number) - (numbers[b] as number);
    return (Number.isNaN(order) ? 0 : order * sign) || a - b;
  });
}

/** A cell in one line: collections as JSON. */
export function cellText(value: TreeValue): string {
  if (!isCollection(value)) return value === null ? "" : scalarText(value);
  return JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? String(item) : item));
}

function numberOf(value: TreeValue): number {
  return value === null || value === "" ? Number.NaN : Number(value);
}
