import type { RunsTable } from "../data/runs-table.ts";
import { columnData } from "./column-data.ts";
import type { Column } from "./columns.ts";

/** Which end of a metric is the better one. */
export type Direction = "higher" | "lower";

/** Last words of names whose meaning is settled. Anything else has no direction until the reader sets one. */
const LOWER =
  /(^|[/_.\-\s])(loss|err|error|errors|mae|mse|rmse|mape|ppl|perplexity|nll|wer|cer|ece|fid|brier|logloss|log_loss)$/i;
const HIGHER =
  /(^|[/_.\-\s])(acc|accuracy|auc|auroc|auprc|f1|f1_score|precision|recall|r2|r2_score|map|bleu|rouge|iou|miou|dice|psnr|ssim|score|top1|top5|throughput|reward|ndcg|mrr)$/i;

export function usualDirection({ kind, key }: Column): Direction | undefined {
  if (kind !== "metrics") return undefined;
  if (LOWER.test(key)) return "lower";
  return HIGHER.test(key) ? "higher" : undefined;
}

/** Smallest and largest value of a number column over rows, without NaN and infinities; null when there is none. */
export function rangeOf(
  table: RunsTable,
  column: Column,
  rows: Int32Array,
): { readonly min: number; readonly max: number } | null {
  const data = columnData(table, column);
  const numbers = data.type === "number" ? data.values : data.numbers;
  if (numbers === null) return null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const value = numbers[data.type === "number" ? row : (data.codes[row] as number)];
    if (value === undefined || !Number.isFinite(value)) continue;
    if (data.type === "number" && !data.has(row)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? { min, max } : null;
}
