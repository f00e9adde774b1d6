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
  const tally = new MetricTally();
  const problems = tally.add(text, place);
  return { summary: tally.summary(), problems };
}

/** A summary in the making: a file that grows is summed up piece by piece. */
export class MetricTally {
  #count = 0;
  #nanCount = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #first = { step: 0, timestamp: 0 };
  #last = { step: 0, timestamp: 0 };
  /** Objects that the loop fills anew: making some for each of a million lines would cost more than reading them. */
  readonly #best = { step: 0, timestamp: 0, value: 0 };
  readonly #latest: { step: number; labels: readonly string[] } = { step: 0, labels: [] };
  #metric: Metric | undefined;

  /**
   * Adds the lines that follow those added before.
   *
   * @returns what is wrong with them; lines are counted from the beginning of `text`
   */
  add(text: string, place: MetricPlace): readonly TreeProblem[] {
    const reader = new MetricReader(text, place);
    if (!reader.next()) return reader.problems;
    const best = this.#best;
    const latest = this.#latest;
    if (this.#count === 0) {
      this.#first = { step: reader.step, timestamp: reader.timestamp };
      best.step = Number.NEGATIVE_INFINITY;
    }
    const point = { step: 0, timestamp: 0, value: 0 };
    let count = this.#count;
    let nanCount = this.#nanCount;
    let sum = this.#sum;
    let min = this.#min;
    let max = this.#max;
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
      this.#last.step = reader.step;
      this.#last.timestamp = reader.timestamp;
    } while (reader.next());
    this.#count = count;
    this.#nanCount = nanCount;
    this.#sum = sum;
    this.#min = min;
    this.#max = max;
    this.#metric = reader.toMetric({ ...best, ...latest });
    return reader.problems;
  }

  /** Null while there is no point. */
  summary(): MetricSummary | null {
    if (this.#metric === undefined) return null;
    const numbers = this.#count - this.#nanCount;
    return {
      latest: this.#metric,
      count: this.#count,
      nanCount: this.#nanCount,
      min: numbers === 0 ? Number.NaN : this.#min,
      max: numbers === 0 ? Number.NaN : this.#max,
      mean: this.#sum / numbers,
      firstStep: this.#first.step,
      lastStep: this.#last.step,
      firstTimestamp: this.#first.timestamp,
      lastTimestamp: this.#last.timestamp,
    };
  }
}
