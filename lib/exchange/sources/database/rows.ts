import type { Experiment } from "../../../entities/experiment.ts";
import { LOGGED_MODEL_STATUSES, type LoggedModel } from "../../../entities/logged-model.ts";
import type { Metric } from "../../../entities/metric.ts";
import {
  MODEL_VERSION_STAGES,
  MODEL_VERSION_STATUSES,
  type ModelVersion,
} from "../../../entities/model-version.ts";
import { type ReadonlyDictionary, toDictionary } from "../../../entities/record.ts";
import { RUN_STATUSES, type RunInfo } from "../../../entities/run.ts";
import { integer, isTrue, optionalNumber, optionalText, type Row, text } from "./database.ts";

/** Rows of MLflow's tables as entities. @see MLflow 3.17 `mlflow.store.tracking.dbmodels.models` */

export function toExperiment(row: Row, tags: readonly Row[]): Experiment {
  return {
    experimentId: text(row, "experiment_id"),
    name: text(row, "name"),
    artifactLocation: text(row, "artifact_location"),
    lifecycleStage: text(row, "lifecycle_stage") === "deleted" ? "deleted" : "active",
    creationTime: optionalNumber(row, "creation_time"),
    lastUpdateTime: optionalNumber(row, "last_update_time"),
    tags: toValues(tags),
  };
}

export function toRunInfo(row: Row, tags: ReadonlyDictionary<string>): RunInfo {
  return {
    runId: text(row, "run_uuid"),
    experimentId: text(row, "experiment_id"),
    runName: text(row, "name") || (tags["mlflow.runName"] ?? ""),
    userId: text(row, "user_id"),
    status: RUN_STATUSES.find((status) => status === row.status) ?? "RUNNING",
    startTime: integer(row, "start_time"),
    endTime: optionalNumber(row, "end_time"),
    lifecycleStage: text(row, "lifecycle_stage") === "deleted" ? "deleted" : "active",
    artifactUri: optionalText(row, "artifact_uri"),
  };
}

export function toMetric(row: Row): Metric {
  return {
    key: text(row, "key"),
    value: isTrue(row, "is_nan") ? Number.NaN : integer(row, "value"),
    timestamp: integer(row, "timestamp"),
    step: integer(row, "step"),
  };
}

export function toModelMetric(row: Row): Metric {
  const name = optionalText(row, "dataset_name");
  const digest = optionalText(row, "dataset_digest");
  return {
    key: text(row, "metric_name"),
    value: optionalNumber(row, "metric_value") ?? Number.NaN,
    timestamp: integer(row, "metric_timestamp_ms"),
    step: integer(row, "metric_step"),
    modelId: text(row, "model_id"),
    runId: text(row, "run_id"),
    ...(name !== null && digest !== null && { datasetName: name, datasetDigest: digest }),
  };
}

export function toLoggedModel(row: Row, params: readonly Row[], tags: readonly Row[]): LoggedModel {
  return {
    modelId: text(row, "model_id"),
    experimentId: text(row, "experiment_id"),
    name: text(row, "name"),
    artifactLocation: text(row, "artifact_location"),
    creationTimestamp: integer(row, "creation_timestamp_ms"),
    lastUpdatedTimestamp: integer(row, "last_updated_timestamp_ms"),
    modelType: optionalText(row, "model_type"),
    sourceRunId: optionalText(row, "source_run_id"),
    status: LOGGED_MODEL_STATUSES[integer(row, "status")] ?? "UNSPECIFIED",
    statusMessage: optionalText(row, "status_message"),
    lifecycleStage: text(row, "lifecycle_stage") === "deleted" ? "deleted" : "active",
    params: toValues(params, "param_key", "param_value"),
    tags: toValues(tags, "tag_key", "tag_value"),
    metrics: [],
  };
}

export function toModelVersion(
  row: Row,
  tags: readonly Row[],
  aliases: readonly string[],
): ModelVersion {
  const source = optionalText(row, "source");
  return {
    name: text(row, "name"),
    version: text(row, "version"),
    creationTimestamp: integer(row, "creation_time"),
    lastUpdatedTimestamp: integer(row, "last_updated_time"),
    description: optionalText(row, "description"),
    userId: optionalText(row, "user_id"),
    currentStage: MODEL_VERSION_STAGES.find((stage) => stage === row.current_stage) ?? "None",
    source,
    runId: optionalText(row, "run_id"),
    runLink: optionalText(row, "run_link"),
    status: MODEL_VERSION_STATUSES.find((status) => status === row.status) ?? "READY",
    statusMessage: optionalText(row, "status_message"),
    // The schema has no column for it.
    modelId: /^models:\/+(m-[0-9a-f]+)$/.exec(source ?? "")?.[1] ?? null,
    storageLocation: optionalText(row, "storage_location") ?? source,
    tags: toValues(tags),
    aliases,
  };
}

/** Rows of keys and values as a dictionary. */
export function toValues(
  rows: readonly Row[],
  key = "key",
  value = "value",
): ReadonlyDictionary<string> {
  return toDictionary(rows.map((row) => [text(row, key), text(row, value)] as const));
}
