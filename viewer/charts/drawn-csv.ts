import { csvField } from "./csv.ts";
import type { Plot, PlotLine } from "./plot.ts";
import { inverse } from "./scale.ts";

/** What a chart draws as CSV: a column of x and one for each run, with what is left after reduction and smoothing. */
export function drawnCsv(
  plot: Plot,
  lines: readonly PlotLine[],
  xName: string,
  nameOf: (id: string) => string,
): string {
  const header = [xName, ...lines.map(({ id }) => nameOf(id))].map(csvField).join(",");
  const rows = plot.columns.map((x, row) => {
    const values = plot.smoothed.map((column) => {
      const value = column[row];
      return value === null || value === undefined ? "" : inverse(plot.yScale, value);
    });
    return [inverse(plot.xScale, x), ...values].join(",");
  });
  return `${[header, ...rows].join("\r\n")}\r\n`;
}
