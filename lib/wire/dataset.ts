import type { Dataset, DatasetInput } from "../entities/dataset.ts";
import { compact, decodePairs, encodePairs, type PairJson } from "./json.ts";

export interface DatasetJson {
  readonly name: string;
  readonly digest: string;
  readonly source_type: string;
  readonly source: string;
  readonly schema?: string;
  readonly profile?: string;
}

export interface DatasetInputJson {
  readonly tags?: readonly PairJson[];
  readonly dataset: DatasetJson;
}

export function encodeDatasetInput({ dataset, tags }: DatasetInput): DatasetInputJson {
  return compact({
    tags: encodePairs(tags),
    dataset: compact({
      name: dataset.name,
      digest: dataset.digest,
      source_type: dataset.sourceType,
      source: dataset.source,
      schema: dataset.schema ?? undefined,
      profile: dataset.profile ?? undefined,
    }),
  });
}

export function decodeDatasetInput(json: DatasetInputJson): DatasetInput {
  return { dataset: decodeDataset(json.dataset), tags: decodePairs(json.tags) };
}

function decodeDataset(json: DatasetJson): Dataset {
  return {
    name: json.name,
    digest: json.digest,
    sourceType: json.source_type,
    source: json.source,
    schema: json.schema ?? null,
    profile: json.profile ?? null,
  };
}
