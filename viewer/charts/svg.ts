import { bandOutline } from "./group.ts";
import { DASHES } from "./line-styles.ts";
import type { Plot } from "./plot.ts";
import type { Range } from "./range.ts";
import type { Stroke } from "./settings.ts";

export interface SvgLine {
  readonly name: string;
  /** A resolved CSS colour: a saved picture has no style sheet. */
  readonly color: string;
  readonly dash: number;
  readonly stroke: Stroke;
}

export interface SvgTheme {
  readonly ground: string;
  readonly text: string;
  readonly label: string;
  readonly grid: string;
  readonly axis: string;
}

const WIDTH = 800;
const PLOT_HEIGHT = 360;
const LEFT = 64;
const RIGHT = 24;
const TOP = 44;
const LEGEND_ROW = 18;

/** Size of the plot area inside a saved picture; plots for it are made with this width and height. */
export const SVG_PLOT = { width: WIDTH - LEFT - RIGHT, height: PLOT_HEIGHT } as const;

/** A chart as a picture that stands alone, with title and legend. */
export function chartSvg(
  title: string,
  plot: Plot,
  lines: readonly SvgLine[],
  theme: SvgTheme,
): string {
  const height = TOP + PLOT_HEIGHT + 28 + lines.length * LEGEND_ROW + 12;
  const x = (value: number): string => at(value, plot.x, LEFT, WIDTH - RIGHT);
  const y = (value: number): string => at(value, plot.y, TOP + PLOT_HEIGHT, TOP);
  const bottom = TOP + PLOT_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="${theme.ground}"/>`,
    `<text x="${LEFT}" y="26" font-size="14" font-weight="600" fill="${theme.text}">${escapeXml(title)}</text>`,
    ...plot.yTicks.map(
      (tick) =>
        `<path d="M${LEFT} ${y(tick.at)}H${WIDTH - RIGHT}" stroke="${theme.grid}"/><text x="${LEFT - 8}" y="${y(tick.at)}" dy="4" text-anchor="end" fill="${theme.label}">${escapeXml(tick.label)}</text>`,
    ),
    `<path d="M${LEFT} ${bottom}H${WIDTH - RIGHT}" stroke="${theme.axis}"/>`,
    ...plot.xTicks.map(
      (tick) =>
        `<text x="${x(tick.at)}" y="${bottom + 18}" text-anchor="middle" fill="${theme.label}">${escapeXml(tick.label)}</text>`,
    ),
    `<clipPath id="plot"><rect x="${LEFT}" y="${TOP}" width="${SVG_PLOT.width}" height="${PLOT_HEIGHT}"/></clipPath>`,
    '<g clip-path="url(#plot)" fill="none" stroke-linejoin="round">',
    ...plot.bands.map((band) => area(plot, band, lines[band.line], x, y)),
    ...plot.raw.map((column, i) =>
      path(plot, column, lines[plot.rawOf[i] ?? 0], x, y, 'stroke-width="1" opacity="0.28"'),
    ),
    ...plot.smoothed.flatMap((column, i) => strokes(plot, column, lines[i], x, y)),
    "</g>",
    ...lines.map((line, i) => legendRow(line, bottom + 40 + i * LEGEND_ROW, theme)),
    "</svg>",
  ].join("\n");
}

/** A line, its points, or both. */
function strokes(
  plot: Plot,
  column: Plot["smoothed"][number],
  line: SvgLine | undefined,
  x: (value: number) => string,
  y: (value: number) => string,
): string[] {
  const stroke = line?.stroke ?? "line";
  return [
    ...(stroke === "points" ? [] : [path(plot, column, line, x, y, dashOf(line))]),
    ...(stroke === "line" ? [] : [dots(plot, column, line, x, y)]),
  ];
}

/** Points as strokes without length, which round ends make discs. */
function dots(
  plot: Plot,
  column: Plot["smoothed"][number],
  line: SvgLine | undefined,
  x: (value: number) => string,
  y: (value: number) => string,
): string {
  const d = column.map((value, i) =>
    typeof value === "number" ? `M${x(plot.columns[i] as number)} ${y(value)}h0` : "",
  );
  const color = line?.color ?? "currentColor";
  return `<path d="${d.join("")}" stroke="${color}" stroke-width="5" stroke-linecap="round"/>`;
}

function path(
  plot: Plot,
  column: readonly (number | null | undefined)[],
  line: SvgLine | undefined,
  x: (value: number) => string,
  y: (value: number) => string,
  style: string,
): string {
  let pen = "M";
  let d = "";
  column.forEach((value, i) => {
    if (value === undefined) return;
    if (value === null) {
      pen = "M";
      return;
    }
    d += `${pen}${x(plot.columns[i] as number)} ${y(value)}`;
    pen = "L";
  });
  return `<path d="${d}" stroke="${line?.color ?? "currentColor"}" ${style}/>`;
}

function area(
  plot: Plot,
  { low, high }: Plot["bands"][number],
  line: SvgLine | undefined,
  x: (value: number) => string,
  y: (value: number) => string,
): string {
  const points = bandOutline(plot.columns, low, high).map(([at, value]) => `${x(at)} ${y(value)}`);
  const color = line?.color ?? "currentColor";
  return `<path d="M${points.join("L")}Z" fill="${color}" opacity="0.15" stroke="none"/>`;
}

function legendRow(line: SvgLine, y: number, theme: SvgTheme): string {
  return `<path d="M${LEFT} ${y}h24" fill="none" stroke="${line.color}" ${dashOf(line)}/><text x="${LEFT + 32}" y="${y + 4}" fill="${theme.text}">${escapeXml(line.name)}</text>`;
}

function dashOf(line: SvgLine | undefined): string {
  const dash = DASHES[line?.dash ?? 0] ?? [];
  return `stroke-width="1.5"${dash.length > 0 ? ` stroke-dasharray="${dash.join(" ")}"` : ""}`;
}

function at(value: number, range: Range, start: number, end: number): string {
  const share = (value - range.low) / (range.high - range.low);
  return String(Number((start + share * (end - start)).toFixed(2)));
}

function escapeXml(text: string): string {
  const safe: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // XML has no way to write control characters.
  return text.replace(/[&<>"]/g, (sign) => safe[sign] as string).replace(/\p{Cc}/gu, " ");
}
