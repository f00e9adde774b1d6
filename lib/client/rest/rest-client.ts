import { join } from "node:path";
import type { ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import type { DatasetInput } from "../../entities/dataset.ts";
import type { ModelInput, ModelOutput, Run, RunInfo, RunStatus } from "../../entities/run.ts";
import type { Span, TraceInfo } from "../../entities/trace.ts";
import {
  validateBatchSizes,
  validateBatchTag,
  validateKey,
  validateMetric,
  validateParam,
  validateUniqueParams,
} from "../../entities/validate.ts";
import { MlrunsError } from "../../errors.ts";
import type { Batch } from "../../store/log.ts";
import type { NewRun, RunChanges } from "../../store/runs.ts";
import type { NewTrace } from "../../store/traces.ts";
import { encodeDatasetInput } from "../../wire/dataset.ts";
import { decodeRun, decodeRunInfo, type RunInfoJson, type RunJson } from "../../wire/run.ts";
import { type LogValue, toText } from "../log-value.ts";
import { type MetricOptions, toMetric } from "../run-client.ts";
import type { TrackingClient } from "../tracking-client.ts";
import { keepingUploads } from "./keeping-uploads.ts";
import { type Call, isAway, type Logged, LogQueue, toCalls } from "./log-queue.ts";
import { proxiedPath } from "./proxied-path.ts";
import { openRemote } from "./remote-artifacts.ts";
import { toPairs } from "./rest-experiment-client.ts";
import { toTextPairs } from "./rest-registry-client.ts";
import { RestRunClient } from "./rest-run-client.ts";
import { type FileAtExit, sendAtExit } from "./send-at-exit.ts";
import { Unsent, unsentWarning } from "./unsent.ts";

export interface RestClientOptions {
  /** False: what cannot be sent is an error, not written to a local tree. */
  readonly keepsUnsent?: boolean;
}

/**
 * MLflow's client for a server: `new RestClient("https://mlflow.example.org")`. Methods are those of `MlrunsClient`.
 *
 * What is logged is checked at once and sent in the background, in batches as large as MLflow takes. Reading a run, ending it
 * and `drain` wait until it has arrived; what the server refused is thrown there.
 *
 * As soon as a request fails because the server is away, all that waits is written to a local tree as well, see
 * `unsentFolder`. What has not arrived when the run ends, or the process dies, stays there, and `sendUnsent` sends it.
 */
export class RestClient extends RestRunClient implements TrackingClient {
  readonly #queue: LogQueue;
  readonly #unsent: Unsent | undefined;
  readonly #filesAtExit = new Map<string, readonly FileAtExit[]>();
  readonly #warned = new Set<string>();

  /**
   * @param trackingUri - address of the server; MLFLOW_TRACKING_URI when left out
   * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no address
   */
  constructor(trackingUri?: string, { keepsUnsent = true }: RestClientOptions = {}) {
    super(trackingUri);
    this.#unsent = keepsUnsent ? new Unsent(this.url) : undefined;
    this.#queue = new LogQueue((call) => this.post(call.path, call.json), this.#unsent);
    this.connection.onTrouble = () => this.#queue.keepAll();
  }

  /** Creates a run, status RUNNING. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async createRun(experimentId: string, options: NewRun = {}): Promise<Run> {
    const { startTime = Date.now(), tags = {}, runName, userId = tags["mlflow.user"] } = options;
    const { run } = await this.post<{ run: RunJson }>("runs/create", {
      experiment_id: experimentId,
      user_id: userId ?? "unknown",
      start_time: startTime,
      tags: toPairs(tags),
      ...(runName !== undefined && { run_name: runName }),
    });
    return this.remember(decodeRun(run));
  }

  /** Changes status, end time or name. */
  async updateRun(runId: string, changes: RunChanges): Promise<RunInfo> {
    await this.#queue.drain(runId);
    const { run_info: info } = await this.post<{ run_info: RunInfoJson }>(
      "runs/update",
      updateFields(runId, changes),
    );
    const updated = decodeRunInfo(info);
    this.artifactUris.set(runId, updated.artifactUri ?? "");
    return updated;
  }

  /**
   * Ends a run when all that was logged has arrived. While the server is away, what has not arrived stays in the local tree,
   * with the end of the run: `sendUnsent` sends it.
   *
   * @throws MlrunsError what the server refused
   */
  async setTerminated(
    runId: string,
    status: RunStatus = "FINISHED",
    options: { readonly endTime?: number } = {},
  ): Promise<void> {
    const endTime = options.endTime ?? Date.now();
    const refused = await this.#queue.drain(runId).then(
      () => undefined,
      (error: unknown) => error,
    );
    try {
      if (isAway(refused)) throw refused;
      await this.#sendFiles(runId);
      await this.post("runs/update", updateFields(runId, { status, endTime }));
    } catch (error) {
      if (this.#unsent === undefined || !isAway(error)) throw error;
      this.#keepEnd(this.#unsent, runId, this.#queue.take(runId), status, endTime);
    }
    if (refused !== undefined && !isAway(refused)) throw refused;
  }

  /** Ends a run at once, with all that was logged, for a process that is about to exit. */
  endNow(runId: string, status: RunStatus): void {
    const endTime = Date.now();
    const logged = this.#queue.take(runId);
    try {
      if (this.connection.isAway) throw new Error(`${this.url} cannot be reached`);
      const json = updateFields(runId, { status, endTime });
      const calls = [...toCalls(runId, logged), { path: "runs/update", json }];
      sendAtExit(this.connection, calls, this.#filesAtExit.get(runId) ?? []);
      this.#unsent?.discard(runId);
    } catch (error) {
      if (this.#unsent === undefined) throw error;
      this.#keepEnd(this.#unsent, runId, logged, status, endTime);
    }
  }

  /**
   * Sends an artifact, as far as it is written then, should the process exit before the run ends.
   *
   * @returns how to call that off
   */
  uploadAtExit(runId: string, localFile: string, path: string): () => void {
    const target = proxiedPath(this.artifactUris.get(runId) ?? "", path);
    if (target !== undefined) this.#filesAtExit.set(runId, [{ path: target, localFile }]);
    return () => void this.#filesAtExit.delete(runId);
  }

  /** Logs a point of a metric. @throws MlrunsError INVALID_PARAMETER_VALUE for a bad key, value or step */
  logMetric(runId: string, key: string, value: number, options: MetricOptions = {}): void {
    this.logBatch(runId, { metrics: [toMetric(key, value, options)] });
  }

  logMetrics(
    runId: string,
    metrics: Readonly<Record<string, number>>,
    options: MetricOptions = {},
  ): void {
    const timestamp = options.timestamp ?? Date.now();
    const points = Object.entries(metrics).map(([key, value]) =>
      toMetric(key, value, { ...options, timestamp }),
    );
    this.#log(runId, { metrics: points });
  }

  logParam(runId: string, key: string, value: LogValue): void {
    this.#log(runId, { params: [{ key, value: toText(value) }] });
  }

  logParams(runId: string, params: Readonly<Record<string, LogValue>>): void {
    this.#log(runId, { params: toTextPairs(params) });
  }

  override setTag(runId: string, key: string, value: LogValue): void {
    this.#log(runId, { tags: [{ key, value: toText(value) }] });
  }

  setTags(runId: string, tags: Readonly<Record<string, LogValue>>): void {
    this.#log(runId, { tags: toTextPairs(tags) });
  }

  /** Deletes a tag. That there is none is found out later, see `drain`. */
  deleteTag(runId: string, key: string): void {
    validateKey(key, "key");
    this.#call(runId, { path: "runs/delete-tag", json: { run_id: runId, key } });
  }

  /** Logs up to 1,000 metrics, 100 params and 100 tags in one go. */
  logBatch(runId: string, batch: Batch): void {
    const { metrics = [], params = [], tags = [] } = batch;
    validateBatchSizes(metrics.length, params.length, tags.length);
    validateUniqueParams(params);
    this.#log(runId, batch);
  }

  logInputs(
    runId: string,
    datasets: readonly DatasetInput[],
    models: readonly ModelInput[] = [],
  ): void {
    const json = {
      run_id: runId,
      datasets: datasets.map(encodeDatasetInput),
      models: models.map(({ modelId }) => ({ model_id: modelId })),
    };
    this.#call(runId, { path: "runs/log-inputs", json });
  }

  logOutputs(runId: string, models: readonly ModelOutput[]): void {
    const outputs = models.map(({ modelId, step }) => ({ model_id: modelId, step }));
    this.#call(runId, { path: "runs/outputs", json: { run_id: runId, models: outputs } });
  }

  /** Adds a model to the tag where MLflow before 3 looks for the models of a run. @param modelJson - as JSON */
  recordModel(runId: string, modelJson: string): void {
    this.#call(runId, { path: "runs/log-model", json: { run_id: runId, model_json: modelJson } });
  }

  /** Sends what is waiting now, without waiting for it: `drain` does. */
  flush(): void {
    this.#queue.drain().catch(() => undefined);
  }

  /**
   * Waits until all that was logged has arrived.
   *
   * @throws MlrunsError what the server refused; TEMPORARILY_UNAVAILABLE when it cannot be reached, and then all is kept
   */
  async drain(): Promise<void> {
    await this.#queue.drain();
  }

  /** Ends the connections that wait for further requests. Drain first; the client can be used again. */
  close(): void {
    this.connection.close();
  }

  override async openRunArtifacts(runId: string): Promise<ArtifactRepository> {
    const uri = this.artifactUris.get(runId) ?? (await this.readRun(runId)).info.artifactUri ?? "";
    const artifacts = await openRemote(this.connection, uri);
    const unsent = this.#unsent;
    // A cloud, or a folder, has nothing to do with the server being away.
    if (unsent === undefined || !uri.startsWith("mlflow-artifacts:")) return artifacts;
    return keepingUploads(artifacts, () => {
      this.#warn(runId);
      return unsent.artifactFolder(runId);
    });
  }

  override async logTrace(trace: NewTrace, spans: readonly Span[]): Promise<TraceInfo> {
    try {
      return await super.logTrace(trace, spans);
    } catch (error) {
      if (this.#unsent === undefined || !isAway(error)) throw error;
      return this.#unsent.keepTrace(trace, spans);
    }
  }

  /** Makes a call that was written down; that there is no tag to delete is fine. */
  async repeatCall({ path, json }: Call): Promise<void> {
    try {
      await this.post(path, json);
    } catch (error) {
      const isGone = error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST";
      if (path !== "runs/delete-tag" || !isGone) throw error;
    }
  }

  #log(runId: string, { metrics = [], params = [], tags = [] }: Batch): void {
    for (const metric of metrics) validateMetric(metric);
    const checkedParams = params.map((param) => validateParam(param));
    const checkedTags = tags.map((tag, i) => validateBatchTag(tag, `tags[${i}]`));
    this.#queue.add(runId, [
      ...metrics.map((metric) => ({ kind: "metric", metric }) as const),
      ...checkedParams.map((param) => ({ kind: "param", param }) as const),
      ...checkedTags.map((tag) => ({ kind: "tag", tag }) as const),
    ]);
  }

  #call(runId: string, call: Call): void {
    this.#queue.add(runId, [{ kind: "call", call }]);
  }

  protected override async arrived(runId?: string): Promise<void> {
    await this.#queue.drain(runId);
  }

  #keepEnd(
    unsent: Unsent,
    runId: string,
    logged: readonly Logged[],
    status: RunStatus,
    endTime: number,
  ): void {
    if (!unsent.has(runId)) unsent.keep(runId, logged);
    unsent.end(runId, status, endTime);
    this.#warn(runId);
  }

  /** Sends the artifacts that could not be sent when they were logged. */
  async #sendFiles(runId: string): Promise<void> {
    const paths = this.#unsent?.filesOf(runId) ?? [];
    if (this.#unsent === undefined || paths.length === 0) return;
    const folder = this.#unsent.artifactFolder(runId);
    const artifacts = await openRemote(
      this.connection,
      this.artifactUris.get(runId) ?? (await this.readRun(runId)).info.artifactUri ?? "",
    );
    for (const path of paths) await artifacts.upload(join(folder, path), path);
    this.#unsent.discardFiles(runId);
  }

  #warn(runId: string): void {
    if (this.#warned.has(runId)) return;
    this.#warned.add(runId);
    process.emitWarning(unsentWarning(this.url));
  }
}

function updateFields(runId: string, changes: RunChanges): Readonly<Record<string, unknown>> {
  const { status, endTime, runName } = changes;
  return {
    run_id: runId,
    ...(status !== undefined && { status }),
    ...(typeof endTime === "number" && { end_time: endTime }),
    ...(runName !== undefined && { run_name: runName }),
  };
}
