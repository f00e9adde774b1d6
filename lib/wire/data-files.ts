/**
 * The viewer's data files: what `lib/site/` makes, `serve` answers live and the viewer reads.
 * Their shapes stand here once, their paths in `data-paths.ts`.
 */

import type { FileInfo } from "../entities/file-info.ts";
import type { LifecycleStage } from "../entities/lifecycle.ts";
import type { LoggedModel } from "../entities/logged-model.ts";
import type { ModelVersion } from "../entities/model-version.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import type { RunInfo, RunInputs, RunOutputs } from "../entities/run.ts";
import type { TreeProblem } from "../errors.ts";

/** A viewer refuses data of a newer schema and says so. */
export const DATA_SCHEMA_VERSION = 1;

/** Rows in the first runs file of an experiment: few, so that they are soon there. */
export const FIRST_RUNS = 1_000;

/** Rows in each further one, which `next` of the one before names. */
export const RUNS_PER_FILE = 5_000;

/** Rows before the runs file of a number. */
export function runsBefore(chunk: number): number {
  return chunk === 0 ? 0 : FIRST_RUNS + (chunk - 1) * RUNS_PER_FILE;
}

/** Runs files that so many rows take; there is one without rows, too. */
export function countRunsFiles(rows: number): number {
  return 1 + Math.max(0, Math.ceil((rows - FIRST_RUNS) / RUNS_PER_FILE));
}

/** A history of more points is read in its binary form. */
export const BINARY_ABOVE_POINTS = 2_000;

/** A history of more points has a pyramid as well. */
export const PYRAMID_ABOVE_POINTS = 50_000;

/** Consecutive points, in file order, that one record of a pyramid sums up. */
export const PYRAMID_BUCKET = 256;

/** Float64s in one record of a pyramid: step min, step max, timestamp min, timestamp max, value min, value max (NaN when all are). */
export const PYRAMID_RECORD_FIELDS = 6;

/** JSON has no NaN and no infinities: they travel as words. */
export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";

export function encodeNumber(value: number): JsonNumber {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}

export function decodeNumber(value: JsonNumber): number {
  return typeof value === "number" ? value : Number(value);
}

/** `data/manifest.json`: the first file that a viewer reads, and polls where there are no events. */
export interface Manifest {
  readonly schemaVersion: number;
  /** Version of the package that made the data. */
  readonly version: string;
  readonly mode: "live" | "static";
  /** Hides every editing control. */
  readonly readOnly: boolean;
  readonly title: string;
  /** Index in this list is the `root` of experiments and problems. */
  readonly roots: readonly RootEntry[];
  /** Changes whenever any data file may have changed. */
  readonly generation: string;
  /** When the tree was last read, ms since the epoch. */
  readonly readAt: number;
  /** Folder of artifact bytes: `raw/<nonce>` live, `raw` in a static export. */
  readonly rawBase: string;
  /** Base of the REST API for edits of the first root (`ajax-api`), absent in static mode. */
  readonly apiBase?: string;
  readonly features: {
    readonly events: boolean;
    readonly registry: boolean;
    readonly loggedModels: boolean;
    readonly traces: boolean;
  };
  /** Live: of what was read so far; `tree.json` reads everything. */
  readonly problemCount: number;
}

/** One of the trees that are shown. */
export interface RootEntry {
  /** Never an absolute path in static mode. */
  readonly label: string;
  /** Short name, unlike those of the other roots; empty when there is only one. Ids of all but the first end with it, see `rootedId`. */
  readonly key: string;
  /** Base of the REST API for edits of this root, absent in static mode. */
  readonly apiBase?: string;
  /** Why it could not be opened. */
  readonly problem?: string;
}

/** `data/experiments.json` */
export interface ExperimentsFile {
  readonly experiments: readonly ExperimentEntry[];
}

export interface ExperimentEntry {
  readonly experimentId: string;
  readonly name: string;
  /** Index into `Manifest.roots`. */
  readonly root: number;
  readonly lifecycleStage: LifecycleStage;
  readonly creationTime: number | null;
  readonly lastUpdateTime: number | null;
  readonly tags: ReadonlyDictionary<string>;
  /** Active runs by state, and deleted ones. */
  readonly runCount: number;
  readonly runningCount: number;
  readonly failedCount: number;
  readonly deletedCount: number;
  /** Start of the newest run, ms since the epoch. */
  readonly lastRunTime: number | null;
  readonly loggedModelCount: number;
  readonly traceCount: number;
}

/** Text column with each distinct value once; code -1 means the row has no value. */
export interface DictionaryColumn {
  readonly values: readonly string[];
  readonly codes: readonly number[];
}

/** One metric over the rows; null where the run has no such metric. */
export interface MetricColumn {
  readonly last: readonly (JsonNumber | null)[];
  readonly min: readonly (JsonNumber | null)[];
  readonly max: readonly (JsonNumber | null)[];
  readonly mean: readonly (JsonNumber | null)[];
  /** Step of the latest point. */
  readonly step: readonly (number | null)[];
  readonly count: readonly (number | null)[];
}

/** `data/runs/<experiment>.json` and `data/runs/<experiment>.<n>.json`: columns, newest run first, active and deleted. */
export interface RunsFile {
  readonly experimentId: string;
  readonly experimentName: string;
  /** Key of the root, when there are several. */
  readonly root?: string;
  /** Rows over all chunks. */
  readonly total: number;
  /** Rows before this chunk. */
  readonly offset: number;
  /** Path of the next chunk, or null. */
  readonly next: string | null;
  readonly runIds: readonly string[];
  readonly names: readonly string[];
  /** Index into RUN_STATUSES. */
  readonly status: readonly number[];
  /** 1 for deleted runs. */
  readonly deleted: readonly (0 | 1)[];
  readonly startTime: readonly number[];
  readonly endTime: readonly (number | null)[];
  /** Newest timestamp of any metric, ms; how alive a running run is. */
  readonly lastWrite: readonly (number | null)[];
  readonly user: DictionaryColumn;
  /** Run id of the parent, when there is one. */
  readonly parent: DictionaryColumn;
  readonly params: ReadonlyDictionary<DictionaryColumn>;
  /** Values are cut at `TAG_CUT` characters; the run file has them whole. */
  readonly tags: ReadonlyDictionary<DictionaryColumn>;
  readonly metrics: ReadonlyDictionary<MetricColumn>;
  /** `name (digest)` of the input datasets, several joined by `, `. */
  readonly datasets: DictionaryColumn;
  /** Names of the logged models that the runs made. */
  readonly models: DictionaryColumn;
  /**
   * Set while a large tree is read for the first time, live only: rows whose run was not read yet have no params, tags and
   * metrics. Changes are announced as they are read; then the file is asked for again.
   */
  readonly reading?: ReadingState;
  /**
   * Set while not even the list of a large experiment's runs is there, live only: these are the newest as far as the times
   * of their folders tell, and `total` counts what may be a run. Given once: asked for again, the file has them all.
   */
  readonly isFirstGlance?: true;
  /** Runs that could not be read at all: shown as rows with their reason. */
  readonly unreadable: readonly { readonly runId: string; readonly problem: TreeProblem }[];
  /** Problems inside runs that could be read. */
  readonly warnings: readonly { readonly runId: string; readonly problem: TreeProblem }[];
  /** Runs whose id other roots have, too, with the keys of those. */
  readonly copies?: readonly { readonly runId: string; readonly roots: readonly string[] }[];
}

export const TAG_CUT = 300;

/** How far the reading of the whole tree has come. */
export interface ReadingState {
  readonly runs: number;
  readonly ofRuns: number;
  /** Estimated, milliseconds; null as long as nothing is known. */
  readonly leftMs: number | null;
}

/** `data/run/<run>.json`: everything small of one run. */
export interface RunFile {
  readonly info: RunInfo;
  readonly experimentName: string;
  readonly root: number;
  /** Key of the root, when there are several. */
  readonly rootKey?: string;
  readonly params: ReadonlyDictionary<string>;
  readonly tags: ReadonlyDictionary<string>;
  readonly metrics: readonly MetricEntry[];
  readonly inputs: RunInputs;
  readonly outputs: RunOutputs;
  readonly loggedModels: readonly { readonly modelId: string; readonly name: string }[];
  readonly modelVersions: readonly {
    /** Of the registered model, see `RegisteredModelEntry`. */
    readonly id: string;
    readonly name: string;
    readonly version: string;
  }[];
  readonly parent: RunLink | null;
  readonly children: readonly RunLink[];
  /** Root listing of the artifacts. */
  readonly artifacts: ArtifactsFile;
  readonly lastWrite: number | null;
  /** The runs of the same id in other roots. */
  readonly copies?: readonly RunLink[];
  readonly warnings: readonly TreeProblem[];
}

export interface RunLink {
  readonly runId: string;
  readonly runName: string;
  readonly experimentId: string;
}

export interface MetricEntry {
  readonly key: string;
  readonly last: JsonNumber;
  readonly step: number;
  readonly timestamp: number;
  readonly count: number;
  readonly min: JsonNumber;
  readonly max: JsonNumber;
  readonly mean: JsonNumber;
}

/** `data/artifacts/<run or model>/<folder>.json` */
export interface ArtifactsFile {
  /** Folder, relative to the artifact root; empty for the root. */
  readonly path: string;
  readonly files: readonly ArtifactEntry[];
  /** Where the artifacts are read from: `tree`, or the scheme of a remote store. */
  readonly source: string;
  /** The recorded URI (left out of static exports). */
  readonly recordedUri?: string;
  /** Why there is no listing, and what to do. */
  readonly problem?: string;
}

export interface ArtifactEntry extends FileInfo {
  /** Last change, ms since the epoch; null when the store does not tell. */
  readonly modified: number | null;
  /** False when a static export leaves the bytes out. */
  readonly published: boolean;
}

/** `data/registry.json` */
export interface RegistryFile {
  readonly models: readonly RegisteredModelEntry[];
}

export interface RegisteredModelEntry extends Omit<RegisteredModel, "latestVersions"> {
  /** The name, with the key of the root unless it is the first. */
  readonly id: string;
  readonly root: number;
  readonly isPrompt: boolean;
  /** Highest version first. */
  readonly versions: readonly ModelVersion[];
}

/** `data/models/<experiment>.json`; the values of `metrics` may be `JsonNumber` words. */
export interface LoggedModelsFile {
  readonly models: readonly LoggedModelEntry[];
}

export interface LoggedModelEntry extends Omit<LoggedModel, "metrics" | "artifactLocation"> {
  readonly metrics: readonly {
    readonly key: string;
    readonly value: JsonNumber;
    readonly step: number;
    readonly timestamp: number;
    readonly datasetName?: string;
    readonly datasetDigest?: string;
    readonly runId?: string;
  }[];
}

/** `data/tree.json`: the health of the tree. */
export interface TreeFile {
  readonly readAt: number;
  readonly problems: readonly (TreeProblem & { readonly root: number; readonly fix?: string })[];
  readonly duplicateRunIds: readonly {
    readonly runId: string;
    readonly roots: readonly number[];
  }[];
  /** Runs that have not ended: some of them have died. */
  readonly running: readonly (RunLink & {
    /** Newest timestamp of a metric, else of the start, ms since the epoch. */
    readonly lastWrite: number;
  })[];
  /** Experiments that record where the tree lay before it was moved. An export names no paths, and none of them. */
  readonly moved: readonly {
    readonly experimentId: string;
    readonly name: string;
    readonly recorded: string;
  }[];
  readonly counts: {
    readonly experiments: number;
    readonly runs: number;
    readonly registeredModels: number;
    readonly traces: number;
  };
}

/** `data/views.json`: views that were saved into the tree. */
export interface ViewsFile {
  readonly views: readonly {
    readonly name: string;
    /** Hash route with its query. Ids in it that name no root are of the one that has the view. */
    readonly hash: string;
    readonly root: number;
  }[];
}

/** A message of `data/events`. */
export interface ChangeEvent {
  readonly kind: "change";
  readonly experimentId: string | null;
  readonly runId: string | null;
  /** `data`: a single run has logged something, and is else what it was: its name, state and place. */
  readonly what: "run" | "data";
  readonly generation: string;
}
