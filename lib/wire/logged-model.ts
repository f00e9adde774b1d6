import {
  LOGGED_MODEL_STATUSES,
  type LoggedModel,
  type LoggedModelStatus,
} from "../entities/logged-model.ts";
import {
  compact,
  decodeInteger,
  decodePairs,
  encodePairs,
  type JsonInteger,
  type PairJson,
  someOf,
} from "./json.ts";
import { decodeMetric, encodeMetric, type MetricJson } from "./metric.ts";

/** In the order of MLflow's numbers, which start with 0. */
export const LOGGED_MODEL_STATUS_NAMES = [
  "LOGGED_MODEL_STATUS_UNSPECIFIED",
  "LOGGED_MODEL_PENDING",
  "LOGGED_MODEL_READY",
  "LOGGED_MODEL_UPLOAD_FAILED",
] as const;
export type LoggedModelStatusName = (typeof LOGGED_MODEL_STATUS_NAMES)[number];

export interface LoggedModelJson {
  readonly info: {
    readonly model_id: string;
    readonly experiment_id: string;
    readonly name?: string;
    readonly creation_timestamp_ms?: JsonInteger;
    readonly last_updated_timestamp_ms?: JsonInteger;
    readonly artifact_uri?: string;
    readonly status?: LoggedModelStatusName;
    readonly model_type?: string;
    readonly source_run_id?: string;
    readonly status_message?: string;
    readonly tags?: readonly PairJson[];
  };
  readonly data?: {
    readonly params?: readonly PairJson[];
    readonly metrics?: readonly MetricJson[];
  };
}

/** @param artifactUri - where clients find the artifacts, which need not be how the tree records it */
export function encodeLoggedModel(model: LoggedModel, artifactUri: string): LoggedModelJson {
  return {
    info: compact({
      model_id: model.modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.creationTimestamp,
      last_updated_timestamp_ms: model.lastUpdatedTimestamp,
      artifact_uri: artifactUri,
      status: encodeLoggedModelStatus(model.status),
      model_type: model.modelType ?? "",
      source_run_id: model.sourceRunId ?? "",
      status_message: model.statusMessage ?? undefined,
      tags: encodePairs(model.tags),
    }),
    data: compact({
      params: encodePairs(model.params),
      metrics: someOf(model.metrics.map(encodeMetric)),
    }),
  };
}

export function decodeLoggedModel({ info, data }: LoggedModelJson): LoggedModel {
  return {
    modelId: info.model_id,
    experimentId: info.experiment_id,
    name: info.name ?? "",
    artifactLocation: info.artifact_uri ?? "",
    creationTimestamp: decodeInteger(info.creation_timestamp_ms ?? 0),
    lastUpdatedTimestamp: decodeInteger(info.last_updated_timestamp_ms ?? 0),
    modelType: info.model_type || null,
    sourceRunId: info.source_run_id || null,
    status: decodeLoggedModelStatus(info.status ?? "LOGGED_MODEL_STATUS_UNSPECIFIED"),
    statusMessage: info.status_message || null,
    lifecycleStage: "active",
    tags: decodePairs(info.tags),
    params: decodePairs(data?.params),
    metrics: (data?.metrics ?? []).map(decodeMetric),
  };
}

export function encodeLoggedModelStatus(status: LoggedModelStatus): LoggedModelStatusName {
  return LOGGED_MODEL_STATUS_NAMES[LOGGED_MODEL_STATUSES.indexOf(status)] as LoggedModelStatusName;
}

export function decodeLoggedModelStatus(name: LoggedModelStatusName): LoggedModelStatus {
  return LOGGED_MODEL_STATUSES[LOGGED_MODEL_STATUS_NAMES.indexOf(name)] as LoggedModelStatus;
}
