import type { ModelVersion } from "./model-version.ts";
import type { ReadonlyDictionary } from "./record.ts";

export interface RegisteredModel {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly creationTimestamp: number;
  /** Milliseconds since the epoch. */
  readonly lastUpdatedTimestamp: number;
  readonly description: string | null;
  readonly tags: ReadonlyDictionary<string>;
  /** Alias to version. */
  readonly aliases: ReadonlyDictionary<string>;
  /** The highest version of each stage. */
  readonly latestVersions: readonly ModelVersion[];
}
