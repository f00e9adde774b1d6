/** One logged point of a metric's history. */
export interface Metric {
  readonly key: string;
  /** May be Infinity or NaN: diverged runs log them. */
  readonly value: number;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
  readonly step: number;
  /** The dataset that the metric was computed on (MLflow 3). Both or neither are set. */
  readonly datasetName?: string;
  readonly datasetDigest?: string;
  /** The logged model that the point is about (MLflow 3). */
  readonly modelId?: string;
  /** The run that logged the point, on metrics of a logged model. */
  readonly runId?: string;
}

/**
 * Whether `next`, found later in the file, replaces `latest` as a metric's latest value: Python's
 * `max` over (step, timestamp, value). NaN compares false both ways, so it stays only when it comes first.
 *
 * @see MLflow 3.17 `FileStore._get_metric_from_file`
 */
export function isLater(
  next: { readonly step: number; readonly timestamp: number; readonly value: number },
  latest: { readonly step: number; readonly timestamp: number; readonly value: number },
): boolean {
  if (next.step !== latest.step) return next.step > latest.step;
  if (next.timestamp !== latest.timestamp) return next.timestamp > latest.timestamp;
  return next.value > latest.value;
}
