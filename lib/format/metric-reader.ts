import type { Metric } from "../entities/metric.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import { LineBlock, RECORD_FIELDS } from "./metric-lines.ts";
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
  /** Lines of the file before the bytes, which are one piece of it; none by default. */
  readonly linesBefore?: number;
  /** Somebody may be writing the file: a last line without an end is left alone, and no line at all is no problem. */
  readonly growing?: boolean;
}

/** What the reader holds after `next()`. */
export type MetricPoint = Pick<MetricReader, "timestamp" | "value" | "step" | "labels">;

/** A file of another kind that got among the metrics would have a problem on each line. */
const MAX_PROBLEMS = 100;

const LINE_FEED = 10;
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Goes over the points of a metric file without making an object a line: after `next()` returned true, the point
 * is in `timestamp`, `value` and `step`; `nextBlock()` is quicker still. Malformed lines are left out and noted in `problems`.
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
  /** Points that were read together. When they have labels, it is one point. */
  readonly block: LineBlock;

  readonly #bytes: Uint8Array;
  readonly #place: MetricPlace;
  /** Behind the last byte that is read, and behind the last line feed before it. */
  readonly #end: number;
  readonly #ordinaryEnd: number;
  #position = 0;
  /** The next point of the block. */
  #inBlock = 0;
  /** Lines that are not ordinary, up to a line feed, and how much of that has been read. */
  #text = "";
  #inText = 0;
  #line: number;
  #malformed = 0;

  /**
   * @param bytes - UTF-8, which must not change meanwhile
   * @param block - to save making one for each file
   */
  constructor(bytes: Uint8Array, place: MetricPlace, block: LineBlock = new LineBlock()) {
    this.#bytes = bytes;
    this.#place = place;
    this.block = block;
    block.length = 0;
    this.#line = place.linesBefore ?? 0;
    this.#ordinaryEnd = bytes.lastIndexOf(LINE_FEED) + 1;
    this.#end = place.growing === true ? this.#ordinaryEnd : bytes.length;
  }

  /**
   * The step by which the point of a block with labels is compared with others; undefined when it is the point's own.
   * MLflow's reader takes 0 for a line with a dataset, so its latest value of a metric, and every search, goes by that;
   * the point itself keeps the step of the file.
   */
  get rankingStep(): number | undefined {
    return this.#place.isModel !== true && this.labels.length > 0 ? 0 : undefined;
  }

  /** Lines of the file that have been read, those before the bytes included. */
  get line(): number {
    return this.#line;
  }

  /** Moves to the next point; false at the end of the file. */
  next(): boolean {
    if (this.#inBlock === this.block.length && !this.nextBlock()) return false;
    const { records } = this.block;
    this.step = records[this.#inBlock] as number;
    this.value = records[this.#inBlock + 1] as number;
    this.timestamp = records[this.#inBlock + 2] as number;
    this.#inBlock += RECORD_FIELDS;
    return true;
  }

  /** Reads the next points, one or more, to `block`; false at the end of the file. */
  nextBlock(): boolean {
    this.#inBlock = 0;
    while (this.#inText < this.#text.length || this.#position < this.#end) {
      if (this.#inText < this.#text.length) {
        if (this.#readAnyLine()) return true;
      } else if (!this.#readOrdinaryLines()) {
        this.#decodeLines();
      } else {
        return true;
      }
    }
    this.block.length = 0;
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

  #readOrdinaryLines(): boolean {
    if (this.#place.isModel === true) return false;
    this.#position = this.block.read(this.#bytes, this.#position, this.#ordinaryEnd);
    this.#line += this.block.length / RECORD_FIELDS;
    this.labels = NO_LABELS;
    return this.block.length > 0;
  }

  /** Makes text of what lies before the next line feed, which may be several lines to Python. */
  #decodeLines(): void {
    const lineFeed = this.#bytes.indexOf(LINE_FEED, this.#position);
    const end = lineFeed < 0 ? this.#end : lineFeed + 1;
    this.#text = utf8.decode(this.#bytes.subarray(this.#position, end));
    this.#inText = 0;
    this.#position = end;
  }

  /** Reads a line of whatever form, or notes what is wrong with it and returns false. */
  #readAnyLine(): boolean {
    const { end, next } = findLineEnd(this.#text, this.#inText);
    const line = this.#text.slice(this.#inText, end);
    this.#inText = next;
    this.#line++;
    try {
      this.#readFields(stripBlanks(line).split(" "));
      this.block.set(this.step, this.value, this.timestamp);
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
