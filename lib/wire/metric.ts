import type { Metric } from "../entities/metric.ts";
import { decodeNumber, encodeNumber, type JsonNumber } from "./data-files.ts";
import { compact, decodeInteger, type JsonInteger } from "./json.ts";

export interface MetricJson {
  readonly key: string;
  readonly value?: JsonNumber;
  readonly timestamp?: JsonInteger;
  readonly step?: JsonInteger;
  readonly dataset_name?: string;
  readonly dataset_digest?: string;
  readonly model_id?: string;
  readonly run_id?: string;
}

export function encodeMetric(metric: Metric): MetricJson {
  return compact({
    key: metric.key,
    value: encodeNumber(metric.value),
    timestamp: metric.timestamp,
    step: metric.step,
    dataset_name: metric.datasetName,
    dataset_digest: metric.datasetDigest,
    model_id: metric.modelId,
    run_id: metric.runId,
  });
}

/**
 * Encodes a point of a run's metric. MLflow's server over files takes the step of a point with a dataset for 0, whatever the
 * file says; clients are told the same here, so that both servers answer alike.
 *
 * @see MLflow 3.17 `FileStore._get_metric_from_line`
 */
export function encodeRunMetric(metric: Metric, runId: string): MetricJson {
  const step = metric.datasetName === undefined ? metric.step : 0;
  return encodeMetric({ ...metric, step, runId });
}

export function decodeMetric(json: MetricJson): Metric {
  return compact({
    key: json.key,
    value: decodeNumber(json.value ?? 0),
    timestamp: decodeInteger(json.timestamp ?? 0),
    step: decodeInteger(json.step ?? 0),
    datasetName: json.dataset_name || undefined,
    datasetDigest: json.dataset_digest || undefined,
    modelId: json.model_id || undefined,
    runId: json.run_id || undefined,
  });
}
