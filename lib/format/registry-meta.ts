import {
  MODEL_VERSION_STAGES,
  MODEL_VERSION_STATUSES,
  type ModelVersion,
  type ModelVersionStage,
} from "../entities/model-version.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import {
  openMeta,
  readExtra,
  readInteger,
  readName,
  readOptionalInteger,
  readOptionalText,
  readText,
  readTexts,
} from "./meta-file.ts";
import { printYaml, type YamlMap } from "./yaml.ts";

/** What `models/NAME/meta.yaml` holds. */
export type RegisteredModelMeta = Omit<RegisteredModel, "tags" | "latestVersions"> & {
  /** A copy of the time when the file was written; the truth is in the files below `aliases`. */
  readonly aliases: RegisteredModel["aliases"];
  /** Keys of other versions, kept when the file is rewritten. */
  readonly extra: YamlMap;
};

/** The stage of a deleted version, whose folder stays so that its number is not given again. */
export const DELETED_STAGE = "Deleted_Internal";

/** What `models/NAME/version-N/meta.yaml` holds. */
export type ModelVersionMeta = Omit<ModelVersion, "tags" | "aliases" | "currentStage"> & {
  readonly currentStage: ModelVersionStage | typeof DELETED_STAGE;
  /** Keys of other versions, kept when the file is rewritten. */
  readonly extra: YamlMap;
};

/** What MLflow 3.17 writes besides the keys that MLflow 2 knows. */
export const NEW_REGISTERED_MODEL_EXTRA: YamlMap = {
  deployment_job_id: null,
  deployment_job_state: null,
  workspace: "default",
};

/** What MLflow 3.17 writes besides the keys that this code knows. */
export const NEW_MODEL_VERSION_EXTRA: YamlMap = {
  deployment_job_state: null,
  workspace: "default",
};

const KNOWN_OF_MODEL: ReadonlySet<string> = new Set([
  "aliases",
  "creation_timestamp",
  "description",
  "last_updated_timestamp",
  "name",
]);

const KNOWN_OF_VERSION: ReadonlySet<string> = new Set([
  "creation_timestamp",
  "current_stage",
  "description",
  "last_updated_timestamp",
  "model_id",
  "name",
  "run_id",
  "run_link",
  "source",
  "status",
  "status_message",
  "storage_location",
  "user_id",
  "version",
  // A stale copy that MLflow 2 wrote and never read.
  "aliases",
]);

const STAGES = [...MODEL_VERSION_STAGES, DELETED_STAGE] as const;

/** @throws MlrunsError INTERNAL_ERROR when the name or a time is missing */
export function parseRegisteredModelMeta(text: string, path: string): RegisteredModelMeta {
  const file = openMeta(text, path);
  const creationTimestamp = readInteger(file, "creation_timestamp");
  return {
    name: readText(file, "name"),
    creationTimestamp,
    lastUpdatedTimestamp: readOptionalInteger(file, "last_updated_timestamp") ?? creationTimestamp,
    description: readOptionalText(file, "description"),
    aliases: readTexts(file, "aliases"),
    extra: readExtra(file, KNOWN_OF_MODEL),
  };
}

export function printRegisteredModelMeta(meta: RegisteredModelMeta): string {
  return printYaml({
    ...meta.extra,
    aliases: meta.aliases,
    creation_timestamp: meta.creationTimestamp,
    description: meta.description,
    last_updated_timestamp: meta.lastUpdatedTimestamp,
    name: meta.name,
  });
}

/** @throws MlrunsError INTERNAL_ERROR when name, version or creation time is missing, or the stage is none of MLflow's */
export function parseModelVersionMeta(text: string, path: string): ModelVersionMeta {
  const file = openMeta(text, path);
  const creationTimestamp = readInteger(file, "creation_timestamp");
  return {
    name: readText(file, "name"),
    version: String(readInteger(file, "version")),
    creationTimestamp,
    lastUpdatedTimestamp: readOptionalInteger(file, "last_updated_timestamp") ?? creationTimestamp,
    description: readOptionalText(file, "description"),
    userId: readOptionalText(file, "user_id"),
    currentStage: "current_stage" in file.map ? readName(file, "current_stage", STAGES) : "None",
    source: readOptionalText(file, "source"),
    runId: readOptionalText(file, "run_id"),
    runLink: readOptionalText(file, "run_link"),
    status: "status" in file.map ? readName(file, "status", MODEL_VERSION_STATUSES) : "READY",
    statusMessage: readOptionalText(file, "status_message"),
    modelId: readOptionalText(file, "model_id"),
    storageLocation: readOptionalText(file, "storage_location"),
    extra: readExtra(file, KNOWN_OF_VERSION),
  };
}

/** Unlike elsewhere, the version is a number in the file. */
export function printModelVersionMeta(meta: ModelVersionMeta): string {
  return printYaml({
    ...meta.extra,
    creation_timestamp: meta.creationTimestamp,
    current_stage: meta.currentStage,
    description: meta.description,
    last_updated_timestamp: meta.lastUpdatedTimestamp,
    model_id: meta.modelId,
    name: meta.name,
    run_id: meta.runId,
    run_link: meta.runLink,
    source: meta.source,
    status: meta.status,
    status_message: meta.statusMessage,
    storage_location: meta.storageLocation,
    user_id: meta.userId,
    version: Number(meta.version),
  });
}
