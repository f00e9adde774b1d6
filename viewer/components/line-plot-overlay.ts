import uPlot from "uplot";
import { bandOutline } from "../charts/group.ts";
import { DASHES } from "../charts/line-styles.ts";
import type { Plot } from "../charts/plot.ts";
import { forward } from "../charts/scale.ts";
import type { Spans } from "../charts/spans.ts";
import { type ThemeColors, withAlpha } from "../charts/theme-colors.ts";

/** What is shown at a place of the x axis. Places are in the axes' own units. */
export interface OverlayCursor {
  readonly x: number;
  /** On the flag at the axis. */
  readonly label: string;
  readonly points: readonly { readonly line: number; readonly x: number; readonly y: number }[];
  /** The line in focus. */
  readonly hot: number | null;
}

interface DrawnLine {
  readonly color: string;
  readonly dash: number;
  readonly path: Path2D | null;
  /** Of a dense line, in place of its path. */
  readonly spans: () => Spans;
}

const HOT_WIDTH = 2.5;
const POINT_RADIUS = 3;
const HOT_RADIUS = 4.5;
const FLAG_HEIGHT = 16;
const MARK_SIZE = 4;
const BAND_ALPHA = 0.15;

export function clearOverlay(overlay: HTMLCanvasElement, plot: HTMLCanvasElement): void {
  if (overlay.width !== plot.width) overlay.width = plot.width;
  if (overlay.height !== plot.height) overlay.height = plot.height;
  overlay.getContext("2d")?.clearRect(0, 0, overlay.width, overlay.height);
}

/** The line in focus, the cursor, where the lines are at it, and a flag on the axis. */
export function drawOverlay(
  overlay: HTMLCanvasElement,
  chart: uPlot,
  plot: Plot,
  cursor: OverlayCursor,
  colors: ThemeColors,
  lineAt: (line: number) => DrawnLine,
): void {
  const context = overlay.getContext("2d");
  if (context === null) return;
  const { left, top, width, height } = chart.bbox;
  const ratio = uPlot.pxRatio;
  const x = chart.valToPos(forward(plot.xScale, cursor.x), "x", true);

  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  if (cursor.hot !== null) {
    const hot = lineAt(cursor.hot);
    const spans = hot.spans();
    if (spans.at.length > 0) fillHot(context, hot.color, spans, chart.bbox);
    else strokeHot(context, hot, ratio);
  }
  context.restore();
  if (!(x >= left - 1 && x <= left + width + 1)) return;

  const middle = Math.round(x) + (Math.round(ratio) % 2) / 2;
  context.strokeStyle = colors.cursor;
  context.lineWidth = Math.max(1, Math.floor(ratio));
  context.beginPath();
  context.moveTo(middle, top);
  context.lineTo(middle, top + height);
  context.stroke();

  for (const point of cursor.points) {
    const px = chart.valToPos(forward(plot.xScale, point.x), "x", true);
    const py = chart.valToPos(forward(plot.yScale, point.y), "y", true);
    if (!(py >= top - 1 && py <= top + height + 1 && px >= left - 1 && px <= left + width + 1)) {
      continue;
    }
    const isHot = point.line === cursor.hot;
    context.beginPath();
    context.arc(px, py, (isHot ? HOT_RADIUS : POINT_RADIUS) * ratio, 0, 2 * Math.PI);
    context.fillStyle = lineAt(point.line).color;
    context.fill();
    context.strokeStyle = colors.surface;
    context.lineWidth = 1.5 * ratio;
    context.stroke();
  }
  drawFlag(context, cursor.label, x, top + height + ratio, overlay.width, colors, ratio);
}

/** The spread of groups, under their lines. */
export function drawBands(chart: uPlot, plot: Plot, colorOf: (line: number) => string): void {
  const { ctx: context, bbox } = chart;
  context.save();
  context.beginPath();
  context.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  context.clip();
  for (const { line, low, high } of plot.bands) {
    context.beginPath();
    for (const [x, y] of bandOutline(plot.columns, low, high)) {
      context.lineTo(chart.valToPos(x, "x", true), chart.valToPos(y, "y", true));
    }
    context.fillStyle = withAlpha(colorOf(line), BAND_ALPHA);
    context.fill();
  }
  context.restore();
}

/** Values without a place on the plot: a cross for NaN at the bottom, arrows for infinities at their edge. */
export function drawMarks(chart: uPlot, plot: Plot, colorOf: (line: number) => string): void {
  const { ctx: context, bbox } = chart;
  const size = MARK_SIZE * uPlot.pxRatio;
  context.save();
  context.lineWidth = 1.5 * uPlot.pxRatio;
  context.setLineDash([]);
  for (const mark of plot.marks) {
    const x = chart.valToPos(mark.x, "x", true);
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    context.strokeStyle = colorOf(mark.line);
    const isAtTop = mark.kind === "Infinity";
    const y = isAtTop ? bbox.top + size : bbox.top + bbox.height - size;
    const tip = isAtTop ? -size : size;
    context.beginPath();
    if (mark.kind === "NaN") {
      context.moveTo(x - size, y - size);
      context.lineTo(x + size, y + size);
      context.moveTo(x + size, y - size);
      context.lineTo(x - size, y + size);
    } else {
      context.moveTo(x - size, y - tip);
      context.lineTo(x, y);
      context.lineTo(x + size, y - tip);
    }
    context.stroke();
  }
  context.restore();
}

/** In whole pixels: nothing has to be smoothed, and a line of a million points follows the mouse as one of ten does. */
function fillHot(
  context: CanvasRenderingContext2D,
  color: string,
  { at, top, bottom }: Spans,
  { left: x, top: y }: uPlot.BBox,
): void {
  const width = Math.round(HOT_WIDTH * uPlot.pxRatio);
  const half = width / 2;
  context.fillStyle = color;
  for (let i = 0; i < at.length; i++) {
    const above = Math.round((top[i] as number) - half);
    const below = Math.round((bottom[i] as number) + half);
    context.fillRect(Math.round(x + (at[i] as number) - half), y + above, width, below - above);
  }
}

function strokeHot(context: CanvasRenderingContext2D, line: DrawnLine, ratio: number): void {
  if (line.path === null) return;
  context.strokeStyle = line.color;
  context.lineWidth = HOT_WIDTH * ratio;
  // Not round: to round thousands of corners takes longer than all else that follows the mouse.
  context.lineJoin = "bevel";
  context.setLineDash(DASHES[line.dash]?.map((length) => length * ratio) ?? []);
  context.stroke(line.path);
  context.setLineDash([]);
}

function drawFlag(
  context: CanvasRenderingContext2D,
  label: string,
  x: number,
  top: number,
  most: number,
  colors: ThemeColors,
  ratio: number,
): void {
  context.font = `600 ${12 * ratio}px ${colors.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const width = context.measureText(label).width + 12 * ratio;
  const left = Math.max(0, Math.min(most - width, x - width / 2));
  context.beginPath();
  context.roundRect(left, top, width, FLAG_HEIGHT * ratio, 3 * ratio);
  context.fillStyle = colors.text;
  context.fill();
  context.fillStyle = colors.surface;
  context.fillText(label, left + width / 2, top + (FLAG_HEIGHT / 2 + 0.5) * ratio);
}
