import type { ChartGroup, ChartRun, MetricBrief } from "../charts/chart-run.ts";
import { lineStyles } from "../charts/line-styles.ts";
import type { RunsTable } from "../data/runs-table.ts";
import type { RunGroup } from "../table/groups.ts";
import { experimentOf, nameOf } from "../table/row-names.ts";

/** Rows of a runs table as charts see them. */
export function tableRuns(table: RunsTable, rows: Iterable<number>): ChartRun[] {
  return [...rows].map((row) => {
    const runId = table.runIds[row] ?? "";
    return {
      runId,
      experimentId: experimentOf(table, row),
      name: nameOf(table, row),
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
  rows: Int32Array,
  chosen: ReadonlySet<string>,
): Int32Array {
  if (chosen.size === 0) return rows.slice(0, FIRST_DRAWN);
  return rows.filter((row) => chosen.has(table.runIds[row] ?? ""));
}

/** Groups of the table as charts see them, named by their values. */
export function tableGroups(table: RunsTable, groups: readonly RunGroup[]): ChartGroup[] {
  const styles = lineStyles(groups.map((group) => group.id));
  return groups.map((group) => ({
    id: group.id,
    name: `${group.values.map((value) => value ?? "(none)").join(", ")} (${group.rows.length})`,
    runIds: [...group.rows].map((row) => table.runIds[row] ?? ""),
    style: styles.get(group.id) ?? { color: 1, dash: 0 },
  }));
}
