import type { Metric } from "../entities/metric.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import { parsePythonFloat } from "./python-float.ts";
import { parsePythonInt } from "./python-int.ts";
import { findLineEnd, stripBlanks } from "./python-text.ts";

/** Which metric a file holds: what its lines do not say themselves, and where problems are reported. */
export interface MetricPlace {
  readonly key: string;
  /** Of the metric file, relative to the root of the tree. */
  readonly path: string;
  readonly experimentId: string;
  /** Lines are those of a logged model: `timestamp value step run [dataset digest]`. */
  readonly isModel?: boolean;
  /** The logged model that the points are about; they carry it as `modelId`. */
  readonly modelId?: string;
  /** Lines of the file before the text, which is one piece of it; none by default. */
  readonly linesBefore?: number;
  /** Somebody may be writing the file: a last line without an end is left alone, and no line at all is no problem. */
  readonly growing?: boolean;
}

/** What the reader holds after `next()`. */
export type MetricPoint = Pick<MetricReader, "timestamp" | "value" | "step" | "labels">;

/** A file of another kind that got among the metrics would have a problem on each line. */
const MAX_PROBLEMS = 100;

const MAX_EXACT = 2 ** 53;
const POWERS_OF_TEN: readonly number[] = Array.from({ length: 23 }, (_, power) => 10 ** power);

/**
 * Goes over the points of a metric file without making an object a line: after `next()` returned true, the point
 * is in `timestamp`, `value` and `step`. Malformed lines are left out and noted in `problems`.
 *
 * @see MLflow 3.17 `FileStore._get_metric_from_line` and `_get_model_metric_from_line`
 */
export class MetricReader {
  timestamp = 0;
  value = 0;
  step = 0;
  /** Fields after the step: run, for a logged model, then name and digest of the dataset. */
  labels: readonly string[] = NO_LABELS;
  readonly problems: TreeProblem[] = [];

  readonly #text: string;
  readonly #place: MetricPlace;
  readonly #end: number;
  #position = 0;
  #line: number;
  #malformed = 0;

  constructor(text: string, place: MetricPlace) {
    this.#text = text;
    this.#place = place;
    this.#line = place.linesBefore ?? 0;
    this.#end = place.growing === true ? text.lastIndexOf("\n") + 1 : text.length;
  }

  /**
   * The step by which the current point is compared with others. MLflow's reader takes 0 for a line with a dataset, so
   * its latest value of a metric, and every search, goes by that; the point itself keeps the step of the file.
   */
  get rankingStep(): number {
    return this.#place.isModel !== true && this.labels.length > 0 ? 0 : this.step;
  }

  /** Lines of the file that have been read, those before the text included. */
  get line(): number {
    return this.#line;
  }

  /** Moves to the next point; false at the end of the file. */
  next(): boolean {
    while (this.#position < this.#end) {
      this.#line++;
      if (this.#place.isModel !== true && this.#readOrdinaryLine()) {
        this.labels = NO_LABELS;
        return true;
      }
      if (this.#readAnyLine()) return true;
    }
    this.#finish();
    return false;
  }

  /** A point that the reader came by as an entity. */
  toMetric({ timestamp, value, step, labels }: MetricPoint): Metric {
    const { key, isModel, modelId } = this.#place;
    if (labels.length === 0 && modelId === undefined) return { key, value, timestamp, step };
    const [runId, datasetName, datasetDigest] = isModel === true ? labels : [undefined, ...labels];
    return {
      key,
      value,
      timestamp,
      step,
      ...(datasetName !== undefined && { datasetName, datasetDigest }),
      ...(modelId !== undefined && { modelId }),
      ...(runId !== undefined && { runId }),
    };
  }

  /**
   * Reads `digits number digits\n`, the line that MLflow writes, or returns false and stays.
   * Numbers of up to 2^53 / 10^22 are exact this way (Clinger); others go through `Number`.
   * Long, because this loop runs for each of millions of lines, and calls and fields inside of it would cost half its speed.
   */
  #readOrdinaryLine(): boolean {
    const text = this.#text;
    let at = this.#position;
    let code = text.charCodeAt(at);

    let timestamp = 0;
    const timestampStart = at;
    while (code >= 48 && code <= 57) {
      timestamp = timestamp * 10 + (code - 48);
      code = text.charCodeAt(++at);
    }
    if (at === timestampStart || code !== 32 || timestamp >= MAX_EXACT) return false;

    code = text.charCodeAt(++at);
    const valueStart = at;
    const isNegative = code === 45;
    if (isNegative) code = text.charCodeAt(++at);
    let mantissa = 0;
    let exponent = 0;
    const digitsStart = at;
    while (code >= 48 && code <= 57) {
      mantissa = mantissa * 10 + (code - 48);
      code = text.charCodeAt(++at);
    }
    if (at === digitsStart) return false;
    if (code === 46) {
      const fractionStart = at + 1;
      code = text.charCodeAt(++at);
      while (code >= 48 && code <= 57) {
        mantissa = mantissa * 10 + (code - 48);
        code = text.charCodeAt(++at);
      }
      exponent = fractionStart - at;
    }
    if (code === 101) {
      let power = 0;
      code = text.charCodeAt(++at);
      const sign = code === 45 ? -1 : 1;
      if (code === 45 || code === 43) code = text.charCodeAt(++at);
      const powerStart = at;
      while (code >= 48 && code <= 57) {
        power = power * 10 + (code - 48);
        code = text.charCodeAt(++at);
      }
      if (at === powerStart) return false;
      exponent += sign * power;
    }
    if (code !== 32) return false;
    const valueEnd = at;

    code = text.charCodeAt(++at);
    const stepIsNegative = code === 45;
    if (stepIsNegative) code = text.charCodeAt(++at);
    let step = 0;
    const stepStart = at;
    while (code >= 48 && code <= 57) {
      step = step * 10 + (code - 48);
      code = text.charCodeAt(++at);
    }
    if (at === stepStart || code !== 10 || step >= MAX_EXACT) return false;

    this.timestamp = timestamp;
    this.step = stepIsNegative ? 0 - step : step;
    if (mantissa < MAX_EXACT && exponent >= -22 && exponent <= 22) {
      const size =
        exponent < 0
          ? mantissa / (POWERS_OF_TEN[-exponent] as number)
          : mantissa * (POWERS_OF_TEN[exponent] as number);
      this.value = isNegative ? -size : size;
    } else {
      this.value = Number(text.slice(valueStart, valueEnd));
    }
    this.#position = at + 1;
    return true;
  }

  /** Reads a line of whatever form, or notes what is wrong with it and returns false. */
  #readAnyLine(): boolean {
    const { end, next } = findLineEnd(this.#text, this.#position);
    const line = this.#text.slice(this.#position, end);
    this.#position = next;
    try {
      this.#readFields(stripBlanks(line).split(" "));
      return true;
    } catch (error) {
      if (!(error instanceof MlrunsError)) throw error;
      this.#malformed++;
      if (this.#malformed <= MAX_PROBLEMS) this.#note(error.message, this.#line);
      return false;
    }
  }

  #readFields(fields: readonly string[]): void {
    const [timestamp = "", value = "", step] = fields;
    this.#checkCount(fields.length);
    this.timestamp = parsePythonInt(timestamp);
    this.value = parsePythonFloat(value);
    this.labels = fields.slice(3);
    this.step = this.#readStep(step);
  }

  /**
   * MLflow takes the step of a line with a dataset for 0, though it wrote the step there. We keep what the file says;
   * only when that is no step at all, it is 0.
   */
  #readStep(step: string | undefined): number {
    if (step === undefined) return 0;
    try {
      return parsePythonInt(step);
    } catch (error) {
      if (this.labels.length === 2) return 0;
      throw error;
    }
  }

  #checkCount(count: number): void {
    const isModel = this.#place.isModel === true;
    if (isModel ? count === 4 || count === 6 : count === 2 || count === 3 || count === 5) return;
    const found = `persisted metric data contained ${count} fields.`;
    throw new MlrunsError(
      "INTERNAL_ERROR",
      isModel
        ? `${found} Expected 4 or 6 fields.`
        : `${found} Expected 2, 3, or 5 fields. Experiment id: ${this.#place.experimentId}`,
    );
  }

  #finish(): void {
    if (this.#line === 0 && this.#place.growing !== true) this.#note("No data found.");
    const unnamed = this.#malformed - MAX_PROBLEMS;
    if (unnamed > 0) this.#note(`${unnamed} more lines like these`);
    this.#malformed = 0;
  }

  #note(message: string, line?: number): void {
    const separator = message === "No data found." ? "." : ";";
    this.problems.push({
      path: this.#place.path,
      ...(line !== undefined && { line }),
      message: `Metric '${this.#place.key}' is malformed${separator} ${message}`,
    });
  }
}

const NO_LABELS: readonly string[] = [];
