/** How many things there are, how many have each of two properties, and how many both. */
export interface Counts {
  readonly total: number;
  readonly first: number;
  readonly second: number;
  readonly joint: number;
}

/** Added to each of the four cells: Jeffreys' prior. */
const PRIOR = 0.5;

/**
 * How strongly two properties go together: normalized pointwise mutual information, from -1 (never) over 0 (independent) to 1
 * (always); NaN when nothing has one of them. `smoothed` moves less with small counts.
 *
 * @see MLflow 3.17 `mlflow.store.analytics.trace_correlation`
 */
export function correlate(counts: Counts): { readonly npmi: number; readonly smoothed: number } {
  const { first, second, joint } = counts;
  if (first === 0 || second === 0) return { npmi: Number.NaN, smoothed: Number.NaN };
  return { npmi: joint === 0 ? -1 : information(counts, 0), smoothed: information(counts, PRIOR) };
}

function information({ total, first, second, joint }: Counts, prior: number): number {
  if (joint === total) return 1;
  const all = Math.log(total + 4 * prior);
  const both = Math.log(joint + prior);
  const gain = both + all - (Math.log(first + 2 * prior) + Math.log(second + 2 * prior));
  return Math.max(-1, Math.min(1, gain / (all - both)));
}
