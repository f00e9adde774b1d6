import type { JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { ChartGroup, StyledRun } from "../charts/chart-run.ts";
import { cursorRows } from "../charts/cursor.ts";
import { groupLines, groupsAsRuns } from "../charts/group-lines.ts";
import type { Plot, PlotLine } from "../charts/plot.ts";
import type { ChartSettings } from "../charts/settings.ts";
import type { ChartSync } from "../charts/sync.ts";
import { formatCount, formatNumber, fullNumber, plural } from "../format.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { CardSettings } from "./CardSettings.tsx";
import { ChartMenu, type CustomActions } from "./ChartMenu.tsx";
import { CursorTable } from "./CursorTable.tsx";
import { LinePlotView, loadLinePlot } from "./LinePlotView.tsx";
import { PointsTable } from "./PointsTable.tsx";
import { useChartLines } from "./use-chart-lines.ts";
import { useVisible } from "./use-visible.ts";
import "./MetricChart.css";

// Starts with this module: the histories take as long to come.
loadLinePlot().catch(() => undefined);

interface MetricChartProps {
  readonly metric: string;
  /** Runs without the metric are left out. */
  readonly runs: readonly StyledRun[];
  /** Draws groups of the runs instead of the runs. */
  readonly groups?: readonly ChartGroup[] | undefined;
  readonly settings: ChartSettings;
  readonly sync: ChartSync;
  /** `page` fills its room; `mini` has no table and no menu. */
  readonly size?: "card" | "mini" | "page";
  /** Metrics that may be the x axis of a card with settings of its own; without them it has none. */
  readonly axes?: readonly string[];
  readonly isPinned?: boolean;
  readonly onPin?: () => void;
  /** Of a chart that a reader put together. */
  readonly custom?: CustomActions;
}

/** One metric of some runs as lines over a shared axis, read when it comes into view. */
export function MetricChart(props: MetricChartProps): JSX.Element {
  const { metric, settings, sync, size = "card" } = props;
  const card = useRef<HTMLElement>(null);
  const isSeen = useVisible(card);
  // A page is its chart: nothing scrolls it into view.
  const isVisible = size === "page" || isSeen;
  const runs = useMemo(
    () => props.runs.filter((run) => run.metrics.has(metric)),
    [props.runs, metric],
  );
  return (
    <article ref={card} class={`metric-chart metric-chart-${size}`} aria-label={metric}>
      {isVisible ? (
        <ChartBody {...props} runs={runs} size={size} settings={settings} sync={sync} />
      ) : (
        <header class="metric-chart-head">
          <ChartName metric={metric} size={size} />
        </header>
      )}
    </article>
  );
}

/** Cards stand in sections, which have headings of their own; other charts stand on the page. */
function ChartName(props: { metric: string; size: MetricChartProps["size"] }): JSX.Element {
  const Heading = props.size === "card" ? "h3" : "h2";
  return (
    <Heading class="metric-chart-name cut" title={props.metric}>
      {props.metric}
    </Heading>
  );
}

function ChartBody(props: MetricChartProps): JSX.Element {
  const { metric, settings, sync, size } = props;
  const [columns, setColumns] = useState(0);
  const [plot, setPlot] = useState<Plot | undefined>();
  const [isTable, setTable] = useState(false);
  const [isSetting, setSetting] = useState(false);
  const own = useChartLines(metric, props.runs, settings, sync.zoom.value, columns);
  const { isReady, error } = own;
  const { lines, runs } = useGroups(props, own.lines);
  const isAlone = runs.length === 1;
  return (
    <>
      <header class="metric-chart-head">
        <ChartName metric={metric} size={size} />
        {plot !== undefined && size !== "mini" && (
          <span class="metric-chart-note">
            {noteOf(plot, runs, metric, lines, sync.zoom.value !== null)}
          </span>
        )}
        {isAlone && <LastValue run={runs[0]} metric={metric} lines={lines} sync={sync} />}
        {props.axes !== undefined && (
          <CardSettings
            metric={metric}
            metrics={props.axes}
            sync={sync}
            isGrouped={props.groups !== undefined}
            isOpen={isSetting}
            onOpen={setSetting}
          />
        )}
        {size !== "mini" && (
          <ChartMenu
            metric={metric}
            runs={runs}
            members={props.runs}
            lines={lines}
            plot={plot}
            settings={settings}
            zoom={sync.zoom.value}
            isTable={isTable}
            onTable={() => setTable(!isTable)}
            onSettings={props.axes && (() => setSetting(true))}
            isPinned={props.isPinned}
            onPin={props.onPin}
            custom={props.custom}
            isPage={size === "page"}
          />
        )}
      </header>
      {isTable ? (
        <PointsTable metric={metric} runs={runs} lines={lines} xKind={settings.x.kind} />
      ) : (
        <div class="metric-chart-plot">
          {error !== null && lines.length === 0 && (
            <p class="metric-chart-empty">{error.message}</p>
          )}
          {props.runs.length === 0 && <p class="metric-chart-empty">{CHART_TEXTS.noRunHasIt}</p>}
          {!isReady && error === null && props.runs.length > 0 && (
            <p class="metric-chart-empty">{CHART_TEXTS.loading}</p>
          )}
          <LinePlotView
            metric={metric}
            runs={runs}
            lines={lines}
            settings={settings}
            sync={sync}
            onPlot={setPlot}
            onColumns={setColumns}
          />
        </div>
      )}
      {!isAlone && size !== "mini" && !isTable && (
        <CursorTable metric={metric} runs={runs} lines={lines} settings={settings} sync={sync} />
      )}
    </>
  );
}

/** The groups instead of the runs, when the runs are grouped. */
function useGroups(
  { groups, runs, settings, metric }: MetricChartProps,
  lines: readonly PlotLine[],
): { readonly lines: readonly PlotLine[]; readonly runs: readonly StyledRun[] } {
  const { spread, showsMembers } = settings;
  const grouped = useMemo(
    () => groups && groupLines(lines, groups, spread, showsMembers),
    [lines, groups, spread, showsMembers],
  );
  const asRuns = useMemo(
    () => groups && groupsAsRuns(groups, runs).filter((run) => run.metrics.has(metric)),
    [groups, runs, metric],
  );
  return { lines: grouped ?? lines, runs: asRuns ?? runs };
}

/** The value of the only run: at the cursor, or the last one. */
function LastValue(props: {
  run: StyledRun | undefined;
  metric: string;
  lines: readonly PlotLine[];
  sync: ChartSync;
}): JSX.Element | null {
  const { run, metric, lines, sync } = props;
  const cursor = sync.cursor.value;
  const last = run?.metrics.get(metric)?.last;
  const row = cursor === null ? undefined : cursorRows(lines, cursor.x)[0];
  const value = row?.value ?? last;
  if (value === undefined) return null;
  return (
    <b class="metric-chart-value" title={fullNumber(value)}>
      {formatNumber(value)}
    </b>
  );
}

/** How much there is and how much of it is out of sight. */
function noteOf(
  plot: Plot,
  runs: readonly StyledRun[],
  metric: string,
  lines: readonly PlotLine[],
  isZoomed: boolean,
): string {
  // What was logged since the runs were read, their lines have already.
  const drawn = new Map(lines.map(({ id, line }) => [id, line.exact ? line.x.length : 0]));
  const total = runs.reduce(
    (sum, { runId, metrics }) =>
      sum + Math.max(metrics.get(metric)?.count ?? 0, drawn.get(runId) ?? 0),
    0,
  );
  const isExact = lines.every(({ line }) => line.exact);
  const isPart = isZoomed && isExact && plot.points < total;
  const points = isPart
    ? `${formatCount(plot.points)} of ${plural(total, "point")}`
    : plural(total, "point");
  return [
    points,
    plot.clipped > 0 && `${formatCount(plot.clipped)} clipped`,
    plot.yScale.kind === "symlog" && "symlog",
  ]
    .filter(Boolean)
    .join(", ");
}
