import * as v from "valibot";
import type { Metric } from "../../entities/metric.ts";
import { invalidParameter } from "../../errors.ts";
import { compact, someOf } from "../../wire/json.ts";
import { encodeMetric, encodeRunMetric, type MetricJson } from "../../wire/metric.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { pageOf } from "../page.ts";
import { sampleSteps } from "../sample-steps.ts";
import { double, int64, pairs, required, SEE_DOCS, text } from "../schema.ts";

const BASE = "/2.0/mlflow";
const MOST_RUNS = 100;
const MOST_POINTS = 25_000;
const MOST_POINTS_PER_RUN = 2_500;

const metricFields = {
  key: required,
  value: double,
  timestamp: int64,
  step: v.optional(int64, 0),
  model_id: v.optional(text),
  dataset_name: v.optional(text),
  dataset_digest: v.optional(text),
};
const metric = v.object(metricFields);

export const metricEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    `${BASE}/runs/log-metric`,
    v.object({ run_id: required, ...metricFields }),
    async ({ client }, request) => {
      const { run_id: runId, key, value, step, timestamp } = request;
      const { dataset_name: name = "", dataset_digest: digest = "", model_id: modelId } = request;
      if ((name === "") !== (digest === "")) {
        throw invalidParameter(
          "Both dataset_name and dataset_digest must be provided if one is provided",
        );
      }
      client.logMetric(runId, key, value, {
        step,
        timestamp,
        ...(name !== "" && { dataset: { name, digest } }),
        ...(modelId && { modelId }),
      });
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/runs/log-batch`,
    v.object({
      run_id: required,
      metrics: v.optional(v.array(metric), []),
      params: pairs,
      tags: pairs,
    }),
    async ({ client }, { run_id: runId, metrics, params, tags }) => {
      client.logBatch(runId, { metrics: metrics.map(toMetric), params, tags });
      return {};
    },
  ),
  endpoint(
    "GET",
    `${BASE}/metrics/get-history`,
    v.object({
      run_id: required,
      metric_key: required,
      max_results: v.optional(int64),
      page_token: v.optional(text),
    }),
    async ({ client }, request) => {
      const { run_id: runId, max_results: maxResults } = request;
      if (maxResults !== undefined && maxResults <= 0) {
        throw invalidParameter(
          `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be a positive integer.`,
        );
      }
      const points = await client.getMetricHistory(runId, request.metric_key);
      const { items, nextPageToken } = pageOf(points, maxResults, request.page_token);
      return compact({
        metrics: someOf(items.map((point) => encodeRunMetric(point, runId))),
        next_page_token: nextPageToken,
      });
    },
  ),
  endpoint(
    "GET",
    `${BASE}/metrics/get-history-bulk`,
    v.object({
      run_id: v.optional(v.array(text), []),
      metric_key: v.optional(text),
      max_results: v.optional(int64, MOST_POINTS),
    }),
    async ({ client }, request) => {
      checkRunIds("GetMetricHistoryBulk", "run_id", request.run_id);
      const { metric_key: key } = request;
      if (key === undefined) {
        throw invalidParameter("GetMetricHistoryBulk request must specify a metric_key.");
      }
      const most = Math.min(Math.max(request.max_results, 0), MOST_POINTS);
      const metrics: MetricJson[] = [];
      for (const runId of [...request.run_id].sort()) {
        const points = (await client.getMetricHistory(runId, key)).slice(0, most).sort(byTime);
        metrics.push(...points.map((point) => toBulkPoint(point, runId)));
        if (metrics.length >= most) break;
      }
      return { metrics: metrics.slice(0, most) };
    },
    { mount: "ajax" },
  ),
  endpoint(
    "GET",
    `${BASE}/metrics/get-history-bulk-interval`,
    v.object({
      run_ids: v.array(text),
      metric_key: required,
      start_step: v.optional(int64),
      end_step: v.optional(int64),
      max_results: v.optional(int64, MOST_POINTS_PER_RUN),
    }),
    async ({ client }, request) => {
      checkRunIds("GetMetricHistoryBulkInterval", "run_id", request.run_ids);
      const { metric_key: key, max_results: most, start_step: start, end_step: end } = request;
      if (most < 1 || most > MOST_POINTS_PER_RUN) {
        throw invalidParameter(
          `max_results must be between 1 and ${MOST_POINTS_PER_RUN}. ${SEE_DOCS}`,
        );
      }
      if ((start === undefined) !== (end === undefined)) {
        throw invalidParameter(
          "If either start step or end step are specified, both must be specified.",
        );
      }
      if (start !== undefined && end !== undefined && start > end) {
        throw invalidParameter(
          `end_step must be greater than start_step. Found start_step=${start} and end_step=${end}.`,
        );
      }
      const histories = new Map<string, readonly Metric[]>();
      for (const runId of request.run_ids) {
        histories.set(runId, await client.getMetricHistory(runId, key));
      }
      const steps = sampleSteps([...histories.values()], most, start, end);
      const metrics = [...histories].flatMap(([runId, points]) =>
        points
          .filter(({ step }) => steps.has(step))
          .sort(byStep)
          .map((point) => toBulkPoint(point, runId)),
      );
      return compact({ metrics: someOf(metrics) });
    },
  ),
];

function toMetric(request: v.InferOutput<typeof metric>): Metric {
  const { model_id: modelId, dataset_name: name, dataset_digest: digest } = request;
  return {
    key: request.key,
    value: request.value,
    timestamp: request.timestamp,
    step: request.step,
    ...(modelId && { modelId }),
    ...(name && { datasetName: name }),
    ...(digest && { datasetDigest: digest }),
  };
}

function checkRunIds(request: string, parameter: string, runIds: readonly string[]): void {
  if (runIds.length === 0) {
    throw invalidParameter(`${request} request must specify at least one ${parameter}.`);
  }
  if (runIds.length > MOST_RUNS) {
    throw invalidParameter(
      `${request} request cannot specify more than ${MOST_RUNS} run_ids. Received ${runIds.length} run_ids.`,
    );
  }
}

function toBulkPoint({ key, value, timestamp, step }: Metric, runId: string): MetricJson {
  return encodeMetric({ key, value, timestamp, step, runId });
}

function byTime(a: Metric, b: Metric): number {
  return a.timestamp - b.timestamp || byStep(a, b);
}

function byStep(a: Metric, b: Metric): number {
  return a.step - b.step || a.timestamp - b.timestamp || compareValues(a.value, b.value);
}

/** NaN is like every other value, so that sorting stays stable. */
function compareValues(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
