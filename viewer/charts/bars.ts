import type { StyledRun } from "./chart-run.ts";

export interface Bar {
  readonly run: StyledRun;
  readonly value: number;
  /** Percent of the track. */
  readonly left: number;
  readonly width: number;
}

/** Bars never get thinner than this, so that a zero can be seen. */
const LEAST_WIDTH = 0.6;

/** Bars from zero, the greatest value first, NaN last; all on one scale that has room for zero. */
export function barsOf(runs: readonly StyledRun[], metric: string): Bar[] {
  const values = runs.flatMap((run) => {
    const brief = run.metrics.get(metric);
    return brief === undefined ? [] : [{ run, value: brief.last }];
  });
  const finite = values.map(({ value }) => value).filter(Number.isFinite);
  const low = Math.min(0, ...finite);
  const high = Math.max(0, ...finite);
  const span = high - low || 1;
  return values
    .sort((a, b) => rank(b.value) - rank(a.value))
    .map(({ run, value }) => {
      const end = Number.isNaN(value) ? 0 : Math.max(low, Math.min(high, value));
      const left = ((Math.min(0, end) - low) / span) * 100;
      return { run, value, left, width: Math.max(LEAST_WIDTH, (Math.abs(end) / span) * 100) };
    });
}

function rank(value: number): number {
  return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
}
