import type { Experiment } from "../entities/experiment.ts";
import type { LifecycleStage } from "../entities/lifecycle.ts";
import {
  compact,
  decodeOptionalInteger,
  decodePairs,
  encodePairs,
  type JsonInteger,
  type PairJson,
} from "./json.ts";

export interface ExperimentJson {
  readonly experiment_id: string;
  readonly name: string;
  readonly artifact_location?: string;
  readonly lifecycle_stage?: LifecycleStage;
  readonly last_update_time?: JsonInteger;
  readonly creation_time?: JsonInteger;
  readonly tags?: readonly PairJson[];
}

/** @param artifactLocation - where clients find its artifacts, which need not be how the tree records it */
export function encodeExperiment(experiment: Experiment, artifactLocation: string): ExperimentJson {
  return compact({
    experiment_id: experiment.experimentId,
    name: experiment.name,
    artifact_location: artifactLocation,
    lifecycle_stage: experiment.lifecycleStage,
    last_update_time: experiment.lastUpdateTime ?? undefined,
    creation_time: experiment.creationTime ?? undefined,
    tags: encodePairs(experiment.tags),
  });
}

export function decodeExperiment(json: ExperimentJson): Experiment {
  return {
    experimentId: json.experiment_id,
    name: json.name,
    artifactLocation: json.artifact_location ?? "",
    lifecycleStage: json.lifecycle_stage ?? "active",
    lastUpdateTime: decodeOptionalInteger(json.last_update_time),
    creationTime: decodeOptionalInteger(json.creation_time),
    tags: decodePairs(json.tags),
  };
}
