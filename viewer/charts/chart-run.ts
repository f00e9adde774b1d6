import type { LineStyle } from "./line-styles.ts";

/** A run as charts see it. */
export interface ChartRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly metrics: ReadonlyMap<string, MetricBrief>;
}

/** What is known of a metric before its history is read. */
export interface MetricBrief {
  /** Points of the history. */
  readonly count: number;
  readonly last: number;
  readonly step: number;
}

export interface StyledRun extends ChartRun {
  readonly style: LineStyle;
}

/** Runs that are drawn as one line with a band. */
export interface ChartGroup {
  readonly id: string;
  readonly name: string;
  readonly runIds: readonly string[];
  readonly style: LineStyle;
}
