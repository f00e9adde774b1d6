import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { DASHES } from "../charts/line-styles.ts";
import type { Plot } from "../charts/plot.ts";
import { inverse } from "../charts/scale.ts";
import type { Stroke } from "../charts/settings.ts";
import { type Spans, spansOf } from "../charts/spans.ts";
import { type ThemeColors, withAlpha } from "../charts/theme-colors.ts";
import {
  clearOverlay,
  drawBands,
  drawMarks,
  drawOverlay,
  type OverlayCursor,
} from "./line-plot-overlay.ts";

export interface LinePlotEvents {
  /** The mouse is at a place of the plot, in the unit of x and on the plotted scale of y; null when it left. */
  readonly onHover: (at: { readonly x: number; readonly y: number } | null) => void;
  readonly onClick: () => void;
  /** Part of x, in its unit. */
  readonly onZoom: (low: number, high: number) => void;
  readonly onReset: () => void;
}

export interface LineLook {
  readonly color: string;
  readonly dash: number;
  readonly stroke: Stroke;
}

/** Pixels that a drag has to be long to be a zoom. */
const LEAST_DRAG = 4;

const LINE_WIDTH = 1.5;
const RAW_ALPHA = 0.28;
const POINT_SIZE = 5;
/** Pixels a point wants before points are drawn on the line. */
const POINT_SPACE = 14;

const linear = uPlot.paths.linear?.() as uPlot.Series.PathBuilder;

/** uPlot on one element, drawing a `Plot`. Lines are on its canvas; what follows the mouse is on a canvas above. */
export class LinePlot {
  readonly #host: HTMLElement;
  readonly #events: LinePlotEvents;
  #chart: uPlot | null = null;
  #overlay: HTMLCanvasElement | null = null;
  #plot: Plot;
  #looks: readonly LineLook[] = [];
  #colors: ThemeColors;
  #paths: (Path2D | null)[] = [];
  /** Of lines that were in focus since the last drawing. */
  #spans = new Map<number, Spans>();
  #cursor: OverlayCursor | null = null;
  #frame = 0;
  #shape = "";

  constructor(host: HTMLElement, events: LinePlotEvents, plot: Plot, colors: ThemeColors) {
    this.#host = host;
    this.#events = events;
    this.#plot = plot;
    this.#colors = colors;
  }

  draw(
    plot: Plot,
    looks: readonly LineLook[],
    colors: ThemeColors,
    size: { width: number; height: number },
  ): void {
    this.#plot = plot;
    this.#looks = looks;
    this.#colors = colors;
    const shape = [...plot.rawOf, "", ...looks.map((look) => look.dash + look.stroke)].join();
    const data = [plot.columns, ...plot.raw, ...plot.smoothed] as unknown as uPlot.AlignedData;
    if (this.#chart === null || shape !== this.#shape) {
      this.#shape = shape;
      this.#chart?.destroy();
      this.#paths = [];
      this.#chart = new uPlot(this.#options(size), undefined, this.#host);
      this.#addOverlay(this.#chart);
    }
    const chart = this.#chart;
    if (chart.width !== size.width || chart.height !== size.height) chart.setSize(size);
    chart.batch(() => {
      chart.setData(data, false);
      chart.setScale("x", { min: plot.x.low, max: plot.x.high });
      chart.setScale("y", { min: plot.y.low, max: plot.y.high });
    });
  }

  /** Shows where the lines are at a place of x, or nothing. */
  setCursor(cursor: OverlayCursor | null): void {
    this.#cursor = cursor;
    this.#drawOverlay();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#chart?.destroy();
    this.#chart = null;
  }

  #options({ width, height }: { width: number; height: number }): uPlot.Options {
    const font = `12px ${this.#colors.font}`;
    return {
      width,
      height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [this.#plot.x.low, this.#plot.x.high] },
        y: { range: () => [this.#plot.y.low, this.#plot.y.high] },
      },
      axes: [
        {
          scale: "x",
          font,
          size: 24,
          gap: 6,
          stroke: () => this.#colors.label,
          grid: { show: false },
          ticks: { show: false },
          border: { show: true, width: 1, stroke: () => this.#colors.axis },
          splits: () => this.#plot.xTicks.map((tick) => tick.at),
          values: () => this.#plot.xTicks.map((tick) => tick.label),
        },
        {
          scale: "y",
          font,
          gap: 6,
          size: (chart, values) => widest(chart, values) + 12,
          stroke: () => this.#colors.label,
          grid: { show: true, width: 1, stroke: () => this.#colors.grid },
          ticks: { show: false },
          splits: () => this.#plot.yTicks.map((tick) => tick.at),
          values: () => this.#plot.yTicks.map((tick) => tick.label),
        },
      ],
      series: [{}, ...this.#series()],
      cursor: {
        x: false,
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
        bind: {
          dblclick: () => () => {
            this.#events.onReset();
            return null;
          },
          click: (_chart, _target, handler) => (event) => {
            handler(event);
            if (this.#chart !== null && this.#chart.select.width < LEAST_DRAG) {
              this.#events.onClick();
            }
            return null;
          },
        },
      },
      hooks: {
        drawAxes: [(chart) => drawBands(chart, this.#plot, (line) => this.#look(line).color)],
        draw: [(chart) => this.#drawn(chart)],
        setCursor: [(chart) => this.#hovered(chart)],
        setSelect: [(chart) => this.#selected(chart)],
      },
    };
  }

  /** The raw lines first, so that smoothed ones lie on them. */
  #series(): uPlot.Series[] {
    const raw = this.#plot.raw.map(
      (_, i): uPlot.Series => ({
        auto: false,
        width: 1,
        stroke: () => withAlpha(this.#look(this.#plot.rawOf[i] ?? 0).color, RAW_ALPHA),
        paths: linear,
        points: { show: false },
      }),
    );
    const smoothed = this.#plot.smoothed.map(
      (_, i): uPlot.Series => ({
        auto: false,
        width: LINE_WIDTH,
        dash: DASHES[this.#look(i).dash]?.map((length) => length * uPlot.pxRatio),
        stroke: () => this.#look(i).color,
        paths: (...parameters) => {
          const paths = this.#look(i).stroke === "points" ? null : linear(...parameters);
          this.#paths[i] = (paths?.stroke as Path2D | undefined) ?? null;
          return paths;
        },
        points: {
          ...(this.#look(i).stroke !== "line" && { show: true }),
          size: POINT_SIZE,
          space: POINT_SPACE,
          width: 0,
          fill: () => this.#look(i).color,
        },
      }),
    );
    return [...raw, ...smoothed];
  }

  #look(line: number): LineLook {
    return this.#looks[line] ?? { color: this.#colors.text, dash: 0, stroke: "line" };
  }

  #addOverlay(chart: uPlot): void {
    this.#overlay = document.createElement("canvas");
    this.#overlay.className = "line-plot-overlay";
    chart.over.before(this.#overlay);
    this.#drawOverlay();
  }

  #spansOf(line: number, { width, height }: uPlot.BBox): Spans {
    const spans = this.#spans.get(line) ?? spansOf(this.#plot, line, width, height);
    this.#spans.set(line, spans);
    return spans;
  }

  #drawn(chart: uPlot): void {
    this.#spans.clear();
    drawMarks(chart, this.#plot, (line) => this.#look(line).color);
    this.#drawOverlay();
  }

  #drawOverlay(): void {
    const { bbox, ctx } = this.#chart ?? {};
    const overlay = this.#overlay;
    if (this.#chart === null || overlay === null || bbox === undefined || ctx === undefined) return;
    clearOverlay(overlay, ctx.canvas);
    if (this.#cursor === null) return;
    drawOverlay(overlay, this.#chart, this.#plot, this.#cursor, this.#colors, (line) => ({
      ...this.#look(line),
      path: this.#paths[line] ?? null,
      spans: () => this.#spansOf(line, bbox),
    }));
  }

  /** Once a frame at most: a mouse reports up to a thousand places a second. */
  #hovered(chart: uPlot): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      const { left = -1, top = -1 } = chart.cursor;
      if (left < 0 || top < 0) {
        this.#events.onHover(null);
        return;
      }
      const x = inverse(this.#plot.xScale, chart.posToVal(left, "x"));
      this.#events.onHover({ x, y: chart.posToVal(top, "y") });
    });
  }

  #selected(chart: uPlot): void {
    const { left, width } = chart.select;
    if (width < LEAST_DRAG) return;
    const low = inverse(this.#plot.xScale, chart.posToVal(left, "x"));
    const high = inverse(this.#plot.xScale, chart.posToVal(left + width, "x"));
    this.#events.onZoom(low, high);
    // After the click that ends the drag has seen that there was one.
    requestAnimationFrame(() => {
      chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    });
  }
}

function widest(chart: uPlot, labels: readonly string[] | null): number {
  if (labels === null || labels.length === 0) return 24;
  const font = chart.axes[1]?.font;
  chart.ctx.font = String(Array.isArray(font) ? font[0] : font);
  const width = Math.max(...labels.map((label) => chart.ctx.measureText(label).width));
  return Math.max(24, Math.ceil(width / uPlot.pxRatio));
}
