import type { ReadonlyDictionary } from "./record.ts";

/** A dataset that a run read. Identified by name and digest. */
export interface Dataset {
  readonly name: string;
  readonly digest: string;
  /** Kind of `source`, such as `local`, `http`, `code`. */
  readonly sourceType: string;
  /** JSON text. */
  readonly source: string;
  /** JSON text. */
  readonly schema: string | null;
  /** JSON text. */
  readonly profile: string | null;
}

/** A dataset as the input of a run; the tag `mlflow.data.context` says what for (`training`, `eval`). */
export interface DatasetInput {
  readonly dataset: Dataset;
  readonly tags: ReadonlyDictionary<string>;
}
