import type { ArtifactPlace } from "../../entities/file-info.ts";
import type { Metric } from "../../entities/metric.ts";
import { sampleExtremes } from "../../entities/metric-sample.ts";
import type { Run, RunInfo } from "../../entities/run.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { decodeMetric, type MetricJson } from "../../wire/metric.ts";
import { decodeRun, type RunJson } from "../../wire/run.ts";
import type { SearchOptions } from "../experiment-client.ts";
import type { HistoryOptions } from "../run-client.ts";
import { placeOf } from "./remote-artifacts.ts";
import { searchFields } from "./rest-experiment-client.ts";
import { RestTraceClient } from "./rest-trace-client.ts";

/** Histories that are asked for at the same time. */
const REQUESTS_AT_A_TIME = 8;

/** The runs of a server, read. What waits to be sent arrives first. */
export abstract class RestRunClient extends RestTraceClient {
  /** Where the artifacts of the runs are that were seen. */
  protected readonly artifactUris: Map<string, string> = new Map();

  /** The run with all that was logged before. @throws MlrunsError RESOURCE_DOES_NOT_EXIST; a deleted run is found */
  async getRun(runId: string): Promise<Run> {
    await this.arrived(runId);
    return this.readRun(runId);
  }

  async searchRuns(
    experimentIds: readonly string[],
    options: SearchOptions = {},
  ): Promise<{ runs: Run[]; nextPageToken: string | undefined }> {
    await this.arrived();
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

  /** The info of a run alone. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getRunInfo(runId: string): Promise<RunInfo> {
    return (await this.getRun(runId)).info;
  }

  /** The run that a run is nested in; undefined when it is in none. */
  async getParentRun(runId: string): Promise<Run | undefined> {
    const parentId = (await this.getRun(runId)).data.tags[MLFLOW_TAG.parentRunId];
    return parentId === undefined ? undefined : this.getRun(parentId);
  }

  /** The points of a metric as records of three numbers: step, value, timestamp. */
  async getMetricRecords(runId: string, key: string): Promise<Float64Array> {
    const points = await this.getMetricHistory(runId, key);
    return Float64Array.from(
      points.flatMap(({ step, value, timestamp }) => [step, value, timestamp]),
    );
  }

  /** The points of a metric in the order they were logged; none when the run has no such metric. */
  async getMetricHistory(
    runId: string,
    key: string,
    { maxPoints }: HistoryOptions = {},
  ): Promise<Metric[]> {
    await this.arrived(runId);
    const { metrics = [] } = await this.get<{ metrics?: MetricJson[] }>("metrics/get-history", {
      run_id: runId,
      metric_key: key,
    });
    const points = metrics.map(({ run_id: _, ...json }) => decodeMetric(json));
    if (maxPoints === undefined) return points;
    const values = points.map(({ value }) => value);
    return sampleExtremes(values, maxPoints).map((at) => points[at] as Metric);
  }

  /** As `getMetricHistory`, one point after the other. They arrive together: MLflow's file store knows no pages of them. */
  async *iterateMetricHistory(runId: string, key: string): AsyncGenerator<Metric> {
    yield* await this.getMetricHistory(runId, key);
  }

  /** The points of one metric of several runs, by run id in the order asked for; runs without the metric have none. */
  async getMetricHistoryBulk(
    runIds: readonly string[],
    key: string,
    options: HistoryOptions = {},
  ): Promise<Map<string, Metric[]>> {
    const { default: pMap } = await import("p-map");
    const histories = await pMap(
      runIds,
      async (runId) => [runId, await this.getMetricHistory(runId, key, options)] as const,
      { concurrency: REQUESTS_AT_A_TIME },
    );
    return new Map(histories);
  }

  async deleteRun(runId: string): Promise<void> {
    await this.arrived(runId);
    await this.post("runs/delete", { run_id: runId });
  }

  async restoreRun(runId: string): Promise<void> {
    await this.post("runs/restore", { run_id: runId });
  }

  /** Where the artifacts of a run are, as the server tells it. */
  async findArtifactPlace(runId: string): Promise<ArtifactPlace> {
    return placeOf((await this.readRun(runId)).info.artifactUri ?? "");
  }

  /** Waits until what was logged, of one run or of all, has arrived. */
  protected abstract arrived(runId?: string): Promise<void>;

  protected async readRun(runId: string): Promise<Run> {
    const { run } = await this.get<{ run: RunJson }>("runs/get", { run_id: runId });
    return this.remember(decodeRun(run));
  }

  /** Artifacts are logged to where a run keeps them, also when the server cannot be asked any more. */
  protected remember(run: Run): Run {
    this.artifactUris.set(run.info.runId, run.info.artifactUri ?? "");
    return run;
  }
}
