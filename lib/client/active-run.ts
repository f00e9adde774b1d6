import type { Readable } from "node:stream";
import type { ArtifactFile } from "../artifacts/artifact-repository.ts";
import type { DatasetInput } from "../entities/dataset.ts";
import type { Metric } from "../entities/metric.ts";
import type { ModelInput, ModelOutput, Run, RunInfo, RunStatus } from "../entities/run.ts";
import type { Batch } from "../store/log.ts";
import type { ImageOptions } from "./run-artifacts.ts";
import type { HistoryOptions, LogValue, MetricOptions } from "./run-client.ts";
import { forgetRun, watchRun } from "./run-guard.ts";
import type { TableData } from "./table.ts";
import type { TrackingClient } from "./tracking-client.ts";

/** Something that goes on beside a run, such as the sampling of system metrics, and ends with it. */
export interface Companion {
  stop(): Promise<void>;
}

/**
 * A run that is being logged: `MlrunsClient` without the run id.
 *
 * It ends with `end()`, with the block of `await using`, or with the function that was given to `startRun`. When the process
 * ends first, it is marked FAILED after an uncaught error, KILLED after SIGINT or SIGTERM, else FINISHED.
 */
export class ActiveRun implements AsyncDisposable {
  readonly #client: TrackingClient;
  readonly info: RunInfo;
  readonly #companions: Companion[] = [];
  #isOver = false;

  /** Made by `startRun`. */
  constructor(client: TrackingClient, info: RunInfo) {
    this.#client = client;
    this.info = info;
    watchRun(client, info.runId);
  }

  get runId(): string {
    return this.info.runId;
  }

  /** The client that logs to this run's tree or server. */
  get client(): TrackingClient {
    return this.#client;
  }

  /** Appends a point to a metric: one `write`, a few microseconds, safe against SIGKILL. */
  logMetric(key: string, value: number, options?: MetricOptions): void {
    this.#client.logMetric(this.runId, key, value, options);
  }

  /** Appends one point to each of several metrics. */
  logMetrics(metrics: Readonly<Record<string, number>>, options?: MetricOptions): void {
    this.#client.logMetrics(this.runId, metrics, options);
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE when the param has another value already */
  logParam(key: string, value: LogValue): void {
    this.#client.logParam(this.runId, key, value);
  }

  logParams(params: Readonly<Record<string, LogValue>>): void {
    this.#client.logParams(this.runId, params);
  }

  setTag(key: string, value: LogValue): void {
    this.#client.setTag(this.runId, key, value);
  }

  setTags(tags: Readonly<Record<string, LogValue>>): void {
    this.#client.setTags(this.runId, tags);
  }

  deleteTag(key: string): void {
    this.#client.deleteTag(this.runId, key);
  }

  logBatch(batch: Batch): void {
    this.#client.logBatch(this.runId, batch);
  }

  logInputs(datasets: readonly DatasetInput[], models?: readonly ModelInput[]): void {
    this.#client.logInputs(this.runId, datasets, models);
  }

  logOutputs(models: readonly ModelOutput[]): void {
    this.#client.logOutputs(this.runId, models);
  }

  /** Copies a file, or a folder, of this machine into the artifacts. */
  async logArtifact(localFile: string, folder?: string): Promise<void> {
    await this.#client.logArtifact(this.runId, localFile, folder);
  }

  async logArtifacts(localFolder: string, folder?: string): Promise<void> {
    await this.#client.logArtifacts(this.runId, localFolder, folder);
  }

  async logText(content: string, path: string): Promise<void> {
    await this.#client.logText(this.runId, content, path);
  }

  async logBytes(content: string | Uint8Array | Readable, path: string): Promise<void> {
    await this.#client.logBytes(this.runId, content, path);
  }

  async logDict(value: unknown, path: string): Promise<void> {
    await this.#client.logDict(this.runId, value, path);
  }

  async logJson(value: unknown, path: string): Promise<void> {
    await this.#client.logJson(this.runId, value, path);
  }

  async logTable(data: TableData, path: string): Promise<void> {
    await this.#client.logTable(this.runId, data, path);
  }

  async logImage(image: Uint8Array, target: string | ImageOptions): Promise<void> {
    await this.#client.logImage(this.runId, image, target);
  }

  async listArtifacts(folder?: string): Promise<ArtifactFile[]> {
    return this.#client.listArtifacts(this.runId, folder);
  }

  async getMetricHistory(key: string, options?: HistoryOptions): Promise<Metric[]> {
    return this.#client.getMetricHistory(this.runId, key, options);
  }

  /** The run as it is in the tree now. */
  async get(): Promise<Run> {
    this.#client.flush();
    return this.#client.getRun(this.runId);
  }

  /** Writes points that are held back, see `ClientOptions.buffer`. */
  flush(): void {
    this.#client.flush();
  }

  /** Lets `companion` end with the run, and before it. */
  accompany(companion: Companion): void {
    this.#companions.push(companion);
  }

  /** Leaves the run as it is when the process exits: somebody else goes on with it. */
  detach(): void {
    this.#isOver = true;
    forgetRun(this.runId);
  }

  /** Ends the run; doing so again changes nothing. Its points are on the disk when this resolves. */
  async end(status: RunStatus = "FINISHED"): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const companion of this.#companions.splice(0)) await companion.stop();
    forgetRun(this.runId);
    await this.#client.setTerminated(this.runId, status);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    await this.end();
    // The block cannot tell why it was left. Should its error turn out to be uncaught, the run has failed after all.
    watchRun(this.#client, this.runId, "ended");
  }
}
