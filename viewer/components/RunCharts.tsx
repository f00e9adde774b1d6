import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { lineStyles, styledRuns } from "../charts/line-styles.ts";
import { makeSync } from "../charts/sync.ts";
import { shortId } from "../format.ts";
import { tableFields } from "../run/fields.ts";
import { drawnRows, tableGroups, tableRuns } from "../run/table-runs.ts";
import { tellApart } from "../state/roots.ts";
import { query, setQuery } from "../state/route.ts";
import type { RunsView } from "../state/runs-view.ts";
import { selection } from "../state/selection.ts";
import { PLOT_TEXTS } from "../texts/plots.ts";
import { ChartPanel, type RunChoice } from "./ChartPanel.tsx";
import { lazyComponent } from "./lazy.tsx";
import { GroupLegend, RunLegend } from "./RunLegend.tsx";
import { Segmented } from "./Segmented.tsx";
import "./RunCharts.css";

const ParallelPlot = lazyComponent(async () => (await import("./ParallelPlot.tsx")).ParallelPlot);
const ScatterPlot = lazyComponent(async () => (await import("./ScatterPlot.tsx")).ScatterPlot);

const KINDS = ["lines", "parallel", "scatter"] as const;

/** What was brushed joins the filter there is. */
function addFilter(filter: string): void {
  const now = query.peek().get("q") ?? "";
  setQuery({ q: now === "" ? filter : `${now} AND ${filter}` });
}

/** The runs that the filter left may be chosen; what was chosen once stays, whatever the filter. */
function choiceOf({ table, rows }: RunsView): RunChoice {
  return {
    list: () =>
      tellApart(
        [...rows].map((row) => {
          const runId = table.runIds[row] ?? "";
          return { runId, name: table.names[row] || shortId(runId) };
        }),
      ),
    find: (runIds) =>
      tellApart(
        tableRuns(
          table,
          runIds.map((runId) => table.runIds.indexOf(runId)).filter((row) => row >= 0),
        ),
      ),
  };
}

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
  const runs = useMemo(() => tellApart(tableRuns(table, drawn)), [table, drawn]);
  const groups = useMemo(
    () => (isGrouped ? tableGroups(table, display.groups) : undefined),
    [isGrouped, table, display.groups],
  );
  const styles = useMemo(() => lineStyles(runs.map((run) => run.runId)), [runs]);
  const kind = KINDS.find((one) => one === query.value.get("tab")) ?? "lines";
  const fields = useMemo(
    () => (kind === "lines" ? [] : tableFields(table, [...drawn])),
    [kind, table, drawn],
  );
  const choice = useMemo(() => choiceOf(view), [table, rows]);
  const kinds = (
    <Segmented
      label={PLOT_TEXTS.kind}
      value={kind}
      segments={KINDS.map((value) => ({ value, label: PLOT_TEXTS[value] }))}
      onChange={(value) => setQuery({ tab: value === "lines" ? undefined : value, ax: undefined })}
    />
  );
  return (
    <div class="run-charts">
      {groups === undefined ? (
        <RunLegend view={view} drawn={drawn} styles={styles} sync={sync.current} />
      ) : (
        <GroupLegend groups={groups} sync={sync.current} />
      )}
      {kind === "lines" && (
        <ChartPanel runs={runs} groups={groups} sync={sync.current} choice={choice} lead={kinds} />
      )}
      {kind === "parallel" && (
        <ParallelPlot runs={styledRuns(runs)} fields={fields} onFilter={addFilter} lead={kinds} />
      )}
      {kind === "scatter" && <ScatterPlot runs={styledRuns(runs)} fields={fields} lead={kinds} />}
    </div>
  );
}
