import { toDictionary } from "../entities/record.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import {
  compact,
  decodeInteger,
  decodePairs,
  encodePairs,
  type JsonInteger,
  type PairJson,
  someOf,
} from "./json.ts";
import { decodeModelVersion, type ModelVersionJson } from "./model-version.ts";

export interface RegisteredModelJson {
  readonly name: string;
  readonly creation_timestamp?: JsonInteger;
  readonly last_updated_timestamp?: JsonInteger;
  readonly description?: string;
  readonly latest_versions?: readonly ModelVersionJson[];
  readonly tags?: readonly PairJson[];
  readonly aliases?: readonly { readonly alias: string; readonly version: string }[];
}

/** @param latestVersions - encoded: their sources are told as their locations are */
export function encodeRegisteredModel(
  model: RegisteredModel,
  latestVersions: readonly ModelVersionJson[],
): RegisteredModelJson {
  const aliases = Object.entries(model.aliases).map(([alias, version]) => ({ alias, version }));
  return compact({
    name: model.name,
    creation_timestamp: model.creationTimestamp,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    description: model.description ?? undefined,
    latest_versions: someOf(latestVersions),
    tags: encodePairs(model.tags),
    aliases: someOf(aliases),
  });
}

export function decodeRegisteredModel(json: RegisteredModelJson): RegisteredModel {
  return {
    name: json.name,
    creationTimestamp: decodeInteger(json.creation_timestamp ?? 0),
    lastUpdatedTimestamp: decodeInteger(json.last_updated_timestamp ?? 0),
    description: json.description || null,
    latestVersions: (json.latest_versions ?? []).map(decodeModelVersion),
    tags: decodePairs(json.tags),
    aliases: toDictionary(
      (json.aliases ?? []).map(({ alias, version }) => [alias, String(version)] as const),
    ),
  };
}
