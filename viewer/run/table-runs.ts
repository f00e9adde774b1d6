import type { ChartRun, MetricBrief } from "../charts/chart-run.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { shortId } from "../format.ts";

/** Rows of a runs table as charts see them. */
export function tableRuns(table: RunsTable, rows: readonly number[]): ChartRun[] {
  return rows.map((row) => {
    const runId = table.runIds[row] ?? "";
    const name = table.names[row] ?? "";
    return {
      runId,
      experimentId: table.experiment.values[table.experiment.codes[row] ?? -1] ?? "",
      name: name === "" ? shortId(runId) : name,
      startTime: table.startTime[row] ?? Number.NaN,
      metrics: metricsOf(table, row),
    };
  });
}

function metricsOf(table: RunsTable, row: number): ReadonlyMap<string, MetricBrief> {
  const metrics = new Map<string, MetricBrief>();
  for (const [key, column] of table.metrics) {
    const count = column.count[row] ?? 0;
    if (!(count > 0)) continue;
    metrics.set(key, {
      count,
      last: column.last[row] ?? Number.NaN,
      step: column.step[row] ?? Number.NaN,
    });
  }
  return metrics;
}

/** Runs that are drawn when nobody chose: more lines are no longer told apart. */
export const FIRST_DRAWN = 20;

/**
 * The runs to draw: the chosen ones, or else the first 20.
 *
 * @param chosen - run ids; empty when nobody chose
 */
export function drawnRows(
  table: RunsTable,
  rows: ArrayLike<number>,
  chosen: readonly string[],
): number[] {
  const all = Array.from(rows);
  if (chosen.length === 0) return all.slice(0, FIRST_DRAWN);
  const ids = new Set(chosen);
  return all.filter((row) => ids.has(table.runIds[row] ?? ""));
}
