import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { StyledRun } from "../charts/chart-run.ts";
import { type CursorRow, cursorRows } from "../charts/cursor.ts";
import { hotLine, ownerOf } from "../charts/line-id.ts";
import type { PlotLine } from "../charts/plot.ts";
import type { ChartSettings } from "../charts/settings.ts";
import type { ChartSync } from "../charts/sync.ts";
import { xLabel } from "../charts/x-label.ts";
import { formatNumber, fullNumber, plural } from "../format.ts";
import { runHref } from "../state/links.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { LineSample } from "./LineSample.tsx";
import "./CursorTable.css";

interface CursorTableProps {
  readonly metric: string;
  readonly runs: readonly StyledRun[];
  readonly lines: readonly PlotLine[];
  readonly settings: ChartSettings;
  readonly sync: ChartSync;
}

const FEW = 5;

/** The values of all lines at the cursor, or their last ones. */
export function CursorTable(props: CursorTableProps): JSX.Element {
  const { metric, runs, lines, settings, sync } = props;
  const [showsAll, setShowsAll] = useState(runs.length <= FEW + 1);
  const cursor = sync.cursor.value;
  const rows = useMemo(
    () => (lines.length === 0 ? knownRows(runs, metric) : cursorRows(lines, cursor?.x ?? null)),
    [lines, runs, metric, cursor?.x],
  );
  const hot = hotLine(
    rows.map(({ id }) => id),
    cursor?.hot ?? sync.pointedRun.value,
  );
  const byId = useMemo(() => new Map(runs.map((run) => [run.runId, run])), [runs]);
  const shown = showsAll ? rows : rows.slice(0, FEW);
  const isSmoothed = settings.smoothing > 0;
  return (
    <>
      <table class="cursor-table">
        <thead>
          <tr>
            <th scope="col">
              {isOfRuns(runs) ? CHART_TEXTS.run : CHART_TEXTS.line}
              {shown.length < rows.length && (
                <span class="faint">{`, ${shown.length} of ${rows.length}`}</span>
              )}
            </th>
            <th scope="col">{CHART_TEXTS.value}</th>
            {isSmoothed && <th scope="col">{CHART_TEXTS.smoothed}</th>}
            <th scope="col" class="cursor-table-x">
              {settings.x.kind === "metric" ? settings.x.key : AXIS_NAMES[settings.x.kind]}
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => {
            const run = byId.get(row.id);
            if (run === undefined) return null;
            return (
              <tr
                key={row.id}
                class={row.id === hot ? "is-hot" : undefined}
                onMouseEnter={() => {
                  sync.pointedRun.value = row.id;
                }}
                onMouseLeave={() => {
                  sync.pointedRun.value = null;
                }}
              >
                <td>
                  <RunName run={run} />
                </td>
                <td title={fullNumber(row.value)}>{valueText(row)}</td>
                {isSmoothed && (
                  <td title={fullNumber(row.smoothed)}>{formatNumber(row.smoothed)}</td>
                )}
                <td class="muted cursor-table-x">
                  {lines.length === 0 ? "" : xLabel(settings.x.kind, row.x)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {rows.length > FEW + 1 && (
        <button type="button" class="cursor-table-more" onClick={() => setShowsAll(!showsAll)}>
          {showsAll
            ? CHART_TEXTS.showFewer
            : `${CHART_TEXTS.showAll} ${plural(rows.length, isOfRuns(runs) ? "run" : "line")}`}
        </button>
      )}
    </>
  );
}

/** Until the histories are there: the last values, which are known, so that the card has its size. */
function knownRows(runs: readonly StyledRun[], metric: string): CursorRow[] {
  return runs.map((run) => {
    const { last = Number.NaN, step = Number.NaN } = run.metrics.get(metric) ?? {};
    return { id: run.runId, at: 0, x: step, value: last, smoothed: last, span: null };
  });
}

const AXIS_NAMES = { step: CHART_TEXTS.step, relative: "Time", time: "Time" } as const;

/** Whether each line is a run, or a group of runs: a chart of several metrics has more of them. */
function isOfRuns(runs: readonly StyledRun[]): boolean {
  return runs.every(({ runId }) => ownerOf(runId) === runId);
}

/** A group has no page of its own. */
function RunName({ run }: { run: StyledRun }): JSX.Element {
  const name = (
    <>
      <LineSample style={run.style} />
      <span class="cut" title={run.name}>
        {run.name}
      </span>
    </>
  );
  if (run.experimentId === "") return <span class="cursor-table-run">{name}</span>;
  return (
    <a class="cursor-table-run" href={runHref(run.experimentId, ownerOf(run.runId))}>
      {name}
    </a>
  );
}

/** A point that stands for many has a span, not a value. */
function valueText({ value, span }: CursorRow): string {
  if (span === null || span[0] === span[1]) return formatNumber(value);
  return `${formatNumber(span[0])} … ${formatNumber(span[1])}`;
}
