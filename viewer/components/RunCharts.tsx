import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { lineStyles } from "../charts/line-styles.ts";
import { makeSync } from "../charts/sync.ts";
import { drawnRows, tableGroups, tableRuns } from "../run/table-runs.ts";
import type { RunsView } from "../state/runs-view.ts";
import { selection } from "../state/selection.ts";
import { ChartPanel } from "./ChartPanel.tsx";
import { GroupLegend, RunLegend } from "./RunLegend.tsx";
import "./RunCharts.css";

/**
 * The charts mode of the runs page: a narrow list of the runs, which is the legend, and their charts. The selected runs
 * are drawn, the first 20 when none is; groups are drawn whole.
 */
export function RunCharts({ view }: { view: RunsView }): JSX.Element {
  const { table, rows, groupBy, display } = view;
  const sync = useRef(makeSync());
  const chosen = selection.value;
  const isGrouped = groupBy.length > 0;
  const drawn = useMemo(
    () => (isGrouped ? rows : drawnRows(table, rows, chosen)),
    [table, rows, chosen, isGrouped],
  );
  const runs = useMemo(() => tableRuns(table, drawn), [table, drawn]);
  const groups = useMemo(
    () => (isGrouped ? tableGroups(table, display.groups) : undefined),
    [isGrouped, table, display.groups],
  );
  const styles = useMemo(() => lineStyles(runs.map((run) => run.runId)), [runs]);
  return (
    <div class="run-charts">
      {groups === undefined ? (
        <RunLegend view={view} drawn={drawn} styles={styles} sync={sync.current} />
      ) : (
        <GroupLegend groups={groups} sync={sync.current} />
      )}
      <ChartPanel runs={runs} groups={groups} sync={sync.current} />
    </div>
  );
}
