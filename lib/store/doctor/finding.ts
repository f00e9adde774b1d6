import { statSync } from "node:fs";
import { join } from "node:path";
import type { TreeProblem } from "../../errors.ts";
import { readPatiently } from "../../tree/read.ts";
import { type Store, toProblem, treePath } from "../store.ts";

/**
 * What can be wrong with a tree, one line a kind. `error`: MLflow or we cannot read something because of it. `warning`:
 * everything reads, and yet something is lost, misleading or in the way.
 */
export const KINDS = {
  "root-in-artifacts": [
    "warning",
    "the root lies below a folder `artifacts`: MLflow 3 finds no run in it",
  ],
  "trash-missing": ["warning", "the folder .trash is missing"],
  "foreign-folder": [
    "error",
    "a folder in the root that MLflow takes for an experiment, and then fails every search",
  ],
  "left-over": ["warning", "a temporary file or folder of a process that ended"],
  "stray-file": [
    "error",
    "a file of git, an editor or the system among metrics, params or tags, where every file is data",
  ],

  "experiment-meta": ["error", "the meta.yaml of an experiment cannot be read"],
  "experiment-meta-missing": ["warning", "a folder in the root without a meta.yaml"],
  "experiment-stage": [
    "warning",
    "an experiment is deleted by its meta.yaml only, or by its folder only",
  ],
  "experiment-name": ["warning", "experiments share a name, or one cannot be found by it"],
  "experiment-location": ["warning", "an experiment records its artifacts where they are not"],

  "run-meta": ["error", "the meta.yaml of a run cannot be read"],
  "run-meta-missing": ["warning", "what looks like a run has no meta.yaml"],
  "run-place": ["error", "a meta.yaml names another run or experiment than its folder"],
  "run-twice": ["error", "a run lies in two experiments: MLflow 3 refuses it"],
  "run-folder": [
    "error",
    "a run lacks a folder that git does not keep and without which MLflow 3 refuses the run",
  ],
  "run-times": ["warning", "a run ended before it started"],
  "run-location": ["warning", "a run records its artifacts where they are not"],
  "run-name": ["warning", "a run has another name in meta.yaml than in its tag mlflow.runName"],
  "run-parent": ["warning", "the parent of a run does not exist, or is the run itself"],

  "metric-line": [
    "error",
    "a line of a metric is no point: MLflow refuses the run, and every search of its experiment",
  ],
  "metric-empty": ["error", "a metric file without a point, with which MLflow refuses the run"],
  "metric-encoding": ["error", "a line of a metric is not UTF-8"],
  "key-name": ["error", "a name of a metric, param or tag that MLflow forbids"],
  "value-unreadable": [
    "error",
    "a metric, param or tag cannot be read: it is not UTF-8, or a link to nowhere",
  ],

  "dataset-meta": ["error", "the meta.yaml of a dataset cannot be read"],
  "dataset-missing": ["warning", "a run has used a dataset that is gone"],
  "input-meta": ["error", "the meta.yaml of an input or output of a run cannot be read"],
  "model-missing": ["warning", "a run names a logged model that is gone"],

  "logged-model-meta": ["error", "the meta.yaml of a logged model cannot be read"],
  "logged-model-place": [
    "error",
    "a meta.yaml names another logged model or experiment than its folder",
  ],
  "logged-model-location": ["warning", "a logged model records its artifacts where they are not"],
  "logged-model-run": ["warning", "a logged model names a run that is gone"],

  "registered-model-meta": [
    "error",
    "the meta.yaml of a registered model is missing or cannot be read: MLflow fails every search for models",
  ],
  "registered-model-name": [
    "warning",
    "a registered model or version has another name in its meta.yaml than its folder",
  ],
  "version-meta": [
    "error",
    "the meta.yaml of a version is missing or cannot be read: MLflow fails every search for models",
  ],
  "version-source": ["warning", "a version's files are not where it says"],
  alias: ["warning", "an alias names a version that does not exist"],

  "trace-info": ["error", "the trace_info.yaml of a trace cannot be read"],
  "trace-info-missing": ["warning", "a folder among the traces without a trace_info.yaml"],
  "trace-place": ["error", "a trace_info.yaml names another trace than its folder"],
  "trace-spans": ["error", "the spans of a trace are missing or cannot be read"],
  "trace-location": ["warning", "a trace records its spans where they are not"],
  assessment: [
    "error",
    "an assessment cannot be read: MLflow fails every search for traces of its experiment",
  ],
} as const;

export type FindingKind = keyof typeof KINDS;

/** How a finding can be mended without a guess. */
export type Mend =
  | { readonly action: "make folder" }
  /** Moves the file or folder to the backup. */
  | { readonly action: "move away" }
  | { readonly action: "rewrite"; readonly rewrite: (content: Buffer) => Buffer };

/** Something that is wrong with a tree. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: "error" | "warning";
  /** Relative to the root, separated by `/`. A thing that is missing is named where it should be. */
  readonly path: string;
  /** 1-based; absent when the finding is the whole file or folder. */
  readonly line?: number;
  readonly message: string;
  /** What the reader can do about it, when it cannot be mended. */
  readonly hint?: string;
  /** Absent when mending would be guessing. */
  readonly mend?: Mend;
}

export type FindingDetails = Partial<Pick<Finding, "line" | "hint" | "mend">>;

/** A temporary file as young as this may still be written. */
const YOUNG_MS = 60_000;

/** A check of a tree that goes on: where findings are gathered. */
export class Examination {
  readonly store: Store;
  readonly findings: Finding[] = [];

  constructor(store: Store) {
    this.store = store;
  }

  /** Reports a temporary file or folder, unless somebody may be at it. */
  reportLeftOver(path: string): void {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined || Date.now() - stat.mtimeMs < YOUNG_MS) return;
    const message = "Left over by a process that ended while it was writing";
    this.report("left-over", path, message, { mend: { action: "move away" } });
  }

  /** @param path - absolute */
  report(kind: FindingKind, path: string, message: string, details: FindingDetails = {}): void {
    const place = treePath(this.store, path);
    this.findings.push({ kind, severity: KINDS[kind][0], path: place, message, ...details });
  }

  /** Reports what a parser or the system says of a file. */
  reportProblem(kind: FindingKind, problem: TreeProblem, details: FindingDetails = {}): void {
    const line = problem.line === undefined ? {} : { line: problem.line };
    const path = join(this.store.root, ...problem.path.split("/"));
    this.report(kind, path, problem.message, { ...line, ...details });
  }

  /** Reads and parses a file; what is wrong with it becomes a finding. */
  read<Value>(
    kind: FindingKind,
    file: string,
    parse: (text: string, path: string) => Value,
    details: FindingDetails = {},
  ): Value | undefined {
    const path = treePath(this.store, file);
    try {
      return readPatiently(file, (text) => parse(text, path));
    } catch (error) {
      this.reportProblem(kind, toProblem(error, path), details);
      return undefined;
    }
  }
}
