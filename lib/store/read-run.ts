import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { Metric } from "../entities/metric.ts";
import { toDictionary } from "../entities/record.ts";
import {
  isTerminated,
  type Run,
  type RunInfo,
  type RunInputs,
  type RunOutputs,
} from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { invalidParameter, MlrunsError, type TreeProblem } from "../errors.ts";
import type { MetricPlace } from "../format/metric-reader.ts";
import { type MetricSummary, MetricTally } from "../format/metric-summary.ts";
import { parseRunMeta, type RunMeta } from "../format/run-meta.ts";
import { FootprintRecorder } from "../tree/footprint.ts";
import { META_FILE, runPaths } from "../tree/layout.ts";
import { checkText, readPatiently, readPiece, readText } from "../tree/read.ts";
import { type KeyFile, walkKeys } from "../tree/walk.ts";
import { readInputs, readOutputs } from "./inputs.ts";
import { collecting, type RunPlace, type Store, treePath } from "./store.ts";

/** A run as it was read: what could not be read is missing in it and named in `problems`. */
export interface RunRecord {
  readonly run: Run;
  /** Per metric, by key: count, extremes and mean over its history. */
  readonly summaries: { readonly [key: string]: MetricSummary };
  readonly problems: readonly TreeProblem[];
}

/** How far a metric file was read: the rest is added to the tally when the file has grown. */
export interface Progress {
  readonly inode: number;
  /** Bytes of whole lines that are in the tally. */
  length: number;
  readonly tally: MetricTally;
}

/** What a caller keeps from one reading of a run to the next. */
export class RunReading {
  readonly footprint: FootprintRecorder;
  /** Where in the footprint the metric files begin; behind them come the params. */
  metricsStart = 0;
  paramsStart = 0;
  /** Of each metric file, by key, while the run is not finished. */
  readonly progress: Map<string, Progress> = new Map();

  constructor(place: RunPlace) {
    this.footprint = new FootprintRecorder(place.folder);
  }
}

/**
 * Reads everything of a run but the points of its histories.
 *
 * @param reading - takes down what the reading depended on
 * @param previous - of the same run: of metric files that grew since then only the rest is read
 * @throws MlrunsError when meta.yaml is missing or broken; a broken param, tag or metric is a problem of the record
 */
export function readRun(
  store: Store,
  place: RunPlace,
  reading: RunReading = new RunReading(place),
  previous?: RunReading,
): RunRecord {
  const { footprint } = reading;
  footprint.look(place.folder);
  const meta = readRunMeta(store, place, footprint);
  const ofTags: TreeProblem[] = [];
  const ofInputs: TreeProblem[] = [];
  const ofMetrics: TreeProblem[] = [];
  const ofParams: TreeProblem[] = [];
  const paramFiles = walkKeys(runPaths.params(place.folder), footprint);
  const metricFiles = walkKeys(runPaths.metrics(place.folder), footprint);
  const tags = readValues(store, runPaths.tags(place.folder), ofTags, footprint);
  const inputs = isThere(runPaths.inputs(place.folder))
    ? readInputs(store, place, ofInputs, footprint)
    : NO_INPUTS;
  const outputs = isThere(runPaths.outputs(place.folder))
    ? readOutputs(store, place, ofInputs, footprint)
    : NO_OUTPUTS;
  reading.metricsStart = footprint.paths.length;
  const context = { store, place, growing: !isTerminated(meta.status), reading, previous };
  const summaries = readSummaries(context, metricFiles, ofMetrics);
  reading.paramsStart = footprint.paths.length;
  const params = readFiles(store, paramFiles, ofParams, footprint);
  const metrics: (readonly [string, number])[] = [];
  const latestMetrics: Metric[] = [];
  for (const [key, { latest }] of Object.entries(summaries)) {
    metrics.push([key, latest.value]);
    latestMetrics.push(latest);
  }
  const run: Run = {
    info: runInfoOf(meta, tags[MLFLOW_TAG.runName]),
    data: { metrics: toDictionary(metrics), params, tags, latestMetrics },
    inputs,
    outputs,
  };
  return { run, summaries, problems: [...ofParams, ...ofTags, ...ofMetrics, ...ofInputs] };
}

/** Most runs have neither inputs nor outputs: two questions are quicker than a list of the folder. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

const NO_INPUTS: RunInputs = { datasetInputs: [], modelInputs: [] };
const NO_OUTPUTS: RunOutputs = { modelOutputs: [] };

/**
 * Reads a run's meta.yaml.
 *
 * @throws MlrunsError INTERNAL_ERROR when it is broken, INVALID_STATE when it names another experiment or run
 */
export function readRunMeta(store: Store, place: RunPlace, footprint?: FootprintRecorder): RunMeta {
  const file = runPaths.meta(place.folder);
  const path = treePath(store, file);
  // Before it is read, perhaps several times: what is written meanwhile makes the footprint stale.
  footprint?.look(file);
  const meta = readPatiently(file, (text) => parseRunMeta(text, path));
  if (meta.runId !== place.runId) {
    const message = `Run ID mismatch: the folder is '${place.runId}', ${META_FILE} says '${meta.runId}'`;
    throw new MlrunsError("INVALID_STATE", message, { path });
  }
  if (meta.experimentId !== place.experimentId) {
    const message = `Wrong experiment ID (${meta.experimentId}) recorded for run '${meta.runId}'. It should be ${place.experimentId}.`;
    throw new MlrunsError("INVALID_STATE", message, { path });
  }
  return meta;
}

/** The public part of a run's meta. A run without a name has the one of its tag, as in MLflow. */
export function runInfoOf(meta: RunMeta, nameTag: string | undefined): RunInfo {
  const { deletedTime: _, extra: __, ...info } = meta;
  return info.runName === "" ? { ...info, runName: nameTag ?? "" } : info;
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE with MLflow's text when the run is deleted */
export function refuseDeleted(meta: RunMeta): void {
  if (meta.lifecycleStage === "active") return;
  throw invalidParameter(`The run ${meta.runId} must be in 'active' lifecycle_stage.`, {
    hint: `\`mlruns restore run ${meta.runId}\` brings it back.`,
  });
}

/** Reads a folder of params or tags: the key is the path, the value the text. */
export function readValues(
  store: Store,
  folder: string,
  problems: TreeProblem[],
  footprint?: FootprintRecorder,
): { readonly [key: string]: string } {
  return readFiles(store, walkKeys(folder, footprint), problems, footprint);
}

function readFiles(
  store: Store,
  files: readonly KeyFile[],
  problems: TreeProblem[],
  footprint?: FootprintRecorder,
): { readonly [key: string]: string } {
  const values: (readonly [string, string])[] = [];
  for (const { key, path } of files) {
    const value = collecting(store, path, problems, () => readText(path, footprint));
    if (value !== undefined) values.push([key, value]);
    // Noted a second time when it was opened but is no text: harmless, and the one way to see it mended.
    else footprint?.look(path);
  }
  return toDictionary(values);
}

interface MetricContext {
  readonly store: Store;
  readonly place: RunPlace;
  readonly growing: boolean;
  readonly reading: RunReading;
  readonly previous: RunReading | undefined;
}

function readSummaries(
  context: MetricContext,
  files: readonly KeyFile[],
  problems: TreeProblem[],
): { readonly [key: string]: MetricSummary } {
  const { store, reading } = context;
  const entries: (readonly [string, MetricSummary])[] = [];
  for (const file of files) {
    const summary = collecting(store, file.path, problems, () =>
      readSummary(context, file, problems),
    );
    if (summary === undefined) reading.footprint.look(file.path);
    if (summary) entries.push([file.key, summary]);
  }
  return toDictionary(entries);
}

function readSummary(
  context: MetricContext,
  file: KeyFile,
  problems: TreeProblem[],
): MetricSummary | null {
  const { store, place, growing, reading } = context;
  const { key, path } = file;
  const metric = { key, path: treePath(store, path), experimentId: place.experimentId, growing };
  const continued = growing ? continueSummary(context, file, metric) : undefined;
  if (continued !== undefined) return continued;
  const { bytes, inode } = readPiece(path, 0, reading.footprint);
  const tally = new MetricTally();
  const found = tally.add(checkText(bytes), metric);
  problems.push(...found);
  if (growing && found.length === 0) {
    reading.progress.set(key, { inode, length: wholeLines(bytes), tally });
  }
  return tally.summary();
}

/** Adds what a metric file has grown by; undefined when it has to be read whole. */
function continueSummary(
  { reading, previous }: MetricContext,
  { key, path }: KeyFile,
  metric: MetricPlace,
): MetricSummary | null | undefined {
  const progress = previous?.progress.get(key);
  if (progress === undefined) return undefined;
  previous?.progress.delete(key);
  const start = Math.max(progress.length - 1, 0);
  const mark = reading.footprint.mark();
  const { bytes, inode, size } = readPiece(path, start, reading.footprint);
  const isSame = inode === progress.inode && size >= progress.length;
  const joins = progress.length === 0 || bytes[0] === NEWLINE;
  const rest = bytes.subarray(progress.length - start);
  if (isSame && joins && progress.tally.add(checkText(rest), metric).length === 0) {
    progress.length += wholeLines(rest);
    reading.progress.set(key, progress);
    return progress.tally.summary();
  }
  reading.footprint.reset(mark);
  return undefined;
}

const NEWLINE = 0x0a;

function wholeLines(bytes: Buffer): number {
  return bytes.lastIndexOf(NEWLINE) + 1;
}

/** Path of a run's meta.yaml, for problems. */
export function metaPath(store: Store, place: RunPlace): string {
  return treePath(store, join(place.folder, META_FILE));
}
