import type {
  ModelVersion,
  ModelVersionStage,
  ModelVersionStatus,
} from "../entities/model-version.ts";
import {
  compact,
  decodeInteger,
  decodePairs,
  encodePairs,
  type JsonInteger,
  type PairJson,
  someOf,
} from "./json.ts";

export interface ModelVersionJson {
  readonly name: string;
  readonly version: string;
  readonly creation_timestamp?: JsonInteger;
  readonly last_updated_timestamp?: JsonInteger;
  readonly user_id?: string;
  readonly current_stage?: ModelVersionStage;
  readonly description?: string;
  readonly source?: string;
  readonly run_id?: string;
  readonly status?: ModelVersionStatus;
  readonly status_message?: string;
  readonly tags?: readonly PairJson[];
  readonly run_link?: string;
  readonly aliases?: readonly string[];
  readonly model_id?: string;
}

/** @param source - where clients find the files, which need not be how the tree records it */
export function encodeModelVersion(version: ModelVersion, source: string): ModelVersionJson {
  return compact({
    name: version.name,
    version: version.version,
    creation_timestamp: version.creationTimestamp,
    last_updated_timestamp: version.lastUpdatedTimestamp,
    user_id: version.userId ?? undefined,
    current_stage: version.currentStage,
    description: version.description ?? undefined,
    source,
    run_id: version.runId ?? "",
    status: version.status,
    status_message: version.statusMessage ?? undefined,
    tags: encodePairs(version.tags),
    run_link: version.runLink ?? "",
    aliases: someOf(version.aliases),
    model_id: version.modelId ?? undefined,
  });
}

export function decodeModelVersion(json: ModelVersionJson): ModelVersion {
  return {
    name: json.name,
    version: String(json.version),
    creationTimestamp: decodeInteger(json.creation_timestamp ?? 0),
    lastUpdatedTimestamp: decodeInteger(json.last_updated_timestamp ?? 0),
    userId: json.user_id || null,
    currentStage: json.current_stage ?? "None",
    description: json.description || null,
    source: json.source ?? null,
    runId: json.run_id || null,
    status: json.status ?? "READY",
    statusMessage: json.status_message || null,
    tags: decodePairs(json.tags),
    runLink: json.run_link || null,
    aliases: json.aliases ?? [],
    modelId: json.model_id || null,
    storageLocation: null,
  };
}
