import { isLater, type Metric } from "../entities/metric.ts";
import type { TreeProblem } from "../errors.ts";
import { LineBlock, RECORD_FIELDS } from "./metric-lines.ts";
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
  const problems = tally.add(new TextEncoder().encode(text), place);
  return { summary: tally.summary(), problems };
}

type Point = Pick<Metric, "step" | "timestamp" | "value">;

/** Read by one tally after the other. */
const block = new LineBlock();

/** A summary in the making: a file that grows is summed up piece by piece. */
export class MetricTally {
  #count = 0;
  #nanCount = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #first = { step: 0, timestamp: 0 };
  #last = { step: 0, timestamp: 0 };
  /** The greatest point as MLflow compares them, and what its line says. */
  #best: Point = { step: Number.NEGATIVE_INFINITY, timestamp: 0, value: 0 };
  #latest: { readonly step: number; readonly labels: readonly string[] } = { step: 0, labels: [] };
  #metric: Metric | undefined;

  /**
   * Adds the lines that follow those added before.
   *
   * @param bytes - UTF-8
   * @returns what is wrong with them; lines are counted from the beginning of `bytes`
   */
  add(bytes: Uint8Array, place: MetricPlace): readonly TreeProblem[] {
    const reader = new MetricReader(bytes, place, block);
    while (reader.nextBlock()) this.#addBlock(reader);
    if (this.#count > 0) {
      const { timestamp, value } = this.#best;
      const { step, labels } = this.#latest;
      this.#metric = reader.toMetric({ timestamp, value, step, labels });
    }
    return reader.problems;
  }

  #addBlock({ block, labels, rankingStep }: MetricReader): void {
    const { records, length } = block;
    if (this.#count === 0) {
      this.#first = { step: records[0] as number, timestamp: records[2] as number };
    }
    let nanCount = this.#nanCount;
    let sum = this.#sum;
    let min = this.#min;
    let max = this.#max;
    let best = this.#best;
    let bestAt = -1;
    for (let at = 0; at < length; at += RECORD_FIELDS) {
      const value = records[at + 1] as number;
      if (Number.isNaN(value)) {
        nanCount++;
      } else {
        sum += value;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      const step = rankingStep ?? (records[at] as number);
      const point = { step, timestamp: records[at + 2] as number, value };
      if (!isLater(point, best)) continue;
      best = point;
      bestAt = at;
    }
    this.#count += length / RECORD_FIELDS;
    this.#nanCount = nanCount;
    this.#sum = sum;
    this.#min = min;
    this.#max = max;
    if (bestAt >= 0) {
      this.#best = best;
      this.#latest = { step: records[bestAt] as number, labels };
    }
    const last = length - RECORD_FIELDS;
    this.#last = { step: records[last] as number, timestamp: records[last + 2] as number };
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
