import type { ChartGroup, ChartRun, StyledRun } from "./chart-run.ts";
import { groupBand, type Spread } from "./group.ts";
import type { PlotLine } from "./plot.ts";

/** One line a group: the mean of its runs, smoothed if they are, with their spread. */
export function groupLines(
  lines: readonly PlotLine[],
  groups: readonly ChartGroup[],
  spread: Spread,
  showsMembers: boolean,
): PlotLine[] {
  const byRun = new Map(lines.map((line) => [line.id, line]));
  return groups.flatMap((group) => {
    const members = group.runIds
      .map((runId) => byRun.get(runId))
      .filter((line) => line !== undefined)
      .map(({ line, smoothed }) => ({ ...line, y: smoothed }));
    if (members.length === 0) return [];
    const { mean, low, high } = groupBand(members, spread);
    return [
      {
        id: group.id,
        line: mean,
        smoothed: mean.y,
        band: { low, high },
        ...(showsMembers && { members }),
      },
    ];
  });
}

/** Groups as the charts' tables and legends know runs: with the mean of their runs' last values. */
export function groupsAsRuns(
  groups: readonly ChartGroup[],
  runs: readonly ChartRun[],
): StyledRun[] {
  const byId = new Map(runs.map((run) => [run.runId, run]));
  return groups.map((group) => {
    const members = group.runIds.map((runId) => byId.get(runId)).filter((run) => run !== undefined);
    return {
      runId: group.id,
      experimentId: "",
      name: group.name,
      startTime: Number.NaN,
      style: group.style,
      metrics: meanMetrics(members),
    };
  });
}

function meanMetrics(runs: readonly ChartRun[]): StyledRun["metrics"] {
  const keys = new Set(runs.flatMap((run) => [...run.metrics.keys()]));
  return new Map(
    [...keys].map((key) => {
      const briefs = runs.map((run) => run.metrics.get(key)).filter((brief) => brief !== undefined);
      const values = briefs.map((brief) => brief.last).filter((value) => !Number.isNaN(value));
      const last = values.reduce((sum, value) => sum + value, 0) / values.length;
      const count = briefs.reduce((sum, brief) => sum + brief.count, 0);
      return [key, { count, last, step: Math.max(...briefs.map((brief) => brief.step)) }];
    }),
  );
}
