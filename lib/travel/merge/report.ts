import type { TreeProblem } from "../../errors.ts";

export type MergeKind =
  | "experiment"
  | "dataset"
  | "run"
  | "logged model"
  | "trace"
  | "registered model"
  | "model version";

/**
 * `added`: it was not there. `completed`: it was there in part, and what was missing was added. `identical`: all of it was there
 * already. `conflict`: the two differ, and neither is a part of the other; what was there stays as it is.
 */
export type MergeOutcome = "added" | "completed" | "identical" | "conflict";

/** What became of one thing of a source. */
export interface MergeItem {
  readonly kind: MergeKind;
  /** Of an experiment its name; of a version `NAME/N`. */
  readonly id: string;
  /** Root of the source. */
  readonly from: string;
  readonly outcome: MergeOutcome;
  /** The id or version number that it has in the target, where another thing had its own. */
  readonly as?: string;
  /** Of a conflict: the files or keys in which the two differ. */
  readonly differences?: readonly string[];
}

export interface MergeReport {
  readonly items: readonly MergeItem[];
  /** Files of the sources that could not be read, below `<source>: `. What they belong to was left out. */
  readonly problems: readonly TreeProblem[];
}
