import type { Experiment } from "../../entities/experiment.ts";
import type { Metric } from "../../entities/metric.ts";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import type { RunStatus } from "../../entities/run.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { type Artifacts, type CarriedRun, NO_ARTIFACTS } from "../items.ts";

/**
 * An experiment of which only the name is known. Its id is no id of MLflow's, so that a tree gives it one of its own, or
 * joins it by name.
 */
export function plainExperiment(name: string): Experiment {
  const now = Date.now();
  return {
    experimentId: plainExperimentId(name),
    name,
    artifactLocation: "",
    lifecycleStage: "active",
    creationTime: now,
    lastUpdateTime: now,
    tags: {},
  };
}

export function plainExperimentId(name: string): string {
  return `name:${name}`;
}

export interface PlainRun {
  readonly runId: string;
  /** Its name. */
  readonly experiment: string;
  readonly runName: string;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly status?: RunStatus;
  readonly userId?: string;
  readonly isDeleted?: boolean;
  readonly params: ReadonlyDictionary<string>;
  readonly tags: ReadonlyDictionary<string>;
  readonly points: readonly Metric[];
  readonly artifacts?: Artifacts;
}

/** A run of a source that knows less than MLflow does. */
export function plainRun(run: PlainRun): CarriedRun {
  const { runId, runName, startTime, endTime, params, tags, points } = run;
  return {
    info: {
      runId,
      experimentId: plainExperimentId(run.experiment),
      runName,
      userId: run.userId ?? "unknown",
      status: run.status ?? "FINISHED",
      startTime,
      endTime,
      lifecycleStage: run.isDeleted ? "deleted" : "active",
      artifactUri: null,
    },
    deletedTime: null,
    params,
    tags: { ...tags, [MLFLOW_TAG.runName]: runName },
    inputs: { datasetInputs: [], modelInputs: [] },
    outputs: { modelOutputs: [] },
    metrics: async function* () {
      yield points;
    },
    artifacts: run.artifacts ?? NO_ARTIFACTS,
  };
}
