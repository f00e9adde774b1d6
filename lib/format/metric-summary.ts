import type { Metric } from "../entities/metric.ts";
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

/** Numbers that a summary is made of. */
export const SUMMARY_FIELDS = 12;

/** Read by one tally after the other. */
const block = new LineBlock();

/** A summary in the making: a file that grows is summed up piece by piece. */
export class MetricTally {
  #count = 0;
  #nanCount = 0;
  #sum = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #firstStep = 0;
  #firstTimestamp = 0;
  #lastStep = 0;
  #lastTimestamp = 0;
  /** The greatest point as MLflow compares them, and what its line says. */
  #bestStep = Number.NEGATIVE_INFINITY;
  #bestTimestamp = 0;
  #bestValue = 0;
  #latestStep = 0;
  #latestLabels: readonly string[] = [];
  #metric: Metric | undefined;

  /**
   * Adds the lines that follow those added before.
   *
   * @param bytes - UTF-8
   * @returns what is wrong with them; lines are counted from the beginning of `bytes`
   */
  add(bytes: Uint8Array, place: MetricPlace): readonly TreeProblem[] {
    const reader = new MetricReader(bytes, place, block);
    while (reader.nextBlock()) this.#addBlock(block, reader.labels, reader.rankingStep);
    if (this.#count > 0) {
      this.#metric = reader.toMetric({
        timestamp: this.#bestTimestamp,
        value: this.#bestValue,
        step: this.#latestStep,
        labels: this.#latestLabels,
      });
    }
    return reader.problems;
  }

  /**
   * Sums up a file of ordinary lines, and nothing else, without making an object of it.
   *
   * @param length - of the file: what stands behind it in `bytes` is not looked at
   * @param numbers - takes those of the summary from `at` on, in the order in which `MetricSummary` has them; first value,
   *   timestamp and step of the latest point
   * @returns false when there is another line, or none: then nothing is written
   */
  static sumPlain(bytes: Uint8Array, length: number, numbers: Float64Array, at: number): boolean {
    if (length === 0 || bytes[length - 1] !== LINE_FEED) return false;
    const tally = new MetricTally();
    for (let position = 0; position < length; ) {
      position = block.read(bytes, position, length);
      if (block.length === 0) return false;
      tally.#addBlock(block, NO_LABELS, undefined);
    }
    tally.#write(numbers, at);
    return true;
  }

  #addBlock(
    { records, length }: LineBlock,
    labels: readonly string[],
    rankingStep: number | undefined,
  ): void {
    if (this.#count === 0) {
      this.#firstStep = records[0] as number;
      this.#firstTimestamp = records[2] as number;
    }
    let nanCount = this.#nanCount;
    let sum = this.#sum;
    let min = this.#min;
    let max = this.#max;
    let bestStep = this.#bestStep;
    let bestTimestamp = this.#bestTimestamp;
    let bestValue = this.#bestValue;
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
      // As `isLater` has it. A call for each of millions of points would cost as much as all the rest.
      const step = rankingStep ?? (records[at] as number);
      if (step < bestStep) continue;
      const timestamp = records[at + 2] as number;
      if (step === bestStep) {
        if (timestamp < bestTimestamp) continue;
        if (timestamp === bestTimestamp && !(value > bestValue)) continue;
      }
      bestStep = step;
      bestTimestamp = timestamp;
      bestValue = value;
      bestAt = at;
    }
    this.#count += length / RECORD_FIELDS;
    this.#nanCount = nanCount;
    this.#sum = sum;
    this.#min = min;
    this.#max = max;
    if (bestAt >= 0) {
      this.#bestStep = bestStep;
      this.#bestTimestamp = bestTimestamp;
      this.#bestValue = bestValue;
      this.#latestStep = records[bestAt] as number;
      this.#latestLabels = labels;
    }
    const last = length - RECORD_FIELDS;
    this.#lastStep = records[last] as number;
    this.#lastTimestamp = records[last + 2] as number;
  }

  #write(numbers: Float64Array, at: number): void {
    const isNumber = this.#count > this.#nanCount;
    numbers[at] = this.#bestValue;
    numbers[at + 1] = this.#bestTimestamp;
    numbers[at + 2] = this.#latestStep;
    numbers[at + 3] = this.#count;
    numbers[at + 4] = this.#nanCount;
    numbers[at + 5] = isNumber ? this.#min : Number.NaN;
    numbers[at + 6] = isNumber ? this.#max : Number.NaN;
    numbers[at + 7] = this.#sum / (this.#count - this.#nanCount);
    numbers[at + 8] = this.#firstStep;
    numbers[at + 9] = this.#lastStep;
    numbers[at + 10] = this.#firstTimestamp;
    numbers[at + 11] = this.#lastTimestamp;
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
      firstStep: this.#firstStep,
      lastStep: this.#lastStep,
      firstTimestamp: this.#firstTimestamp,
      lastTimestamp: this.#lastTimestamp,
    };
  }
}

const LINE_FEED = 10;
const NO_LABELS: readonly string[] = [];
