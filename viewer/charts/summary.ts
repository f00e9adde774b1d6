import { formatNumber } from "../format.ts";
import type { PlotLine } from "./plot.ts";
import { extent } from "./range.ts";

/** A chart in words, for those who cannot see it: per line the least, the greatest and the last value. */
export function chartSummary(
  metric: string,
  lines: readonly PlotLine[],
  nameOf: (id: string) => string,
): string {
  const parts = lines.map(({ id, line }) => {
    const range = extent([line.y]);
    if (range === undefined) return `${nameOf(id)}: no finite value`;
    const last = line.y[line.y.length - 1] as number;
    return `${nameOf(id)}: minimum ${formatNumber(range.low)}, maximum ${formatNumber(range.high)}, last ${formatNumber(last)}`;
  });
  return [`Line chart of ${metric}`, ...parts].join(". ");
}
