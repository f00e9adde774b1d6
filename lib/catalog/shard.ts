import type { LifecycleStage } from "../entities/lifecycle.ts";
import type { Metric } from "../entities/metric.ts";
import { compareText } from "../entities/record.ts";
import type { Run, RunInfo, RunStatus } from "../entities/run.ts";
import type { TreeProblem } from "../errors.ts";
import type { MetricSummary } from "../format/metric-summary.ts";
import type { RunRecord } from "../store/read-run.ts";
import {
  grown,
  METRIC_FIELDS,
  MetricColumn,
  MISSING,
  type NumberColumn,
  TextColumn,
} from "./columns.ts";
import { isSameLayout, type Layout, type RunEntry } from "./entry.ts";
import type { PlainRun } from "./plain-run.ts";
import {
  GROUPS,
  type Group,
  NO_PARTS,
  type ShardParts,
  TEXTS,
  type TextName,
} from "./shard-parts.ts";

/**
 * The runs of one experiment in columns, with texts kept once: half the memory of objects, quick to load and to search. A
 * row whose meta.yaml cannot be read has no status, and its problems only.
 */
export class Shard {
  readonly experimentId: string;
  readonly runIds: string[];
  readonly texts: Readonly<Record<TextName, TextColumn>>;
  readonly keyed: Readonly<Record<Group, Map<string, TextColumn>>>;
  readonly metrics: Map<string, MetricColumn>;
  readonly startTime: NumberColumn;
  /** NaN while a run goes on. */
  readonly endTime: NumberColumn;
  /** Where a row's stamps begin in `stamps`. */
  readonly stampStart: NumberColumn;
  stamps: Float64Array;
  stampsUsed: number;
  /** Runs whose files had changed so shortly before they were read that they may have changed again unseen. */
  readonly unsettled: Set<string> = new Set();
  /** Runs of which only meta.yaml was read so far; they are unsettled, too. */
  readonly sketches: Set<string> = new Set();
  readonly #rows = new Map<string, number>();
  readonly #layouts: Layout[] = [];
  #printed: { readonly layout: Layout; readonly text: string } | undefined;
  readonly #sortedColumns = new Map<unknown, readonly unknown[]>();

  constructor(experimentId: string, parts: ShardParts = NO_PARTS()) {
    this.experimentId = experimentId;
    this.runIds = parts.runIds;
    this.texts = Object.fromEntries(
      TEXTS.map((name, index) => [name, parts.texts[index] ?? new TextColumn()]),
    ) as Record<TextName, TextColumn>;
    this.keyed = { params: new Map(), tags: new Map(), labels: new Map() };
    for (const [group, key, column] of parts.keyed) {
      this.keyed[GROUPS[group] as Group].set(key, column);
    }
    this.metrics = new Map(parts.metrics);
    this.startTime = parts.startTime;
    this.endTime = parts.endTime;
    this.stampStart = parts.stampStart;
    this.stamps = parts.stamps;
    this.stampsUsed = parts.stamps.length;
    for (const [row, runId] of this.runIds.entries()) this.#rows.set(runId, row);
  }

  get count(): number {
    return this.runIds.length;
  }

  /** The row of a run. */
  find(runId: string): number | undefined {
    return this.#rows.get(runId);
  }

  isReadable(row: number): boolean {
    return this.texts.status.get(row) !== undefined;
  }

  /** Which files the row's stamps belong to. */
  layout(row: number): Layout {
    const code = this.texts.layout.codes[row] ?? MISSING;
    if (code === MISSING) return NO_LAYOUT;
    this.#layouts[code] ??= JSON.parse(this.texts.layout.get(row) ?? "") as Layout;
    return this.#layouts[code];
  }

  /** Adds or replaces a run. @returns whether it is new or its data have changed */
  put(entry: RunEntry): boolean {
    const known = this.#rows.get(entry.runId);
    const row = known ?? this.#addRow(entry.runId);
    const { record } = entry;
    const info = record?.run.info;
    let changed = this.sketches.delete(entry.runId) || known === undefined;
    const set = (name: TextName, text: string | null | undefined): void => {
      changed = this.texts[name].set(row, text ?? undefined) || changed;
    };
    changed = this.#setInfo(row, info) || changed;
    set(
      "inputs",
      toJson(
        record?.run.inputs,
        (inputs) => inputs.datasetInputs.length + inputs.modelInputs.length,
      ),
    );
    set(
      "outputs",
      toJson(record?.run.outputs, (outputs) => outputs.modelOutputs.length),
    );
    set(
      "problems",
      toJson(entry.problems, (problems) => problems.length),
    );
    changed = this.#setKeyed("params", row, record?.run.data.params) || changed;
    changed = this.#setKeyed("tags", row, record?.run.data.tags) || changed;
    changed = this.#setMetrics(row, record?.summaries) || changed;
    this.#setStamps(row, entry);
    return changed;
  }

  /** Adds a run that has no row yet. */
  add({ info, files, texts, numbers, stamps, isSettled }: PlainRun): void {
    const row = this.#addRow(info.runId);
    this.#setInfo(row, info);
    let at = 0;
    for (const key of files.tags) this.#keyColumn("tags", key).set(row, texts[at++]);
    for (const key of files.params) this.#keyColumn("params", key).set(row, texts[at++]);
    at = 0;
    for (const key of files.metrics) {
      this.#metricColumn(key).setNumbers(row, numbers, at);
      at += METRIC_FIELDS;
    }
    this.#setStamps(row, { runId: info.runId, layout: files.layout, stamps, isSettled });
  }

  /** Adds a run of which nothing else is known yet. */
  sketch(info: RunInfo): void {
    this.#setInfo(this.#addRow(info.runId), info);
    this.noteSketch(info.runId);
  }

  /** Notes that nothing else is known yet of a run that has a row. */
  noteSketch(runId: string): void {
    this.sketches.add(runId);
    this.unsettled.add(runId);
  }

  remove(runId: string): void {
    this.sketches.delete(runId);
    const row = this.#rows.get(runId);
    if (row === undefined) return;
    const last = this.runIds.length - 1;
    for (const column of this.#columns()) column.move(last, row);
    const lastId = this.runIds[last] as string;
    this.runIds[row] = lastId;
    this.runIds.pop();
    this.#rows.set(lastId, row);
    this.#rows.delete(runId);
    this.unsettled.delete(runId);
  }

  /** Takes in the rows of another shard; runs that both have are the other's. */
  absorb(other: Shard): void {
    for (const runId of other.runIds) this.remove(runId);
    const at = this.count;
    for (const runId of other.runIds) this.#addRow(runId);
    const { count } = other;
    for (const name of TEXTS) this.texts[name].append(other.texts[name], at, count);
    for (const group of GROUPS) {
      for (const [key, column] of other.keyed[group]) {
        this.#keyColumn(group, key).append(column, at, count);
      }
    }
    for (const [key, column] of other.metrics) this.#metricColumn(key).append(column, at, count);
    this.startTime.append(other.startTime, at, count);
    this.endTime.append(other.endTime, at, count);
    this.stampStart.append(other.stampStart, at, count);
    for (let row = at; row < at + count; row++) {
      this.stampStart.set(row, this.stampStart.get(row) + this.stampsUsed);
    }
    this.stamps = grown(this.stamps, this.stampsUsed + other.stampsUsed);
    this.stamps.set(other.stamps.subarray(0, other.stampsUsed), this.stampsUsed);
    this.stampsUsed += other.stampsUsed;
    for (const runId of other.unsettled) this.unsettled.add(runId);
    for (const runId of other.sketches) this.sketches.add(runId);
  }

  /** A row as the store read it; undefined when it could not be read. */
  record(row: number): RunRecord | undefined {
    const run = this.run(row);
    if (run === undefined) return undefined;
    const summaries: { [key: string]: MetricSummary } = Object.create(null);
    for (const latest of run.data.latestMetrics) {
      const summary = this.metrics.get(latest.key)?.get(row, latest);
      if (summary !== undefined) summaries[latest.key] = summary;
    }
    return { run, summaries, problems: this.problems(row) };
  }

  /** The run of a row; undefined when it could not be read. */
  run(row: number): Run | undefined {
    const { texts } = this;
    const runId = this.runIds[row] as string;
    const status = texts.status.get(row);
    if (status === undefined) return undefined;
    const metrics: { [key: string]: number } = Object.create(null);
    const latestMetrics = this.#latest(row);
    for (const { key, value } of latestMetrics) metrics[key] = value;
    const endTime = this.endTime.get(row);
    return {
      info: {
        runId,
        experimentId: this.experimentId,
        runName: texts.runName.get(row) ?? "",
        userId: texts.userId.get(row) ?? "",
        status: status as RunStatus,
        startTime: this.startTime.get(row),
        endTime: Number.isNaN(endTime) ? null : endTime,
        lifecycleStage: texts.lifecycleStage.get(row) as LifecycleStage,
        artifactUri: this.artifactUri(row),
      },
      data: {
        metrics,
        params: this.#dictionary(this.keyed.params, row),
        tags: this.#dictionary(this.keyed.tags, row),
        latestMetrics,
      },
      inputs: parseOr(texts.inputs.get(row), { datasetInputs: [], modelInputs: [] }),
      outputs: parseOr(texts.outputs.get(row), { modelOutputs: [] }),
    };
  }

  problems(row: number): readonly TreeProblem[] {
    return parseOr(this.texts.problems.get(row), []);
  }

  artifactUri(row: number): string | null {
    const uri = this.texts.artifactUri.get(row);
    return uri?.replaceAll(RUN_ID_MARK, this.runIds[row] as string) ?? null;
  }

  #latest(row: number): Metric[] {
    const found: Metric[] = [];
    for (const [key, column] of this.#sorted(this.metrics)) {
      const latest = column.latest(row, key);
      if (latest === undefined) continue;
      const labels = this.keyed.labels.get(key)?.get(row);
      found.push(labels === undefined ? latest : { ...latest, ...JSON.parse(labels) });
    }
    return found;
  }

  #dictionary(columns: Map<string, TextColumn>, row: number): { [key: string]: string } {
    const dictionary: { [key: string]: string } = Object.create(null);
    for (const [key, column] of this.#sorted(columns)) {
      const value = column.get(row);
      if (value !== undefined) dictionary[key] = value;
    }
    return dictionary;
  }

  /** Columns in the order of their keys. */
  #sorted<Column>(columns: Map<string, Column>): readonly (readonly [string, Column])[] {
    const known = this.#sortedColumns.get(columns) as readonly (readonly [string, Column])[];
    if (known?.length === columns.size) return known;
    const sorted = [...columns].sort(([a], [b]) => compareText(a, b));
    this.#sortedColumns.set(columns, sorted);
    return sorted;
  }

  #setInfo(row: number, info: RunInfo | undefined): boolean {
    const { texts } = this;
    const uri = info?.artifactUri?.replaceAll(info.runId, RUN_ID_MARK);
    // All of them, whichever has changed.
    const changes = [
      texts.runName.set(row, info?.runName),
      texts.userId.set(row, info?.userId),
      texts.status.set(row, info?.status),
      texts.lifecycleStage.set(row, info?.lifecycleStage),
      texts.artifactUri.set(row, uri),
      this.startTime.set(row, info?.startTime ?? Number.NaN),
      this.endTime.set(row, info?.endTime ?? Number.NaN),
    ];
    return changes.includes(true);
  }

  #addRow(runId: string): number {
    const row = this.runIds.push(runId) - 1;
    this.#rows.set(runId, row);
    return row;
  }

  #setKeyed(group: Group, row: number, values: { readonly [key: string]: string } = {}): boolean {
    let changed = false;
    for (const key of Object.keys(values)) {
      changed = this.#keyColumn(group, key).set(row, values[key]) || changed;
    }
    for (const [key, column] of this.keyed[group]) {
      if (values[key] === undefined) changed = column.set(row, undefined) || changed;
    }
    return changed;
  }

  #setMetrics(row: number, summaries: { readonly [key: string]: MetricSummary } = {}): boolean {
    let changed = false;
    const labels: { [key: string]: string } = Object.create(null);
    for (const key of Object.keys(summaries)) {
      const summary = summaries[key] as MetricSummary;
      changed = this.#metricColumn(key).set(row, summary) || changed;
      if (Object.keys(summary.latest).length > POINT_KEYS)
        labels[key] = printLabels(summary.latest);
    }
    for (const [key, column] of this.metrics) {
      if (summaries[key] === undefined) changed = column.set(row, undefined) || changed;
    }
    return this.#setKeyed("labels", row, labels) || changed;
  }

  #setStamps(row: number, { runId, layout, stamps, isSettled }: Stamped): void {
    const before = this.texts.layout.codes[row];
    this.texts.layout.set(row, this.#printLayout(layout));
    if (this.texts.layout.codes[row] !== before) {
      this.stampStart.set(row, this.stampsUsed);
      this.stampsUsed += stamps.length;
      this.stamps = grown(this.stamps, this.stampsUsed);
    }
    this.stamps.set(stamps, this.stampStart.get(row));
    if (isSettled) this.unsettled.delete(runId);
    else this.unsettled.add(runId);
  }

  /** Runs that are read one after the other mostly have the same files. */
  #printLayout(layout: Layout): string {
    const before = this.#printed;
    if (before?.layout === layout) return before.text;
    const isSame = before !== undefined && isSameLayout(before.layout, layout);
    const text = isSame ? before.text : JSON.stringify(layout);
    this.#printed = { layout, text };
    return text;
  }

  #keyColumn(group: Group, key: string): TextColumn {
    const columns = this.keyed[group];
    const known = columns.get(key);
    if (known !== undefined) return known;
    const column = new TextColumn();
    columns.set(key, column);
    return column;
  }

  #metricColumn(key: string): MetricColumn {
    const known = this.metrics.get(key);
    if (known !== undefined) return known;
    const column = new MetricColumn();
    this.metrics.set(key, column);
    return column;
  }

  *#columns(): Generator<{ move(from: number, to: number): void }> {
    yield* Object.values(this.texts);
    for (const group of GROUPS) yield* this.keyed[group].values();
    yield* this.metrics.values();
    yield* [this.startTime, this.endTime, this.stampStart];
  }
}

/** What a row's stamps are made from. */
type Stamped = Pick<RunEntry, "runId" | "layout" | "isSettled"> & {
  readonly stamps: ArrayLike<number>;
};

/** Of a row that no file was read for. */
const NO_LAYOUT: Layout = { paths: [], metricsStart: 0, paramsStart: 0 };

/** Stands for the run's id in its artifact URI, so that most runs of an experiment share one text. No path has it. */
const RUN_ID_MARK = "\0";

/** Key, value, timestamp and step: most points have nothing else. */
const POINT_KEYS = 4;

function printLabels({ key: _, value: __, timestamp: ___, step: ____, ...rest }: Metric): string {
  return JSON.stringify(rest);
}

function toJson<Value>(
  value: Value | undefined,
  size: (value: Value) => number,
): string | undefined {
  return value === undefined || size(value) === 0 ? undefined : JSON.stringify(value);
}

function parseOr<Value>(json: string | undefined, otherwise: Value): Value {
  return json === undefined ? otherwise : (JSON.parse(json) as Value);
}
