import { LOGGED_MODEL_STATUSES, type LoggedModel } from "../entities/logged-model.ts";
import {
  fail,
  openMeta,
  readExtra,
  readInteger,
  readLifecycleStage,
  readOptionalText,
  readText,
} from "./meta-file.ts";
import { printYaml, type YamlMap } from "./yaml.ts";
import { describeYaml } from "./yaml-value.ts";

/** What `EXP/models/MODEL/meta.yaml` holds. Tags, params and metrics have files of their own. */
export type LoggedModelMeta = Omit<LoggedModel, "tags" | "params" | "metrics"> & {
  /** Keys of other versions, kept when the file is rewritten. */
  readonly extra: YamlMap;
};

const KNOWN: ReadonlySet<string> = new Set([
  "artifact_location",
  "creation_timestamp",
  "experiment_id",
  "last_updated_timestamp",
  "lifecycle_stage",
  "model_id",
  "model_type",
  "name",
  "source_run_id",
  "status",
  "status_message",
]);

/**
 * Reads `EXP/models/MODEL/meta.yaml`. A missing lifecycle stage means active: MLflow drops it when it finalizes a model.
 *
 * @throws MlrunsError INTERNAL_ERROR when a key is missing that MLflow needs
 */
export function parseLoggedModelMeta(text: string, path: string): LoggedModelMeta {
  const file = openMeta(text, path);
  const number = file.map.status ?? 0;
  const status = typeof number === "number" ? LOGGED_MODEL_STATUSES[number] : undefined;
  return {
    modelId: readText(file, "model_id"),
    experimentId: readText(file, "experiment_id"),
    name: readText(file, "name"),
    artifactLocation: readText(file, "artifact_location"),
    creationTimestamp: readInteger(file, "creation_timestamp"),
    lastUpdatedTimestamp: readInteger(file, "last_updated_timestamp"),
    modelType: readOptionalText(file, "model_type"),
    sourceRunId: readOptionalText(file, "source_run_id"),
    status: status ?? fail(file, "status", `Unknown model status: ${describeYaml(number)}`),
    statusMessage: readOptionalText(file, "status_message"),
    lifecycleStage: readLifecycleStage(file),
    extra: readExtra(file, KNOWN),
  };
}

/** Writes the file as MLflow does for a new model; unlike MLflow it keeps the lifecycle stage from then on. */
export function printLoggedModelMeta(meta: LoggedModelMeta): string {
  return printYaml({
    ...meta.extra,
    artifact_location: meta.artifactLocation,
    creation_timestamp: meta.creationTimestamp,
    experiment_id: meta.experimentId,
    last_updated_timestamp: meta.lastUpdatedTimestamp,
    lifecycle_stage: meta.lifecycleStage,
    model_id: meta.modelId,
    model_type: meta.modelType,
    name: meta.name,
    source_run_id: meta.sourceRunId,
    // MLflow's number is the place in the list.
    status: LOGGED_MODEL_STATUSES.indexOf(meta.status),
    status_message: meta.statusMessage,
  });
}
