import { csvField } from "../charts/csv.ts";
import type { ComparedGroup } from "./compare.ts";
import { markdownCell } from "./export.ts";

/** The compared values as CSV: a line a value, a column a run. */
export function compareCsv(names: readonly string[], groups: readonly ComparedGroup[]): string {
  const lines = groups.flatMap(({ kind, rows }) =>
    rows.map(({ key, cells }) => [kind, key, ...cells.map(({ full }) => full ?? "")]),
  );
  const all = [["kind", "key", ...names], ...lines];
  return `${all.map((line) => line.map(csvField).join(",")).join("\r\n")}\r\n`;
}

/** The compared values as Markdown, for a pull request. The best value of a metric is bold. */
export function compareMarkdown(
  names: readonly string[],
  groups: readonly ComparedGroup[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = groups.flatMap(({ kind, rows }) =>
    rows.map(({ key, cells }) => {
      const values = cells.map(({ text = "", isBest }) => {
        const written = markdownCell(text);
        return isBest ? `**${written}**` : written;
      });
      return line([kind, markdownCell(key), ...values]);
    }),
  );
  const heads = line(["", "", ...names.map(markdownCell)]);
  const rule = line(["---", "---", ...names.map(() => "---:")]);
  return `${[heads, rule, ...lines].join("\n")}\n`;
}
