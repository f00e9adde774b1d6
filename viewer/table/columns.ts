import { METRIC_FIELDS, type MetricField, type RunsTable } from "../data/runs-table.ts";
import { usualDirection } from "./directions.ts";
import { compareNatural } from "./natural.ts";

export type ColumnKind = "attributes" | "metrics" | "params" | "tags";

/** A column of the runs table. Its id travels in the URL: `metrics.loss`, `metrics:min.loss`, `attributes.start`. */
export interface Column {
  readonly id: string;
  readonly kind: ColumnKind;
  readonly key: string;
  /** What of a metric's history is shown. */
  readonly field: MetricField;
}

/** Attributes in the order of the table, with their headings. */
export const ATTRIBUTES = {
  name: "Name",
  experiment: "Experiment",
  root: "Root",
  start: "Started",
  duration: "Took",
  status: "State",
  user: "User",
  source: "Source",
  commit: "Commit",
  dataset: "Dataset",
  models: "Models",
  end: "Ended",
  id: "Run id",
} as const;
export type AttributeKey = keyof typeof ATTRIBUTES;

/** Tags that MLflow writes for itself; they are shown as attributes or not at all. */
const SYSTEM_TAG = /^mlflow\./;

/** A prefix gets a heading of its own when so many keys share it. */
const SHARED_BY = 3;

/** How many metrics and params are shown when nobody chose. */
const SHOWN = 12;
const SHOWN_METRICS = 8;

export function parseColumn(id: string): Column | null {
  const dot = id.indexOf(".");
  const [kind, field = "last"] = id.slice(0, dot).split(":");
  const key = id.slice(dot + 1);
  if (dot < 1 || key === "" || !isField(field)) return null;
  if (kind === "attributes")
    return Object.hasOwn(ATTRIBUTES, key) ? { id, kind, key, field } : null;
  return kind === "metrics" || kind === "params" || kind === "tags"
    ? { id, kind, key, field }
    : null;
}

export function column(kind: ColumnKind, key: string, field: MetricField = "last"): Column {
  const prefix = field === "last" ? kind : `${kind}:${field}`;
  return { id: `${prefix}.${key}`, kind, key, field };
}

/** Every column that a table can have, in the order in which they are offered. Metrics appear with their last value. */
export function allColumns(table: RunsTable): Column[] {
  const hasRoots = table.root.values.length > 0;
  const attributes = Object.keys(ATTRIBUTES).filter(
    (key) => key !== "name" && (key !== "root" || hasRoots),
  );
  return [
    ...attributes.map((key) => column("attributes", key)),
    ...[...table.metrics.keys()].sort(compareMetricKeys).map((key) => column("metrics", key)),
    ...[...table.params.keys()].sort(compareNatural).map((key) => column("params", key)),
    ...userTags(table)
      .sort(compareNatural)
      .map((key) => column("tags", key)),
  ];
}

/** Metrics, params and the tags that people set: what "only differences" is about. */
export function dataColumns(table: RunsTable): Column[] {
  return allColumns(table).filter((candidate) => candidate.kind !== "attributes");
}

/**
 * The columns when nobody chose: up to twelve metrics and params that differ, metrics first; of a table without
 * differences, such as a single run, the first twelve.
 */
export function defaultColumns(table: RunsTable, differs: (column: Column) => boolean): Column[] {
  const candidates = allColumns(table).filter(({ kind, key }) =>
    kind === "metrics" ? !key.startsWith("system/") : kind === "params",
  );
  const differing = candidates.filter(differs);
  const wanted = differing.length > 0 ? differing : candidates;
  const metrics = wanted.filter(({ kind }) => kind === "metrics");
  const params = wanted.filter(({ kind }) => kind === "params");
  const metricRoom = Math.max(SHOWN_METRICS, SHOWN - params.length);
  const shownMetrics = metrics.slice(0, metricRoom);
  return [
    ...defaultAttributes(table),
    ...shownMetrics,
    ...params.slice(0, SHOWN - shownMetrics.length),
  ];
}

/** With "only differences" and no choice of columns: every column that differs. */
export function differingColumns(table: RunsTable, differs: (column: Column) => boolean): Column[] {
  return [...defaultAttributes(table), ...dataColumns(table).filter(differs)];
}

function defaultAttributes(table: RunsTable): Column[] {
  const keys: AttributeKey[] = ["start", "duration"];
  if (table.root.values.length > 1) keys.unshift("root");
  if (table.experimentName.values.length > 1) keys.unshift("experiment");
  return keys.map((key) => column("attributes", key));
}

/** Name of a column as its heading shows it, below the prefix of its group. */
export interface Heading {
  /** `Attributes`, `Metrics`, `Params`, `Tags`. */
  readonly kind: string;
  /** `val/` when the column stands in such a group, else empty. */
  readonly prefix: string;
  readonly label: string;
}

const KIND_NAMES: Readonly<Record<ColumnKind, string>> = {
  attributes: "Attributes",
  metrics: "Metrics",
  params: "Params",
  tags: "Tags",
};

/** Prefixes of metrics, params and tags that enough keys share. */
export function sharedPrefixes(table: RunsTable): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { kind, key } of dataColumns(table)) {
    const prefix = prefixOf(key);
    if (prefix === "") continue;
    const id = `${kind}.${prefix}`;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= SHARED_BY).map(([id]) => id));
}

export function headingOf(column: Column, prefixes: ReadonlySet<string>): Heading {
  const kind = KIND_NAMES[column.kind];
  if (column.kind === "attributes") {
    return { kind, prefix: "", label: ATTRIBUTES[column.key as AttributeKey] };
  }
  const own = prefixOf(column.key);
  const prefix = prefixes.has(`${column.kind}.${own}`) ? own : "";
  const field = column.field === "last" ? "" : ` ${column.field}`;
  return { kind, prefix, label: column.key.slice(prefix.length) + field };
}

/** `val/` of `val/acc`, `optim.` of `optim.lr`. */
function prefixOf(key: string): string {
  return /^[^/.]+[/.](?=.)/.exec(key)?.[0] ?? "";
}

/** What tells how good a run is comes first: validation, then training, within them metrics with a better end. */
export function compareMetricKeys(a: string, b: string): number {
  return (
    stageRank(a) - stageRank(b) ||
    compareNatural(prefixOf(a), prefixOf(b)) ||
    directionRank(a) - directionRank(b) ||
    compareNatural(a, b)
  );
}

function directionRank(key: string): number {
  return usualDirection(column("metrics", key)) === undefined ? 1 : 0;
}

function stageRank(key: string): number {
  if (/^(val|valid|validation|test|eval|dev)(?![a-z])/i.test(key)) return 0;
  if (/^train(ing)?(?![a-z])/i.test(key)) return 2;
  // Metrics of the machine.
  return key.startsWith("system/") ? 3 : 1;
}

function userTags(table: RunsTable): string[] {
  return [...table.tags.keys()].filter((key) => !SYSTEM_TAG.test(key));
}

function isField(text: string): text is MetricField {
  return (METRIC_FIELDS as readonly string[]).includes(text);
}
