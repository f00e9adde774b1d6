import { isLater, type Metric } from "../entities/metric.ts";
import type { TreeProblem } from "../errors.ts";
import { type MetricPlace, MetricReader } from "./metric-reader.ts";

/** What a table of runs shows of a metric. */
export interface MetricSummary {
  /** The greatest point by (step, timestamp, value): MLflow's value of the metric. */
  readonly latest: Metric;
  /** Points, those with NaN included. */
  readonly count: number;
  readonly nanCount: number;
  /** Least, greatest and mean value of the points that are not NaN; NaN when there is none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Step and time (milliseconds since the epoch) of the first and the last point of the file, which is in logging order. */
  readonly firstStep: number;
  readonly lastStep: number;
  readonly firstTimestamp: number;
  readonly lastTimestamp: number;
}

/**
 * Reads a metric file in one pass. `summary` is null when the file has no readable point.
 * It never throws: malformed lines are left out and reported.
 */
export function summarizeMetric(
  text: string,
  place: MetricPlace,
): { readonly summary: MetricSummary | null; readonly problems: readonly TreeProblem[] } {
  const reader = new MetricReader(text, place);
  if (!reader.next()) return { summary: null, problems: reader.problems };

  const { step: firstStep, timestamp: firstTimestamp } = reader;
  // Objects that the loop fills anew: making some for each of a million lines would cost more than reading them.
  const latest = { step: firstStep, labels: reader.labels };
  const best = { step: reader.rankingStep, timestamp: firstTimestamp, value: reader.value };
  const point = { ...best };
  let lastStep = firstStep;
  let lastTimestamp = firstTimestamp;
  let count = 0;
  let nanCount = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  do {
    const value = reader.value;
    count++;
    if (Number.isNaN(value)) {
      nanCount++;
    } else {
      sum += value;
      if (value < min) min = value;
      if (value > max) max = value;
    }
    lastStep = reader.step;
    lastTimestamp = reader.timestamp;
    point.step = reader.rankingStep;
    point.timestamp = reader.timestamp;
    point.value = value;
    if (isLater(point, best)) {
      best.step = point.step;
      best.timestamp = point.timestamp;
      best.value = value;
      latest.step = reader.step;
      latest.labels = reader.labels;
    }
  } while (reader.next());

  const numbers = count - nanCount;
  return {
    summary: {
      latest: reader.toMetric({ ...best, ...latest }),
      count,
      nanCount,
      min: numbers === 0 ? Number.NaN : min,
      max: numbers === 0 ? Number.NaN : max,
      mean: sum / numbers,
      firstStep,
      lastStep,
      firstTimestamp,
      lastTimestamp,
    },
    problems: reader.problems,
  };
}
