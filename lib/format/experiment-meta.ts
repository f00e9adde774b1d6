import type { Experiment } from "../entities/experiment.ts";
import {
  openMeta,
  readExtra,
  readLifecycleStage,
  readOptionalInteger,
  readText,
  requireKey,
} from "./meta-file.ts";
import { printYaml, type YamlMap } from "./yaml.ts";

/** What `EXP/meta.yaml` holds. Tags are not in it: they have files of their own. */
export type ExperimentMeta = Omit<Experiment, "tags"> & {
  /** Keys of other versions, kept when the file is rewritten. */
  readonly extra: YamlMap;
};

/** What MLflow 3.17 writes besides the keys that all versions know. */
export const NEW_EXPERIMENT_EXTRA: YamlMap = {
  effective_trace_archival_retention: null,
  trace_location: null,
  workspace: "default",
};

const KNOWN: ReadonlySet<string> = new Set([
  "artifact_location",
  "creation_time",
  "experiment_id",
  "last_update_time",
  "lifecycle_stage",
  "name",
  // A copy that MLflow leaves behind on rename, delete and restore and never reads. It is stale from then on, so it is
  // dropped, not kept.
  "tags",
]);

/**
 * Reads `EXP/meta.yaml` of any version.
 *
 * @throws MlrunsError INTERNAL_ERROR with the path, and the line where it is known, when the YAML is broken or one of
 *   experiment_id, name, artifact_location and lifecycle_stage is missing
 */
export function parseExperimentMeta(text: string, path: string): ExperimentMeta {
  const file = openMeta(text, path);
  requireKey(file, "lifecycle_stage");
  return {
    experimentId: readText(file, "experiment_id"),
    name: readText(file, "name"),
    artifactLocation: readText(file, "artifact_location"),
    lifecycleStage: readLifecycleStage(file),
    creationTime: readOptionalInteger(file, "creation_time"),
    lastUpdateTime: readOptionalInteger(file, "last_update_time"),
    extra: readExtra(file, KNOWN),
  };
}

/** Writes `EXP/meta.yaml` as MLflow does. */
export function printExperimentMeta(meta: ExperimentMeta): string {
  return printYaml({
    ...meta.extra,
    artifact_location: meta.artifactLocation,
    creation_time: meta.creationTime,
    experiment_id: meta.experimentId,
    last_update_time: meta.lastUpdateTime,
    lifecycle_stage: meta.lifecycleStage,
    name: meta.name,
  });
}
