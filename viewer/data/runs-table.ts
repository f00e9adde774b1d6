import type { TreeProblem } from "../../lib/errors.ts";
import {
  type DictionaryColumn,
  decodeNumber,
  type JsonNumber,
  type MetricColumn,
  type ReadingState,
  type RunsFile,
} from "../../lib/wire/data-files.ts";

/** A text column: each distinct value once, -1 where a row has none. */
export interface TextColumn {
  readonly values: readonly string[];
  readonly codes: Int32Array;
}

/** A metric over the rows. A row has the metric when its `count` is above 0; its value may be NaN all the same. */
export interface MetricColumns {
  readonly last: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  readonly step: Float64Array;
  readonly count: Float64Array;
}

/** What a metric column can show of a history. */
export const METRIC_FIELDS = ["last", "min", "max", "mean", "step", "count"] as const;
export type MetricField = (typeof METRIC_FIELDS)[number];

/** `status` of a row whose run could not be read; the other numbers are indexes into `RUN_STATUSES`. */
export const UNREADABLE = 5;

/** The runs of one or more experiments, by column. Rows are numbers; nothing is made per row. */
export interface RunsTable {
  /** Rows that are here. */
  readonly length: number;
  /** Rows there are, chunks that are still on their way included. */
  readonly total: number;
  /** Set while the server is still reading the tree: then some rows have no params, tags and metrics yet. */
  readonly reading?: ReadingState;
  readonly runIds: readonly string[];
  readonly names: readonly string[];
  readonly status: Uint8Array;
  readonly deleted: Uint8Array;
  /** Milliseconds since the epoch; NaN where there is none. */
  readonly startTime: Float64Array;
  readonly endTime: Float64Array;
  readonly lastWrite: Float64Array;
  /** Ids of the experiments. */
  readonly experiment: TextColumn;
  readonly experimentName: TextColumn;
  /** Keys of the roots; empty when there is only one. */
  readonly root: TextColumn;
  readonly user: TextColumn;
  readonly parent: TextColumn;
  readonly datasets: TextColumn;
  readonly models: TextColumn;
  readonly params: ReadonlyMap<string, TextColumn>;
  readonly tags: ReadonlyMap<string, TextColumn>;
  readonly metrics: ReadonlyMap<string, MetricColumns>;
  /** By run id, of unreadable runs and of runs with broken files. */
  readonly problems: ReadonlyMap<string, readonly TreeProblem[]>;
  /** By run id, the keys of the other roots that have a run of this id. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
}

/** A runs file as a table, and where the next one is. */
export interface RunsChunk {
  readonly table: RunsTable;
  readonly next: string | null;
  readonly isFirstGlance?: boolean;
}

export function decodeChunk(file: RunsFile): RunsChunk {
  return { table: decodeRuns(file), next: file.next, isFirstGlance: file.isFirstGlance ?? false };
}

/** Turns a runs file into a table: numbers into typed arrays, unreadable runs into rows at the end. */
export function decodeRuns(file: RunsFile): RunsTable {
  const readable = file.runIds.length;
  const broken = file.unreadable;
  const length = readable + broken.length;
  const text = (column: DictionaryColumn): TextColumn => decodeText(column, length);
  return {
    length,
    total: file.total + broken.length,
    ...(file.reading && { reading: file.reading }),
    runIds: [...file.runIds, ...broken.map((run) => run.runId)],
    names: [...file.names, ...broken.map(() => "")],
    status: Uint8Array.from({ length }, (_, row) => file.status[row] ?? UNREADABLE),
    deleted: Uint8Array.from({ length }, (_, row) => file.deleted[row] ?? 0),
    startTime: decodeTimes(file.startTime, length),
    endTime: decodeTimes(file.endTime, length),
    lastWrite: decodeTimes(file.lastWrite, length),
    experiment: sameText(file.experimentId, length),
    experimentName: sameText(file.experimentName, length),
    root: sameText(file.root, length),
    user: text(file.user),
    parent: text(file.parent),
    datasets: text(file.datasets),
    models: text(file.models),
    params: mapOf(file.params, text),
    tags: mapOf(file.tags, text),
    metrics: mapOf(file.metrics, (column) => decodeMetric(column, length)),
    problems: problemsOf(file),
    copies: new Map(file.copies?.map(({ runId, roots }) => [runId, roots])),
  };
}

/** Buffers of a table that a worker hands over instead of copying. */
export function transferables(table: RunsTable): ArrayBuffer[] {
  const { experiment, experimentName, root, user, parent, datasets, models } = table;
  const texts = [experiment, experimentName, root, user, parent, datasets, models];
  const arrays = [
    table.status,
    table.deleted,
    table.startTime,
    table.endTime,
    table.lastWrite,
    ...[...texts, ...table.params.values(), ...table.tags.values()].map((column) => column.codes),
    ...[...table.metrics.values()].flatMap((metric) => METRIC_FIELDS.map((f) => metric[f])),
  ];
  return arrays.map((array) => array.buffer as ArrayBuffer);
}

export const EMPTY_TABLE: RunsTable = decodeRuns({
  experimentId: "",
  experimentName: "",
  total: 0,
  offset: 0,
  next: null,
  runIds: [],
  names: [],
  status: [],
  deleted: [],
  startTime: [],
  endTime: [],
  lastWrite: [],
  user: { values: [], codes: [] },
  parent: { values: [], codes: [] },
  params: {},
  tags: {},
  metrics: {},
  datasets: { values: [], codes: [] },
  models: { values: [], codes: [] },
  unreadable: [],
  warnings: [],
});

/** One text for all rows, or none. */
function sameText(text: string | undefined, length: number): TextColumn {
  return text === undefined
    ? { values: [], codes: new Int32Array(length).fill(-1) }
    : { values: [text], codes: new Int32Array(length) };
}

function decodeText(column: DictionaryColumn, length: number): TextColumn {
  const codes = new Int32Array(length).fill(-1);
  codes.set(column.codes);
  return { values: column.values, codes };
}

function decodeTimes(times: readonly (number | null)[], length: number): Float64Array {
  return Float64Array.from({ length }, (_, row) => times[row] ?? Number.NaN);
}

function decodeMetric(column: MetricColumn, length: number): MetricColumns {
  const values = (field: Exclude<MetricField, "count">) => () =>
    decodeValues(column[field], length);
  const metric = {
    last: decodeValues(column.last, length),
    count: decodeCounts(column.count, length),
  };
  for (const field of ["min", "max", "mean", "step"] as const) later(metric, field, values(field));
  return metric as MetricColumns;
}

/** A property that is made when it is first read: most columns of a table are never shown. */
function later(object: object, name: string, make: () => Float64Array): void {
  const get = (): Float64Array => {
    const value = make();
    Object.defineProperty(object, name, { value, enumerable: true });
    return value;
  };
  Object.defineProperty(object, name, { get, enumerable: true, configurable: true });
}

function decodeValues(values: readonly (JsonNumber | null)[], length: number): Float64Array {
  const decoded = new Float64Array(length).fill(Number.NaN);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value !== null && value !== undefined) decoded[row] = decodeNumber(value);
  }
  return decoded;
}

function decodeCounts(counts: readonly (number | null)[], length: number): Float64Array {
  const decoded = new Float64Array(length);
  for (let row = 0; row < counts.length; row++) decoded[row] = counts[row] ?? 0;
  return decoded;
}

function mapOf<From, To>(
  dictionary: { readonly [key: string]: From },
  convert: (from: From) => To,
): Map<string, To> {
  return new Map(Object.entries(dictionary).map(([key, value]) => [key, convert(value)]));
}

function problemsOf(file: RunsFile): Map<string, TreeProblem[]> {
  const problems = new Map<string, TreeProblem[]>();
  for (const { runId, problem } of [...file.unreadable, ...file.warnings]) {
    const known = problems.get(runId);
    if (known === undefined) problems.set(runId, [problem]);
    else known.push(problem);
  }
  return problems;
}
