import type { DatasetInput } from "./dataset.ts";
import type { LifecycleStage } from "./lifecycle.ts";
import type { Metric } from "./metric.ts";
import type { ReadonlyDictionary } from "./record.ts";

export const RUN_STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** Whether a run with this status is over. */
export function isTerminated(status: RunStatus): boolean {
  return status === "FINISHED" || status === "FAILED" || status === "KILLED";
}

export interface RunInfo {
  readonly runId: string;
  readonly experimentId: string;
  /** Empty when neither meta.yaml nor the tag `mlflow.runName` has one (MLflow before 1.29). */
  readonly runName: string;
  readonly userId: string;
  readonly status: RunStatus;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  /** Milliseconds since the epoch; null while the run goes on. */
  readonly endTime: number | null;
  readonly lifecycleStage: LifecycleStage;
  /** As stored. The artifacts of a moved tree are found by structure first, see `artifactFolder`. */
  readonly artifactUri: string | null;
}

export interface RunData {
  /** The latest value of each metric, by (step, timestamp, value). */
  readonly metrics: ReadonlyDictionary<number>;
  readonly params: ReadonlyDictionary<string>;
  readonly tags: ReadonlyDictionary<string>;
  /** The latest points themselves, sorted by key, with step and timestamp. */
  readonly latestMetrics: readonly Metric[];
}

/** A logged model as the input of a run (MLflow 3). */
export interface ModelInput {
  readonly modelId: string;
}

/** A logged model that a run made (MLflow 3). */
export interface ModelOutput {
  readonly modelId: string;
  readonly step: number;
}

export interface RunInputs {
  readonly datasetInputs: readonly DatasetInput[];
  readonly modelInputs: readonly ModelInput[];
}

export interface RunOutputs {
  readonly modelOutputs: readonly ModelOutput[];
}

export interface Run {
  readonly info: RunInfo;
  readonly data: RunData;
  readonly inputs: RunInputs;
  readonly outputs: RunOutputs;
}
