import type { LifecycleStage } from "./lifecycle.ts";
import type { Metric } from "./metric.ts";
import type { ReadonlyDictionary } from "./record.ts";

export const LOGGED_MODEL_STATUSES = ["UNSPECIFIED", "PENDING", "READY", "FAILED"] as const;
export type LoggedModelStatus = (typeof LOGGED_MODEL_STATUSES)[number];

/** A model with its own id, params, metrics and artifacts (MLflow 3). */
export interface LoggedModel {
  /** `m-` and 32 hex digits. */
  readonly modelId: string;
  readonly experimentId: string;
  readonly name: string;
  readonly artifactLocation: string;
  /** Milliseconds since the epoch. */
  readonly creationTimestamp: number;
  /** Milliseconds since the epoch. */
  readonly lastUpdatedTimestamp: number;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
  readonly status: LoggedModelStatus;
  readonly statusMessage: string | null;
  readonly lifecycleStage: LifecycleStage;
  readonly tags: ReadonlyDictionary<string>;
  readonly params: ReadonlyDictionary<string>;
  /** The latest point per key and dataset. */
  readonly metrics: readonly Metric[];
}
