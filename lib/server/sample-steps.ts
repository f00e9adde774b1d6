import type { Metric } from "../entities/metric.ts";

/**
 * Chooses the steps at which several histories are drawn together: at most `most` of those that occur from `start` to `end`,
 * evenly among them, and the first and last step of each history besides.
 *
 * @see MLflow 3.17 `AbstractStore.get_metric_history_bulk_interval`
 */
export function sampleSteps(
  histories: readonly (readonly Metric[])[],
  most: number,
  start: number = Number.NEGATIVE_INFINITY,
  end: number = Number.POSITIVE_INFINITY,
): ReadonlySet<number> {
  const isInside = (step: number): boolean => step >= start && step <= end;
  const all = [...new Set(histories.flatMap((points) => points.map(({ step }) => step)))]
    .filter(isInside)
    .sort((a, b) => a - b);
  if (all.length <= most) return new Set(all);
  const chosen = new Set<number>();
  for (let i = 0; i < most; i++) add(all[Math.floor((i * all.length) / most)]);
  add(all.at(-1));
  for (const points of histories) {
    const steps = points.map(({ step }) => step);
    // No spread into Math.min: a history may have more points than a call has arguments.
    add(steps.reduce((low, step) => Math.min(low, step), Number.POSITIVE_INFINITY));
    add(steps.reduce((high, step) => Math.max(high, step), Number.NEGATIVE_INFINITY));
  }
  return chosen;

  function add(step: number | undefined): void {
    if (step !== undefined && isInside(step) && Number.isFinite(step)) chosen.add(step);
  }
}
