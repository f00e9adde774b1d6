import type { ReadonlyDictionary } from "./record.ts";

export const MODEL_VERSION_STAGES = ["None", "Staging", "Production", "Archived"] as const;
export type ModelVersionStage = (typeof MODEL_VERSION_STAGES)[number];

export const MODEL_VERSION_STATUSES = [
  "PENDING_REGISTRATION",
  "FAILED_REGISTRATION",
  "READY",
] as const;
export type ModelVersionStatus = (typeof MODEL_VERSION_STATUSES)[number];

export interface ModelVersion {
  readonly name: string;
  /** A whole number as text, as MLflow's API has it. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly creationTimestamp: number;
  /** Milliseconds since the epoch. */
  readonly lastUpdatedTimestamp: number;
  readonly description: string | null;
  readonly userId: string | null;
  readonly currentStage: ModelVersionStage;
  readonly source: string | null;
  readonly runId: string | null;
  readonly runLink: string | null;
  readonly status: ModelVersionStatus;
  readonly statusMessage: string | null;
  readonly modelId: string | null;
  /** Where downloads come from: `source`, or what a `models:/` source resolved to. */
  readonly storageLocation: string | null;
  readonly tags: ReadonlyDictionary<string>;
  readonly aliases: readonly string[];
}
