import type { Run } from "../entities/run.ts";
import { printCsv } from "../format/csv.ts";
import { printPythonFloat } from "../format/python-float.ts";
import { printTimestamp } from "../format/timestamp.ts";

export const TABLE_FORMATS = ["csv", "json", "markdown", "html"] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];

/**
 * Runs as a table that other programs and documents take.
 *
 * @param columns - such as `run_name` or `metrics.loss`. Left out: for CSV everything under the names of MLflow's
 *   `search_runs`, for documents what tells the runs apart; JSON has the whole runs without them
 */
export function printRunTable(
  runs: readonly Run[],
  format: TableFormat,
  columns: readonly string[] | undefined,
): string {
  if (format === "json" && columns === undefined) return `${JSON.stringify(runs, spell, 2)}\n`;
  const names = columns ?? (format === "csv" ? allColumns(runs) : tellingColumns(runs));
  const rows = runs.map((run) => names.map((name) => cellOf(run, name)));
  switch (format) {
    case "csv":
      return printCsv([names, ...rows]);
    case "json":
      return `${JSON.stringify(
        rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value]))),
        null,
        2,
      )}\n`;
    case "markdown":
      return printMarkdown(names, rows);
    case "html":
      return printHtml(names, rows);
  }
}

const ATTRIBUTES: Readonly<Record<string, (run: Run) => string>> = {
  run_id: ({ info }) => info.runId,
  run_name: ({ info }) => info.runName,
  experiment_id: ({ info }) => info.experimentId,
  status: ({ info }) => info.status,
  start_time: ({ info }) => printTimestamp(info.startTime),
  end_time: ({ info }) => (info.endTime === null ? "" : printTimestamp(info.endTime)),
  artifact_uri: ({ info }) => info.artifactUri ?? "",
  user_id: ({ info }) => info.userId,
  lifecycle_stage: ({ info }) => info.lifecycleStage,
  // Of runs of several trees, see `RootedRun`.
  root: (run) => ("root" in run ? String(run.root) : ""),
};

const PARTS = ["metrics", "params", "tags"] as const;

function cellOf(run: Run, column: string): string {
  for (const part of PARTS) {
    if (!column.startsWith(`${part}.`)) continue;
    const value = run.data[part][column.slice(part.length + 1)];
    if (value === undefined) return "";
    return typeof value === "number" ? printPythonFloat(value) : value;
  }
  return ATTRIBUTES[column]?.(run) ?? "";
}

/** Whether a column is one that runs can have. */
export function isColumn(name: string): boolean {
  return name in ATTRIBUTES || PARTS.some((part) => name.startsWith(`${part}.`));
}

function allColumns(runs: readonly Run[]): string[] {
  const attributes = ["run_id", "run_name", "experiment_id", "status", "start_time", "end_time"];
  const keys = PARTS.flatMap((part) => keysOf(runs, part).map((key) => `${part}.${key}`));
  const root = runs.some((run) => "root" in run) ? ["root"] : [];
  return [...root, ...attributes, "artifact_uri", ...keys];
}

/** Name, metrics, and the params in which the runs differ. */
function tellingColumns(runs: readonly Run[]): string[] {
  const metrics = keysOf(runs, "metrics").filter((key) => !key.startsWith("system/"));
  const params = keysOf(runs, "params").filter(
    (key) => runs.length === 1 || new Set(runs.map(({ data }) => data.params[key])).size > 1,
  );
  return [
    "run_name",
    "status",
    "start_time",
    ...params.map((key) => `params.${key}`),
    ...metrics.map((key) => `metrics.${key}`),
  ];
}

function keysOf(runs: readonly Run[], part: (typeof PARTS)[number]): string[] {
  return [...new Set(runs.flatMap(({ data }) => Object.keys(data[part])))].sort();
}

function printMarkdown(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .map((cell) =>
        escapeHtml(cell)
          .replace(/\r\n|\r|\n/g, "<br>")
          .replace(/[|\\`*_[\]]/g, "\\$&"),
      )
      .join(" | ")} |\n`;
  const isNumber = names.map((name) => name.startsWith("metrics."));
  const rule = `|${isNumber.map((number) => (number ? " ---: |" : " --- |")).join("")}\n`;
  return line(names) + rule + rows.map(line).join("");
}

/** A table without a page around it, as a notebook or a report takes it. */
function printHtml(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (tag: string, cells: readonly string[]): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>\n`;
  const body = rows.map((cells) => row("td", cells)).join("");
  return `<table>\n<thead>\n${row("th", names)}</thead>\n<tbody>\n${body}</tbody>\n</table>\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function spell(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
