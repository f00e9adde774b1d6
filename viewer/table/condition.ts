import type { RunsTable } from "../data/runs-table.ts";
import { columnData, textAt } from "./column-data.ts";
import type { Column } from "./columns.ts";

/** Attributes of the table that the filter language knows, under its own names. */
const FILTER_NAMES: Readonly<Record<string, string>> = {
  name: "attributes.run_name",
  id: "attributes.run_id",
  experiment: "attributes.experiment",
  root: "attributes.root",
  status: "attributes.status",
  user: "attributes.user_id",
  start: "attributes.start_time",
  end: "attributes.end_time",
  source: "tags.`mlflow.source.name`",
  commit: "tags.`mlflow.source.git.commit`",
  dataset: "datasets.name",
};

/** The condition that a row's value in a column is met by, or its opposite; null where there is none. */
export function conditionFor(
  column: Column,
  table: RunsTable,
  row: number,
  isExcluded: boolean,
): string | null {
  const name = filterName(column);
  const data = columnData(table, column);
  if (name === null || column.field !== "last") return null;
  const comparator = isExcluded ? "!=" : "=";
  if (data.type === "number") {
    const value = data.values[row];
    if (!data.has(row) || value === undefined || !Number.isFinite(value)) return null;
    return `${name} ${comparator} ${value}`;
  }
  const text = textAt(data, row);
  if (text === undefined) return null;
  const value = column.id === "attributes.status" ? text.toUpperCase() : text;
  // Several datasets, or a digest, have no single condition; nor has being read by none.
  const isDataset = column.id === "attributes.dataset";
  if (isDataset && isExcluded) return null;
  const written = writeText(isDataset ? value.replace(/ \([^()]*\)$/, "") : value);
  return written === null ? null : `${name} ${comparator} ${written}`;
}

/** How the filter language names a column; null when it has no name for it. */
function filterName({ kind, key }: Column): string | null {
  if (kind === "attributes") return FILTER_NAMES[key] ?? null;
  const written = writeKey(key);
  return written === null ? null : `${kind}.${written}`;
}

/** A key as it stands behind the dot: in quotes unless it is a plain name. Null when no quotes can hold it. */
export function writeKey(key: string): string | null {
  if (/^[a-z_]\w*$/i.test(key)) return key;
  if (!key.includes("`")) return `\`${key}\``;
  return key.includes('"') ? null : `"${key}"`;
}

/** A text in quotes; null when neither kind can hold it, for the language has no escapes. */
export function writeText(text: string): string | null {
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? null : `"${text}"`;
}
