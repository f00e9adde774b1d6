import { decodeNumber, type RunFile } from "../../lib/wire/data-files.ts";
import { type Field, makeField } from "../charts/fields.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { compareMetricKeys } from "../table/columns.ts";
import { compareNatural } from "../table/natural.ts";
import { headlineRank, isSystemMetric } from "./facts.ts";

/** What is known of rows of a runs table and differs between them, in the order of the table's columns. */
export function tableFields(table: RunsTable, rows: readonly number[]): Field[] {
  const metrics = [...table.metrics].sort(byMetric).map(([key, column]) =>
    makeField(
      "Metrics",
      `metrics.${key}`,
      key,
      rows.map((row) => ((column.count[row] ?? 0) > 0 ? (column.last[row] ?? null) : null)),
    ),
  );
  const params = [...table.params].sort(byName).map(([key, column]) =>
    makeField(
      "Params",
      `params.${key}`,
      key,
      rows.map((row) => column.values[column.codes[row] ?? -1] ?? null),
    ),
  );
  const durations = rows.map((row) => duration(table.startTime[row], table.endTime[row]));
  return present([...metrics, ...params, durationField(durations)]);
}

/** What is known of runs that were read one by one and differs between them. */
export function fileFields(runs: readonly RunFile[]): Field[] {
  const values = runs.map(
    (run) => new Map(run.metrics.map(({ key, last }) => [key, decodeNumber(last)])),
  );
  const metricKeys = new Set(values.flatMap((map) => [...map.keys()]));
  const paramKeys = new Set(runs.flatMap((run) => Object.keys(run.params)));
  return present([
    ...[...metricKeys].sort(compareMetricKeys).map((key) =>
      makeField(
        "Metrics",
        `metrics.${key}`,
        key,
        values.map((map) => map.get(key) ?? null),
      ),
    ),
    ...[...paramKeys].sort(compareNatural).map((key) =>
      makeField(
        "Params",
        `params.${key}`,
        key,
        runs.map((run) => (Object.hasOwn(run.params, key) ? (run.params[key] ?? null) : null)),
      ),
    ),
    durationField(runs.map(({ info }) => duration(info.startTime, info.endTime ?? undefined))),
  ]);
}

/** Axes to begin with: the params that differ, then the metrics one looks at most, which are the last. */
export function firstAxes(fields: readonly Field[], most: number): string[] {
  const params = fields
    .filter((field) => field.group === "Params" && isLegible(field))
    .sort((a, b) => compareNatural(a.name, b.name));
  const metrics = fields
    .filter((field) => field.group === "Metrics" && !isSystemMetric({ key: field.name }))
    .sort((a, b) => headlineRank(a.name) - headlineRank(b.name));
  const shownMetrics = metrics.slice(0, Math.max(FIRST_METRICS, most - params.length));
  return [...params.slice(0, most - shownMetrics.length), ...shownMetrics].map((field) => field.id);
}

const FIRST_METRICS = 2;

/** Texts that differ from run to run, such as paths, say nothing on an axis. */
function isLegible(field: Field): boolean {
  return field.isNumeric || new Set(field.values).size <= 12;
}

function durationField(seconds: readonly (number | null)[]): Field | undefined {
  return makeField("Attributes", "attributes.duration", "duration, s", seconds);
}

function duration(start: number | undefined, end: number | undefined): number | null {
  if (start === undefined || end === undefined || !Number.isFinite(end - start)) return null;
  return (end - start) / 1000;
}

const byMetric = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  compareMetricKeys(a, b);
const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  compareNatural(a, b);

function present(fields: readonly (Field | undefined)[]): Field[] {
  return fields.filter((field) => field !== undefined);
}
