import type { Freshness, NewestRuns, PartialAnswer, RunFamily } from "../catalog/catalog.ts";
import type { DatasetInput } from "../entities/dataset.ts";
import type { Metric } from "../entities/metric.ts";
import type { ModelInput, ModelOutput, Run, RunInfo, RunStatus } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { TreeProblem } from "../errors.ts";
import {
  historyState,
  iterateHistory,
  readHistory,
  readHistoryRecords,
  sampleHistory,
} from "../store/history.ts";
import {
  type Batch,
  deleteTag,
  logBatch,
  logInputs,
  logMetric,
  logOutputs,
  logParam,
  setTag,
} from "../store/log.ts";
import { recordModel } from "../store/model-history.ts";
import { type RunRecord, readRun, readRunMeta, runInfoOf } from "../store/read-run.ts";
import {
  createRun,
  deleteRun,
  findRun,
  findRunFolders,
  getRun,
  type NewRun,
  type RunChanges,
  restoreRun,
  updateRun,
} from "../store/runs.ts";
import { ExperimentClient, type SearchOptions } from "./experiment-client.ts";
import { type LogValue, toText } from "./log-value.ts";

export interface MetricOptions {
  /** 0 by default. */
  readonly step?: number;
  /** Milliseconds since the epoch; now by default. */
  readonly timestamp?: number;
  /** The dataset that the value was computed on. MLflow before 3 cannot read runs with such points. */
  readonly dataset?: { readonly name: string; readonly digest: string };
  /** The logged model that the value is about. */
  readonly modelId?: string;
}

export interface HistoryOptions {
  /**
   * Gives at most so many points, 2 or more: the first, the last, and the least and greatest value of equal parts between
   * them. A chart of them looks like a chart of all, spikes included.
   */
  readonly maxPoints?: number;
}

export type { LogValue };

/** What may be asked of a search for runs. */
export interface RunSearchOptions extends SearchOptions, Freshness {}

/** The runs of a tree. Methods that log are synchronous: when they return, the data is with the operating system. */
export abstract class RunClient extends ExperimentClient {
  /**
   * Creates a run, status RUNNING.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, or INVALID_STATE when the experiment is deleted
   */
  async createRun(experimentId: string, options: NewRun = {}): Promise<Run> {
    return createRun(this.store, experimentId, options);
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST; a deleted run is found */
  override async getRun(runId: string): Promise<Run> {
    return getRun(this.store, runId);
  }

  /** The info of a run alone: one small file is read. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getRunInfo(runId: string): Promise<RunInfo> {
    return runInfoOf(readRunMeta(this.store, findRun(this.store, runId)), undefined);
  }

  /** The run that a run is nested in; undefined when it is in none. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getParentRun(runId: string): Promise<Run | undefined> {
    const parentId = (await this.getRun(runId)).data.tags[MLFLOW_TAG.parentRunId];
    return parentId === undefined ? undefined : this.getRun(parentId);
  }

  /** A run with the count and the extremes of its metrics, and with what could not be read. */
  async readRunRecord(runId: string): Promise<RunRecord> {
    return readRun(this.store, findRun(this.store, runId));
  }

  /** Every run of an experiment, active and deleted, with what could not be read; as fresh as a search's. */
  async scanRuns(
    experimentId: string,
    options: Freshness = {},
  ): Promise<{ records: readonly RunRecord[]; problems: readonly TreeProblem[] } & PartialAnswer> {
    const { found, ...answer } = await this.catalog.readRuns(experimentId, options);
    return { records: found, ...answer };
  }

  /**
   * The runs of some experiments that are likely to be the newest, going by the times of their folders, while a large tree is
   * opened for the first time: for a first glance until the list is there, which answers everything else.
   *
   * @param count - active runs that are wanted; deleted ones are among them
   * @returns undefined when it was asked before, or the list is there as soon
   */
  async findNewestRuns(
    experimentIds: readonly string[],
    count: number,
  ): Promise<NewestRuns | undefined> {
    return this.catalog.findNewest(this.knownExperiments(experimentIds), count);
  }

  /** A run with the runs that it is nested with, as fresh as a search's. */
  async scanFamily(
    experimentId: string,
    runId: string,
    options: Freshness = {},
  ): Promise<RunFamily & PartialAnswer> {
    return this.catalog.readFamily(experimentId, runId, options);
  }

  /** Looks at the runs of an experiment as `scanRuns` does, so that `runsVersion` tells whether another scan is worth while. */
  async meetChanges(experimentId: string, options: Freshness = {}): Promise<PartialAnswer> {
    return this.catalog.meetChanges(experimentId, options);
  }

  /** Ids of all runs of some experiments, in no order. */
  async listRunIds(experimentIds: readonly string[]): Promise<readonly string[]> {
    return this.catalog.listRunIds(this.knownExperiments(experimentIds));
  }

  /** Names of the folders of an experiment that may be runs: nothing in them is looked at. @throws as `getExperiment` */
  listRunFolders(experimentId: string): readonly string[] {
    return findRunFolders(this.store, experimentId).runIds;
  }

  /** What could not be read of the runs of some experiments. */
  async runProblems(experimentIds: readonly string[]): Promise<readonly TreeProblem[]> {
    return this.catalog.readProblems(this.knownExperiments(experimentIds));
  }

  /** How many problems are known of the runs of some experiments. Nothing is read for it. */
  countKnownProblems(experimentIds: readonly string[]): number {
    return this.catalog.countKnownProblems(experimentIds);
  }

  /** Grows with every change in the experiment's runs that a scan or search has met: what was made from it is stale then. */
  runsVersion(experimentId: string): number {
    return this.catalog.version(experimentId);
  }

  /** Looks for runs that changed since this was last called, by whomever. */
  async pollChanges(): Promise<
    readonly { readonly experimentId: string; readonly runIds: readonly string[] }[]
  > {
    await this.catalog.refresh({ inBackground: true });
    return this.takeChanges();
  }

  /** What was met since this was last asked, without looking: the runs of a large tree come one after the other. */
  takeChanges(): readonly { readonly experimentId: string; readonly runIds: readonly string[] }[] {
    return this.catalog.takeChanges();
  }

  /**
   * Searches the runs of some experiments. What this process has written is always in the answer, points that this client
   * holds back included; what others have written is at the latest when it is older than `maxAge`.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a filter or order that MLflow refuses
   */
  async searchRuns(
    experimentIds: readonly string[],
    options: RunSearchOptions = {},
  ): Promise<{ runs: Run[]; nextPageToken: string | undefined } & PartialAnswer> {
    return this.catalog.search(experimentIds, options);
  }

  /** All runs that `searchRuns` would find, page by page. */
  async *iterateRuns(
    experimentIds: readonly string[],
    options: Omit<RunSearchOptions, "pageToken" | "partial"> = {},
  ): AsyncGenerator<Run> {
    let pageToken: string | undefined;
    do {
      const page = await this.searchRuns(experimentIds, {
        ...options,
        ...(pageToken ? { pageToken } : {}),
      });
      yield* page.runs;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  /** Changes status, end time or name. @throws MlrunsError INVALID_PARAMETER_VALUE when the run is deleted */
  async updateRun(runId: string, changes: RunChanges): Promise<RunInfo> {
    return updateRun(this.store, runId, changes);
  }

  /** Ends a run. Its points are on the disk when this resolves. */
  async setTerminated(
    runId: string,
    status: RunStatus = "FINISHED",
    options: { readonly endTime?: number } = {},
  ): Promise<void> {
    updateRun(this.store, runId, { status, endTime: options.endTime ?? Date.now() });
  }

  /** Ends a run at once, for a process that is about to exit. */
  endNow(runId: string, status: RunStatus): void {
    updateRun(this.store, runId, { status, endTime: Date.now() });
  }

  /** Marks a run deleted; `restoreRun` brings it back. */
  async deleteRun(runId: string): Promise<void> {
    deleteRun(this.store, runId);
  }

  async restoreRun(runId: string): Promise<void> {
    restoreRun(this.store, runId);
  }

  /**
   * Appends a point to a metric: one `write`, a few microseconds.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a bad key, value, step or a deleted run
   */
  logMetric(runId: string, key: string, value: number, options: MetricOptions = {}): void {
    logMetric(this.store, runId, toMetric(key, value, options));
  }

  /** Appends one point to each of several metrics, all at the same step and time. */
  logMetrics(
    runId: string,
    metrics: Readonly<Record<string, number>>,
    options: MetricOptions = {},
  ): void {
    const timestamp = options.timestamp ?? Date.now();
    for (const [key, value] of Object.entries(metrics)) {
      logMetric(this.store, runId, toMetric(key, value, { ...options, timestamp }));
    }
  }

  /** Logs a param. @throws MlrunsError INVALID_PARAMETER_VALUE when it has another value already */
  logParam(runId: string, key: string, value: LogValue): void {
    logParam(this.store, runId, { key, value: toText(value) });
  }

  /** Logs params: all are checked before the first is written. */
  logParams(runId: string, params: Readonly<Record<string, LogValue>>): void {
    const list = Object.entries(params).map(([key, value]) => ({ key, value: toText(value) }));
    for (let i = 0; i < list.length; i += 100)
      logBatch(this.store, runId, { params: list.slice(i, i + 100) });
  }

  override setTag(runId: string, key: string, value: LogValue): void {
    setTag(this.store, runId, { key, value: toText(value) });
  }

  setTags(runId: string, tags: Readonly<Record<string, LogValue>>): void {
    for (const [key, value] of Object.entries(tags)) this.setTag(runId, key, value);
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the run has no such tag */
  deleteTag(runId: string, key: string): void {
    deleteTag(this.store, runId, key);
  }

  /**
   * Logs up to 1,000 metrics, 100 params and 100 tags in one go. Everything is checked before anything is written.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE
   */
  logBatch(runId: string, batch: Batch): void {
    logBatch(this.store, runId, batch);
  }

  /** Logs the datasets, and logged models, that a run takes in. */
  logInputs(
    runId: string,
    datasets: readonly DatasetInput[],
    models: readonly ModelInput[] = [],
  ): void {
    logInputs(this.store, runId, datasets, models);
  }

  /** Logs the logged models that a run made. */
  logOutputs(runId: string, models: readonly ModelOutput[]): void {
    logOutputs(this.store, runId, models);
  }

  /**
   * Adds a model to the tag `mlflow.log-model.history`, where MLflow before 3 looks for the models of a run.
   *
   * @param modelJson - what the file MLmodel says, as JSON
   */
  recordModel(runId: string, modelJson: string): void {
    recordModel(this.store, runId, modelJson);
  }

  /** The points of a metric in the order they were logged; none when the run has no such metric. */
  async getMetricHistory(
    runId: string,
    key: string,
    { maxPoints }: HistoryOptions = {},
  ): Promise<Metric[]> {
    this.store.appender.flush();
    if (maxPoints !== undefined) return sampleHistory(this.store, runId, key, maxPoints);
    return [...readHistory(this.store, runId, key).found];
  }

  /** As `getMetricHistory`, one point after the other: a history of any length takes little memory. */
  async *iterateMetricHistory(runId: string, key: string): AsyncGenerator<Metric> {
    this.store.appender.flush();
    yield* iterateHistory(this.store, runId, key);
  }

  /**
   * The points of one metric of several runs, by run id in the order asked for; runs without the metric have none.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for an unknown run
   */
  async getMetricHistoryBulk(
    runIds: readonly string[],
    key: string,
    options: HistoryOptions = {},
  ): Promise<Map<string, Metric[]>> {
    const histories = new Map<string, Metric[]>();
    for (const runId of runIds) {
      histories.set(runId, await this.getMetricHistory(runId, key, options));
    }
    return histories;
  }

  /**
   * The points of a metric as records of three numbers: step, value, timestamp. For histories too long for objects.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for an unknown run; an unknown metric has no points
   */
  async getMetricRecords(runId: string, key: string): Promise<Float64Array> {
    this.store.appender.flush();
    return readHistoryRecords(this.store, runId, key);
  }

  /** Changes whenever the points of a metric change; empty when the run has no such metric. */
  async getMetricState(runId: string, key: string): Promise<string> {
    this.store.appender.flush();
    return historyState(this.store, runId, key);
  }

  /** Writes points that are held back, see `ClientOptions.buffer`. */
  flush(): void {
    this.store.appender.flush();
  }

  /** Writes what is held back, waits until it is on the disk and closes files. The client can be used again. */
  close(): void {
    this.store.appender.close();
  }
}

/** Written out, since spreading would double what logging a point costs. */
export function toMetric(key: string, value: number, options: MetricOptions): Metric {
  const timestamp = options.timestamp ?? Date.now();
  const step = options.step ?? 0;
  const { dataset, modelId } = options;
  if (dataset === undefined && modelId === undefined) return { key, value, timestamp, step };
  return {
    key,
    value,
    timestamp,
    step,
    ...(dataset && { datasetName: dataset.name, datasetDigest: dataset.digest }),
    ...(modelId !== undefined && { modelId }),
  };
}
