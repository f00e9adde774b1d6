import type { StyledRun } from "./chart-run.ts";
import type { Plot, PlotLine } from "./plot.ts";
import { makePlot, type PlotOptions } from "./plot.ts";
import type { Stroke } from "./settings.ts";
import { chartSvg, SVG_PLOT } from "./svg.ts";
import type { ThemeColors } from "./theme-colors.ts";

const PNG_SCALE = 2;

/** The chart as an SVG text of a fixed size, drawn anew for it from all points. */
export function svgOf(
  metric: string,
  runs: readonly StyledRun[],
  lines: readonly PlotLine[],
  options: Omit<PlotOptions, "width" | "height"> & { readonly stroke: Stroke },
  colors: ThemeColors,
): string | undefined {
  const plot: Plot | undefined = makePlot(lines, { ...options, ...SVG_PLOT });
  if (plot === undefined) return undefined;
  const byId = new Map(runs.map((run) => [run.runId, run]));
  const looks = lines.map(({ id }) => {
    const run = byId.get(id);
    return {
      name: run?.name ?? id,
      color: colors.runs[(run?.style.color ?? 1) - 1] ?? colors.text,
      dash: run?.style.dash ?? 0,
      stroke: options.stroke,
    };
  });
  return chartSvg(metric, plot, looks, { ...colors, ground: colors.surface });
}

/** Draws an SVG text into a PNG of twice its size. */
export async function pngOf(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * PNG_SCALE;
  canvas.height = image.naturalHeight * PNG_SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error("The browser could not make a PNG"));
      else resolve(blob);
    }, "image/png");
  });
}
