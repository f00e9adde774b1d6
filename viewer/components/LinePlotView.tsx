import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { StyledRun } from "../charts/chart-run.ts";
import { cursorRows, nearestLine } from "../charts/cursor.ts";
import { hotLine } from "../charts/line-id.ts";
import { nearestIndex } from "../charts/nearest.ts";
import { makePlot, type Plot, type PlotLine } from "../charts/plot.ts";
import type { ChartSettings, Stroke } from "../charts/settings.ts";
import { chartSummary } from "../charts/summary.ts";
import { type ChartSync, hoverAt, togglePin } from "../charts/sync.ts";
import { themeColors } from "../charts/theme-colors.ts";
import { xLabel } from "../charts/x-label.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import type { LineLook, LinePlot, LinePlotEvents } from "./line-plot.ts";
import "./LinePlotView.css";

/** uPlot is a chunk of its own; a page that will draw charts asks for it early. */
export function loadLinePlot(): Promise<typeof import("./line-plot.ts")> {
  return import("./line-plot.ts");
}

interface LinePlotViewProps {
  readonly metric: string;
  readonly runs: readonly StyledRun[];
  readonly lines: readonly PlotLine[];
  readonly settings: ChartSettings;
  readonly sync: ChartSync;
  /** Tells the size of the plot and what is drawn. */
  readonly onPlot?: (plot: Plot | undefined) => void;
  readonly onColumns?: (columns: number) => void;
}

/** Left and right of the plot area, about: exact widths come with the labels. */
const AROUND = 60;
const BELOW = 32;

const ZOOM_STEP = 0.5;

/** The drawing of a chart: lines, axes and what follows the mouse. */
export function LinePlotView(props: LinePlotViewProps): JSX.Element {
  const { metric, runs, lines, settings, sync, onPlot, onColumns } = props;
  const host = useRef<HTMLDivElement>(null);
  const size = useSize(host);
  const zoom = sync.zoom.value;
  const colors = themeColors.value;
  const [drawn, setDrawn] = useState<LinePlot | null>(null);
  const [hasFailed, setFailed] = useState(false);

  useEffect(() => {
    if (size.width > 0) onColumns?.(Math.max(1, size.width - AROUND));
  }, [size.width]);

  const plot = useMemo(
    () =>
      size.width === 0
        ? undefined
        : makePlot(lines, {
            ...settings,
            xKind: settings.x.kind,
            zoom,
            yRange: settings,
            width: Math.max(1, size.width - AROUND),
            height: Math.max(1, size.height - BELOW),
          }),
    [lines, settings, zoom, size],
  );
  useEffect(() => onPlot?.(plot), [plot]);

  const latest = useRef({ plot, lines, sync, settings });
  latest.current = { plot, lines, sync, settings };

  const hasPlot = plot !== undefined;
  useEffect(() => {
    const element = host.current;
    if (!hasPlot || element === null) return;
    let made: LinePlot | null = null;
    let isGone = false;
    loadLinePlot().then(
      (module) => {
        const now = latest.current.plot;
        if (isGone || now === undefined) return;
        made = new module.LinePlot(element, eventsOf(latest), now, themeColors.peek());
        setDrawn(made);
      },
      () => setFailed(true),
    );
    return () => {
      isGone = true;
      made?.destroy();
      setDrawn(null);
    };
  }, [hasPlot]);

  useEffect(() => {
    if (drawn === null || plot === undefined) return;
    const looks = lines.map((line) => lookOf(runs, line.id, colors.runs, settings.stroke));
    drawn.draw(plot, looks, colors, size);
  }, [drawn, plot, colors, runs, size, settings.stroke]);

  useEffect(
    () =>
      effect(() => {
        const place = new Map(lines.map((line, i) => [line.id, i]));
        const cursor = sync.cursor.value;
        const pointed = sync.pointedRun.value;
        const hot = hotLine([...place.keys()], cursor?.hot ?? pointed);
        const rows = cursor === null ? [] : cursorRows(lines, cursor.x);
        if (drawn === null || (cursor === null && pointed === null)) drawn?.setCursor(null);
        else {
          drawn.setCursor({
            x: cursor?.x ?? Number.NaN,
            label: cursor === null ? "" : xLabel(settings.x.kind, cursor.x),
            points: rows.map((row) => ({
              line: place.get(row.id) ?? 0,
              x: row.x,
              y: row.smoothed,
            })),
            hot: hot === null ? null : (place.get(hot) ?? null),
          });
        }
      }),
    [drawn, lines, plot, settings.x.kind],
  );

  const names = new Map(runs.map((run) => [run.runId, run.name]));
  return (
    <div
      ref={host}
      class="line-plot"
      role="img"
      aria-label={useMemo(() => chartSummary(metric, lines, (id) => names.get(id) ?? id), [lines])}
      aria-description={CHART_TEXTS.cursorHelp}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the cursor of the chart
      tabIndex={0}
      onKeyDown={(event) => onKey(event, latest.current)}
    >
      {hasFailed && <p class="line-plot-note">{CHART_TEXTS.chartFailed}</p>}
    </div>
  );
}

interface Latest {
  readonly plot: Plot | undefined;
  readonly lines: readonly PlotLine[];
  readonly sync: ChartSync;
  readonly settings: ChartSettings;
}

function eventsOf(latest: { readonly current: Latest }): LinePlotEvents {
  return {
    onHover: (at) => {
      const { plot, lines, sync } = latest.current;
      if (at === null || plot === undefined) hoverAt(sync, null, null);
      else hoverAt(sync, snap(lines, at.x), nearestLine(lines, plot, at.x, at.y));
    },
    onClick: () => togglePin(latest.current.sync),
    onZoom: (low, high) => {
      latest.current.sync.zoom.value = { low, high };
    },
    onReset: () => {
      latest.current.sync.zoom.value = null;
    },
  };
}

/** The nearest x that a line has: between steps there is nothing to read. */
function snap(lines: readonly PlotLine[], x: number): number {
  let nearest = x;
  let least = Number.POSITIVE_INFINITY;
  for (const { line } of lines) {
    const at = line.x[nearestIndex(line.x, x)];
    if (at === undefined || Math.abs(at - x) >= least) continue;
    least = Math.abs(at - x);
    nearest = at;
  }
  return nearest;
}

function onKey(event: KeyboardEvent, { plot, lines, sync }: Latest): void {
  if (plot === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = KEYS[event.key];
  if (act === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  act(lines, sync);
}

type KeyAction = (lines: readonly PlotLine[], sync: ChartSync) => void;

const KEYS: Readonly<Record<string, KeyAction>> = {
  ArrowLeft: (lines, sync) => moveCursor(lines, sync, -1),
  ArrowRight: (lines, sync) => moveCursor(lines, sync, 1),
  Home: (lines, sync) => hoverAt(sync, longest(lines)[0] ?? null, null),
  End: (lines, sync) => hoverAt(sync, longest(lines).at(-1) ?? null, null),
  Enter: (_, sync) => togglePin(sync),
  "+": (lines, sync) => zoomBy(lines, sync, ZOOM_STEP),
  "=": (lines, sync) => zoomBy(lines, sync, ZOOM_STEP),
  "-": (lines, sync) => zoomBy(lines, sync, 1 / ZOOM_STEP),
  Escape: (_, sync) => {
    sync.zoom.value = null;
    sync.cursor.value = null;
  },
};

/** One point further on the line with most points; a hundredth of it where there are very many. */
function moveCursor(lines: readonly PlotLine[], sync: ChartSync, direction: 1 | -1): void {
  const x = longest(lines);
  if (x.length === 0) return;
  const cursor = sync.cursor.peek();
  const now = cursor === null ? x.length - 1 : nearestIndex(x, cursor.x);
  const stride = Math.max(1, Math.floor(x.length / 200));
  const next = Math.max(0, Math.min(x.length - 1, now + direction * stride));
  sync.cursor.value = {
    x: x[next] as number,
    hot: cursor?.hot ?? null,
    isPinned: cursor?.isPinned ?? false,
  };
}

function zoomBy(lines: readonly PlotLine[], sync: ChartSync, factor: number): void {
  const x = longest(lines);
  const all = { low: x[0] ?? 0, high: x.at(-1) ?? 1 };
  const now = sync.zoom.peek() ?? all;
  const middle = sync.cursor.peek()?.x ?? (now.low + now.high) / 2;
  const low = Math.max(all.low, middle - (middle - now.low) * factor);
  const high = Math.min(all.high, middle + (now.high - middle) * factor);
  sync.zoom.value = low <= all.low && high >= all.high ? null : { low, high };
}

function longest(lines: readonly PlotLine[]): Float64Array {
  return lines.reduce<Float64Array>(
    (most, { line }) => (line.x.length > most.length ? line.x : most),
    new Float64Array(0),
  );
}

function lookOf(
  runs: readonly StyledRun[],
  runId: string,
  colors: readonly string[],
  stroke: Stroke,
): LineLook {
  const style = runs.find((run) => run.runId === runId)?.style ?? { color: 1, dash: 0 };
  return { color: colors[style.color - 1] ?? "gray", dash: style.dash, stroke };
}

function useSize(host: { current: HTMLElement | null }): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const width = Math.floor(element.clientWidth);
      const height = Math.floor(element.clientHeight);
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return size;
}
