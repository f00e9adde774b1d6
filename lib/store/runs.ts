import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { randomName } from "../entities/random-name.ts";
import type { Run, RunInfo, RunStatus } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { isRunId, validateKey, validateRunId } from "../entities/validate.ts";
import { invalidParameter, MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import { printRunMeta, type RunMeta } from "../format/run-meta.ts";
import {
  EXPERIMENT_FOLDERS,
  experimentFolder,
  isExperimentFolder,
  keyFile,
  runFolder,
  runPaths,
  TRASH_FOLDER,
} from "../tree/layout.ts";
import { isFile, listFolders, namesIn } from "../tree/read.ts";
import { replaceFile, replaceValue } from "../tree/write.ts";
import { newArtifactUri } from "./artifact-location.ts";
import { findExperiment, getExperiment } from "./experiments.ts";
import {
  metaPath,
  type RunRecord,
  readRun,
  readRunMeta,
  refuseDeleted,
  runInfoOf,
} from "./read-run.ts";
import { type RunPlace, type Scan, type Store, toProblem } from "./store.ts";

export interface NewRun {
  /** Milliseconds since the epoch; now by default. */
  readonly startTime?: number;
  readonly tags?: Readonly<Record<string, string>>;
  /** A generated name such as `swift-heron-417` by default. */
  readonly runName?: string;
  readonly userId?: string;
}

export interface RunChanges {
  readonly status?: RunStatus;
  /** Milliseconds since the epoch. */
  readonly endTime?: number | null;
  readonly runName?: string;
}

/**
 * Creates a run, status RUNNING, with the folders that MLflow 3 asks for.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for an unknown experiment, INVALID_STATE for a deleted one,
 *   INVALID_PARAMETER_VALUE when `runName` and the tag `mlflow.runName` differ
 */
export function createRun(store: Store, experimentId: string, options: NewRun = {}): Run {
  const experiment = getExperiment(store, experimentId);
  if (experiment.lifecycleStage !== "active") {
    throw new MlrunsError(
      "INVALID_STATE",
      `Could not create run under non-active experiment with ID ${experimentId}.`,
    );
  }
  const tags = new Map(Object.entries(options.tags ?? {}));
  for (const key of tags.keys()) validateKey(key, "key");
  const runName = chooseName(options.runName, tags.get(MLFLOW_TAG.runName));
  tags.set(MLFLOW_TAG.runName, runName);

  const runId = randomUUID().replaceAll("-", "");
  const folder = runFolder(experimentFolder(store.root, experimentId), runId);
  const meta: RunMeta = {
    runId,
    experimentId,
    runName,
    userId: options.userId ?? tags.get(MLFLOW_TAG.user) ?? "unknown",
    status: "RUNNING",
    startTime: options.startTime || Date.now(),
    endTime: null,
    lifecycleStage: "active",
    artifactUri: newArtifactUri(
      store,
      experimentId,
      experiment.artifactLocation,
      `${runId}/artifacts`,
    ),
    deletedTime: null,
    extra: {},
  };
  for (const kind of ["metrics", "params", "tags", "artifacts"] as const) {
    mkdirSync(runPaths[kind](folder), { recursive: true });
  }
  for (const [key, value] of tags) {
    replaceValue(folder, keyFile(runPaths.tags(folder), key), String(value));
  }
  // The meta file comes last: a folder without one is no run, so nobody meets a half-made run.
  replaceFile(runPaths.meta(folder), printRunMeta(meta));
  const place = rememberPlace(store, { runId, experimentId, inTrash: false, folder });
  store.touched.add(experimentId, runId);
  return readRun(store, place).run;
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST, or what is wrong with its meta.yaml */
export function getRun(store: Store, runId: string): Run {
  return readRun(store, findRun(store, runId)).run;
}

/**
 * Finds the folder of a run among active experiments, then among deleted ones.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the id is not one, RESOURCE_DOES_NOT_EXIST when there is no such run
 */
export function findRun(store: Store, runId: string): RunPlace {
  validateRunId(runId);
  const known = store.places.get(runId);
  if (known !== undefined && isFile(runPaths.meta(known.folder))) return known;
  for (const inTrash of [false, true]) {
    const parent = inTrash ? join(store.root, TRASH_FOLDER) : store.root;
    for (const experimentId of listFolders(parent)) {
      if (!isExperimentFolder(experimentId) || EXPERIMENT_FOLDERS.has(runId)) continue;
      const folder = join(parent, experimentId, runId);
      if (isFile(runPaths.meta(folder))) {
        return rememberPlace(store, { runId, experimentId, inTrash, folder });
      }
    }
  }
  throw notFound(`Run '${runId}' not found`, {
    hint: "It may lie in another tree: check the root, or MLFLOW_TRACKING_URI.",
  });
}

/** Where an experiment lies. */
export interface ExperimentPlace {
  readonly experimentId: string;
  readonly inTrash: boolean;
  readonly folder: string;
}

/** What may be the runs of an experiment. */
export interface RunFolders extends ExperimentPlace {
  /** Names in it that run ids may be, sorted. */
  readonly runIds: readonly string[];
}

/** Lists what is a run if it has a meta.yaml; nothing else of it is looked at. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function findRunFolders(store: Store, experimentId: string): RunFolders {
  const { folder, inTrash } = findExperiment(store, experimentId);
  const runIds = namesIn(folder).filter((name) => !EXPERIMENT_FOLDERS.has(name) && isRunId(name));
  return { experimentId, inTrash, folder, runIds };
}

/** The place of a run; undefined when the folder has no meta.yaml and so is no run. */
export function toRunPlace(
  store: Store,
  experiment: ExperimentPlace,
  runId: string,
): RunPlace | undefined {
  const { experimentId, inTrash } = experiment;
  const folder = join(experiment.folder, runId);
  if (!isFile(runPaths.meta(folder))) return undefined;
  return rememberPlace(store, { runId, experimentId, inTrash, folder });
}

/** Folders of an experiment that are runs: those with a meta.yaml. */
export function listRunPlaces(store: Store, experimentId: string): RunPlace[] {
  const folders = findRunFolders(store, experimentId);
  return folders.runIds.flatMap((runId) => toRunPlace(store, folders, runId) ?? []);
}

/** Reads every run of an experiment. A run that cannot be read is a problem, and the others are still there. */
export function listRuns(store: Store, experimentId: string): Scan<RunRecord> {
  const found: RunRecord[] = [];
  const problems: TreeProblem[] = [];
  for (const place of listRunPlaces(store, experimentId)) {
    try {
      const record = readRun(store, place);
      found.push(record);
      problems.push(...record.problems);
    } catch (error) {
      problems.push(toProblem(error, metaPath(store, place)));
    }
  }
  return { found, problems };
}

/**
 * Changes status, end time or name; what is left out stays. The name is kept in meta.yaml and in the tag alike.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the run is deleted
 */
export function updateRun(store: Store, runId: string, changes: RunChanges): RunInfo {
  const place = findRun(store, runId);
  const meta = readRunMeta(store, place);
  refuseDeleted(meta);
  if (changes.runName) {
    replaceValue(
      place.folder,
      keyFile(runPaths.tags(place.folder), MLFLOW_TAG.runName),
      changes.runName,
    );
  }
  const isOver = changes.status !== undefined && changes.status !== "RUNNING";
  if (isOver) store.appender.close(place.folder);
  const changed = writeRunMeta(store, place, {
    ...meta,
    status: changes.status ?? meta.status,
    endTime: changes.endTime === undefined ? meta.endTime : changes.endTime,
    runName: changes.runName || meta.runName,
    deletedTime: undefined,
  });
  return runInfoOf(changed, undefined);
}

/** Marks a run deleted; nothing moves. Deleting it again is fine, as in MLflow. */
export function deleteRun(store: Store, runId: string): void {
  const place = findRun(store, runId);
  store.appender.close(place.folder);
  store.seenActive.delete(runId);
  writeRunMeta(store, place, {
    ...readRunMeta(store, place),
    lifecycleStage: "deleted",
    deletedTime: Date.now(),
  });
}

/** Makes a deleted run active again. Restoring an active run is fine, as in MLflow. */
export function restoreRun(store: Store, runId: string): void {
  const place = findRun(store, runId);
  writeRunMeta(store, place, {
    ...readRunMeta(store, place),
    lifecycleStage: "active",
    deletedTime: undefined,
  });
}

/**
 * The place of a run that is about to be written to, having made sure that it takes data. While points are logged, meta.yaml is read once a second at
 * most: a deletion by another process is noticed then.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when the run is deleted
 */
export function findActiveRun(store: Store, runId: string): RunPlace {
  const now = Date.now();
  const known = store.places.get(runId);
  if (known !== undefined && now - (store.seenActive.get(runId) ?? 0) < 1_000) {
    store.touched.add(known.experimentId, runId);
    return known;
  }
  const place = findRun(store, runId);
  refuseDeleted(readRunMeta(store, place));
  store.seenActive.set(runId, now);
  store.touched.add(place.experimentId, runId);
  return place;
}

/** Rewrites a run's meta.yaml; a finished run's is on the disk when this returns. */
export function writeRunMeta(store: Store, place: RunPlace, meta: RunMeta): RunMeta {
  store.touched.add(place.experimentId, place.runId);
  const isOver = meta.status !== "RUNNING" && meta.status !== "SCHEDULED";
  replaceFile(runPaths.meta(place.folder), printRunMeta(meta), { durable: isOver });
  return meta;
}

function rememberPlace(store: Store, place: RunPlace): RunPlace {
  store.places.set(place.runId, place);
  return place;
}

function chooseName(runName: string | undefined, nameTag: string | undefined): string {
  if (runName && nameTag && runName !== nameTag) {
    throw invalidParameter(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values " +
        `(run_name='${runName}', mlflow.runName='${nameTag}').`,
    );
  }
  return runName || nameTag || randomName();
}
