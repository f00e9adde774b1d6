import type { LifecycleStage } from "./lifecycle.ts";
import type { ReadonlyDictionary } from "./record.ts";

export interface Experiment {
  readonly experimentId: string;
  readonly name: string;
  /** URI or path below which runs of this experiment keep their artifacts. */
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  /** Milliseconds since the epoch; null in trees written before MLflow 1.29. */
  readonly creationTime: number | null;
  /** Milliseconds since the epoch. Changes on rename, delete and restore, not with tags or runs. */
  readonly lastUpdateTime: number | null;
  readonly tags: ReadonlyDictionary<string>;
}
