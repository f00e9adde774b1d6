import { Readable } from "node:stream";
import type { ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import { openArtifacts } from "../../artifacts/registry.ts";
import type { DatasetInput } from "../../entities/dataset.ts";
import type { ArtifactPlace } from "../../entities/file-info.ts";
import type { Metric } from "../../entities/metric.ts";
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
import { printSpans } from "../../format/spans.ts";
import type { Batch } from "../../store/log.ts";
import type { NewRun, RunChanges } from "../../store/runs.ts";
import type { NewTrace } from "../../store/traces.ts";
import { encodeDatasetInput } from "../../wire/dataset.ts";
import { decodeMetric, type MetricJson } from "../../wire/metric.ts";
import { decodeRun, decodeRunInfo, type RunInfoJson, type RunJson } from "../../wire/run.ts";
import { decodeTraceInfo, encodeTraceInfo, type TraceInfoJson } from "../../wire/trace.ts";
import type { SearchOptions } from "../experiment-client.ts";
import { type LogValue, toText } from "../log-value.ts";
import { type MetricOptions, toMetric } from "../run-client.ts";
import type { TrackingClient } from "../tracking-client.ts";
import { type Call, LogQueue } from "./log-queue.ts";
import { openProxied } from "./proxied-artifacts.ts";
import { searchFields, toPairs } from "./rest-experiment-client.ts";
import { RestRegistryClient, toTextPairs } from "./rest-registry-client.ts";
import { sendAtExit } from "./send-at-exit.ts";

const SPANS_FILE = "traces.json";

/**
 * MLflow's client for a server: `new RestClient("https://mlflow.example.org")`. Methods are those of `MlrunsClient`.
 *
 * What is logged is checked at once and sent in the background, in batches as large as MLflow takes. Reading a run, ending it
 * and `drain` wait until it has arrived; what the server refused is thrown there.
 */
export class RestClient extends RestRegistryClient implements TrackingClient {
  readonly #queue: LogQueue;

  /**
   * @param trackingUri - address of the server; MLFLOW_TRACKING_URI when left out
   * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no address
   */
  constructor(trackingUri?: string) {
    super(trackingUri);
    this.#queue = new LogQueue((call) => this.post(call.path, call.json));
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
    return decodeRun(run);
  }

  /** The run with all that was logged before. @throws MlrunsError RESOURCE_DOES_NOT_EXIST; a deleted run is found */
  override async getRun(runId: string): Promise<Run> {
    await this.#queue.drain(runId);
    return this.#readRun(runId);
  }

  async searchRuns(
    experimentIds: readonly string[],
    options: SearchOptions = {},
  ): Promise<{ runs: Run[]; nextPageToken: string | undefined }> {
    await this.#queue.drain();
    const page = await this.post<{ runs?: RunJson[]; next_page_token?: string }>("runs/search", {
      experiment_ids: experimentIds,
      ...searchFields(options, "run_view_type"),
    });
    return {
      runs: (page.runs ?? []).map(decodeRun),
      nextPageToken: page.next_page_token || undefined,
    };
  }

  /** All runs that `searchRuns` would find, page by page. */
  async *iterateRuns(
    experimentIds: readonly string[],
    options: Omit<SearchOptions, "pageToken"> = {},
  ): AsyncGenerator<Run> {
    let pageToken: string | undefined;
    do {
      const token = pageToken === undefined ? {} : { pageToken };
      const page = await this.searchRuns(experimentIds, { ...options, ...token });
      yield* page.runs;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }

  /** Changes status, end time or name. */
  async updateRun(runId: string, changes: RunChanges): Promise<RunInfo> {
    await this.#queue.drain(runId);
    const { run_info: info } = await this.post<{ run_info: RunInfoJson }>(
      "runs/update",
      updateFields(runId, changes),
    );
    return decodeRunInfo(info);
  }

  /** Ends a run when all that was logged has arrived. @throws MlrunsError what the server refused */
  async setTerminated(
    runId: string,
    status: RunStatus = "FINISHED",
    options: { readonly endTime?: number } = {},
  ): Promise<void> {
    const refused = await this.#queue.drain(runId).then(
      () => undefined,
      (error: unknown) => error,
    );
    const changes = { status, endTime: options.endTime ?? Date.now() };
    await this.post("runs/update", updateFields(runId, changes));
    if (refused !== undefined) throw refused;
  }

  /** Ends a run at once, with all that was logged, for a process that is about to exit. */
  endNow(runId: string, status: RunStatus): void {
    const json = updateFields(runId, { status, endTime: Date.now() });
    sendAtExit(this.connection, [...this.#queue.takeCalls(runId), { path: "runs/update", json }]);
  }

  async deleteRun(runId: string): Promise<void> {
    await this.#queue.drain(runId);
    await this.post("runs/delete", { run_id: runId });
  }

  async restoreRun(runId: string): Promise<void> {
    await this.post("runs/restore", { run_id: runId });
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

  /** The points of a metric in the order they were logged; none when the run has no such metric. */
  async getMetricHistory(runId: string, key: string): Promise<Metric[]> {
    await this.#queue.drain(runId);
    const { metrics = [] } = await this.get<{ metrics?: MetricJson[] }>("metrics/get-history", {
      run_id: runId,
      metric_key: key,
    });
    return metrics.map(({ run_id: _, ...json }) => decodeMetric(json));
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
    return this.#openArtifacts((await this.#readRun(runId)).info.artifactUri ?? "");
  }

  /** Where the artifacts of a run are, as the server tells it. */
  async findArtifactPlace(runId: string): Promise<ArtifactPlace> {
    return placeOf((await this.#readRun(runId)).info.artifactUri ?? "");
  }

  /** Logs a trace with its spans. */
  async logTrace(trace: NewTrace, spans: readonly Span[]): Promise<TraceInfo> {
    const { trace: saved } = await this.connection.call<{ trace: { trace_info: TraceInfoJson } }>(
      "POST",
      "/api/3.0/mlflow/traces",
      { trace: { trace_info: encodeTraceInfo(toTraceInfo(trace, spans), "") } },
    );
    const info = decodeTraceInfo(saved.trace_info);
    const artifacts = await this.#openArtifacts(info.tags["mlflow.artifactLocation"] ?? "");
    await artifacts.write(SPANS_FILE, Readable.from([Buffer.from(printSpans(spans))]));
    return info;
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

  async #readRun(runId: string): Promise<Run> {
    return decodeRun((await this.get<{ run: RunJson }>("runs/get", { run_id: runId })).run);
  }

  async #openArtifacts(uri: string): Promise<ArtifactRepository> {
    const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/i.exec(uri)?.[1];
    if (proxied !== undefined) return openProxied(this.connection, proxied.replace(/\/+$/, ""));
    return openArtifacts(placeOf(uri));
  }
}

/** A path or file URI is of this machine, which the server takes for its own as well. */
function placeOf(uri: string): ArtifactPlace {
  if (/^file:\/\/\//i.test(uri))
    return { kind: "folder", folder: decodeURIComponent(new URL(uri).pathname) };
  if (uri.startsWith("/")) return { kind: "folder", folder: uri };
  return { kind: "remote", uri };
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

function toTraceInfo(trace: NewTrace, spans: readonly Span[]): TraceInfo {
  return {
    traceId: trace.traceId ?? spans[0]?.traceId ?? "",
    experimentId: trace.experimentId,
    requestTime: trace.requestTime ?? Date.now(),
    state: trace.state ?? "IN_PROGRESS",
    requestPreview: trace.requestPreview ?? null,
    responsePreview: trace.responsePreview ?? null,
    clientRequestId: trace.clientRequestId ?? null,
    executionDuration: trace.executionDuration ?? null,
    traceMetadata: trace.traceMetadata ?? {},
    tags: trace.tags ?? {},
    assessments: [],
  };
}
