import { useMemo, useRef } from "preact/hooks";
import type { ChangeEvent } from "../../lib/wire/data-files.ts";
import type { StyledRun } from "../charts/chart-run.ts";
import { relativeStart, toLine, type XAxis } from "../charts/line.ts";
import { metricOf, ownerOf } from "../charts/line-id.ts";
import { type PlotLine, plotLine } from "../charts/plot.ts";
import type { Range } from "../charts/range.ts";
import type { ChartSettings } from "../charts/settings.ts";
import {
  type ChartHistories,
  type ChartHistory,
  readDetail,
  readHistories,
  startsWithPyramid,
  type WantedHistory,
} from "../data/chart-histories.ts";
import type { DataError } from "../data/errors.ts";
import type { History } from "../data/parse-history.ts";
import { touchesRuns } from "../data/reader.ts";
import { useData } from "../data/use-data.ts";

export interface ChartLines {
  readonly lines: readonly PlotLine[];
  /** False until the first history is there. */
  readonly isReady: boolean;
  readonly error: DataError | null;
}

const NO_DETAIL: ReadonlyMap<string, History> = new Map();

/** Reads the histories of a metric and makes them lines of a chart; what is there is drawn at once. */
export function useChartLines(
  metric: string,
  runs: readonly StyledRun[],
  settings: ChartSettings,
  zoom: Range | null,
  columns: number,
): ChartLines {
  const { x, smoothing } = settings;
  const wanted = useMemo(() => wantedOf(metric, runs, x), [metric, runs, x]);
  const isTouched = (change: ChangeEvent): boolean =>
    touchesRuns(
      change,
      runs.map((run) => ownerOf(run.runId)),
    );
  const needsAll = smoothing > 0;
  const read = useData<ChartHistories>(
    JSON.stringify([metric, x, needsAll, wanted.map((one) => one.id)]),
    (signal, onPart) => readHistories(wanted, needsAll, signal, onPart),
    isTouched,
  );
  const detail = useDetail(metric, wanted, needsAll, x, zoom, columns);

  // Other runs or another axis take a moment to read: until then the chart stays.
  const last = useRef<ChartHistories>(new Map());
  if (read.data !== null) last.current = read.data;
  const histories = read.data ?? last.current;

  const made = useRef(new Map<string, MadeLine>());
  const lines = runs.flatMap((run) => {
    const history = withDetail(histories.get(run.runId), detail.get(run.runId));
    if (history === undefined) return [];
    const known = made.current.get(run.runId);
    const line = reuse(known, history, x, smoothing) ?? makeLine(run, history, x, smoothing);
    made.current.set(run.runId, line);
    return [line.line];
  });
  const stable = useStable(lines);
  return { lines: stable, isReady: read.data !== null || stable.length > 0, error: read.error };
}

function useDetail(
  metric: string,
  wanted: readonly WantedHistory[],
  needsAll: boolean,
  x: XAxis,
  zoom: Range | null,
  columns: number,
): ReadonlyMap<string, History> {
  const axis = x.kind === "step" ? "steps" : "timestamps";
  const coarse = columns > 0 ? wanted.filter((one) => startsWithPyramid(one, needsAll)) : [];
  // Relative time starts at another moment in each run: the pyramid has to do, or the whole history.
  const range = x.kind === "relative" ? null : zoom;
  const window = { axis, range, columns } as const;
  const key = coarse.length === 0 ? "" : [metric, axis, range?.low, range?.high, columns > 0];
  const ids = coarse.map((one) => one.id);
  const runIds = coarse.map((one) => one.runId);
  const { data } = useData<ReadonlyMap<string, History>>(
    JSON.stringify([key, ids]),
    async (signal) => {
      const read = await Promise.all(coarse.map((one) => readDetail(one, window, signal)));
      return new Map(
        coarse.flatMap((one, i) => {
          const history = read[i];
          return history ? [[one.id, history] as const] : [];
        }),
      );
    },
    (change) => touchesRuns(change, runIds),
  );
  return data ?? NO_DETAIL;
}

function wantedOf(metric: string, runs: readonly StyledRun[], x: XAxis): WantedHistory[] {
  return runs.flatMap((run) => {
    const brief = run.metrics.get(metric);
    if (brief === undefined) return [];
    const { runId: id } = run;
    const own = {
      id,
      runId: ownerOf(id),
      key: metricOf(id) ?? metric,
      count: brief.count,
    };
    if (x.kind !== "metric") return [own];
    const other = run.metrics.get(x.key);
    return other === undefined ? [] : [{ ...own, other: { key: x.key, count: other.count } }];
  });
}

function withDetail(
  history: ChartHistory | undefined,
  detail: History | undefined,
): ChartHistory | undefined {
  if (detail === undefined || history === undefined || history.exact) return history;
  return { history: detail, exact: true };
}

interface MadeLine {
  readonly line: PlotLine;
  readonly history: History;
  readonly other: History | undefined;
  readonly axis: string;
  readonly smoothing: number;
}

function makeLine(
  run: StyledRun,
  { history, exact, other }: ChartHistory,
  x: XAxis,
  smoothing: number,
): MadeLine {
  const start = relativeStart(history, run.startTime);
  const line = toLine(history, { axis: x, start, other, exact });
  const axis = JSON.stringify(x);
  return { line: plotLine(run.runId, line, smoothing), history, other, axis, smoothing };
}

function reuse(
  known: MadeLine | undefined,
  { history, other }: ChartHistory,
  x: XAxis,
  smoothing: number,
): MadeLine | undefined {
  if (known?.history !== history || known.other !== other) return undefined;
  return known.smoothing === smoothing && known.axis === JSON.stringify(x) ? known : undefined;
}

/** The same array as long as it has the same lines, so that nothing is worked out again. */
function useStable(lines: readonly PlotLine[]): readonly PlotLine[] {
  const last = useRef(lines);
  const isSame =
    last.current.length === lines.length && last.current.every((line, i) => line === lines[i]);
  if (!isSame) last.current = lines;
  return last.current;
}
