import { join } from "node:path";
import type { LifecycleStage } from "../entities/lifecycle.ts";
import { invalidParameter, MlrunsError, notFound } from "../errors.ts";
import type { RunMeta } from "../format/run-meta.ts";
import {
  DEFAULT_EXPERIMENT_ID,
  EXPERIMENT_FOLDERS,
  experimentFolder,
  runPaths,
} from "../tree/layout.ts";
import { isFile, isFolder, listFolders } from "../tree/read.ts";
import { moveFromTrash, moveToTrash } from "../tree/trash.ts";
import { rewriteExperimentMeta } from "./experiments.ts";
import { readRunMeta } from "./read-run.ts";
import { writeRunMeta } from "./runs.ts";
import type { RunPlace, Store } from "./store.ts";

/**
 * Marks an experiment's active runs deleted and moves it to `.trash`. Its name stays taken.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for experiment 0 (MLflow: INTERNAL_ERROR, on
 *   which clients would retry for minutes)
 */
export function deleteExperiment(store: Store, experimentId: string): void {
  if (experimentId === DEFAULT_EXPERIMENT_ID) {
    throw invalidParameter(
      "Cannot delete the default experiment '0'. This is an internally reserved experiment.",
    );
  }
  const folder = experimentFolder(store.root, experimentId);
  if (!isFolder(folder)) throw notFound(`Could not find experiment with ID ${experimentId}`);
  const deletedTime = Date.now();
  store.appender.close(folder);
  setLifecycleOfRuns(store, experimentId, false, "deleted", deletedTime);
  rewriteExperimentMeta(store, folder, { lifecycleStage: "deleted", lastUpdateTime: deletedTime });
  moveToTrash(store.root, experimentId);
  forgetRuns(store, experimentId);
}

/** Moves an experiment out of `.trash`. All its deleted runs become active, as in MLflow. */
export function restoreExperiment(store: Store, experimentId: string): void {
  const folder = experimentFolder(store.root, experimentId);
  if (!isFolder(experimentFolder(store.root, experimentId, true))) {
    throw notFound(`Could not find deleted experiment with ID ${experimentId}`);
  }
  if (isFolder(folder)) {
    throw new MlrunsError(
      "RESOURCE_ALREADY_EXISTS",
      `Cannot restore experiment with ID ${experimentId}. An experiment with same ID already exists.`,
    );
  }
  moveFromTrash(store.root, experimentId);
  forgetRuns(store, experimentId);
  setLifecycleOfRuns(store, experimentId, false, "active");
  rewriteExperimentMeta(store, folder, { lifecycleStage: "active", lastUpdateTime: Date.now() });
}

/** Moves all runs of an experiment to a lifecycle stage; those that are in it already keep their times. */
function setLifecycleOfRuns(
  store: Store,
  experimentId: string,
  inTrash: boolean,
  stage: LifecycleStage,
  deletedTime?: number,
): void {
  const folder = experimentFolder(store.root, experimentId, inTrash);
  for (const runId of listFolders(folder)) {
    const place = { runId, experimentId, inTrash, folder: join(folder, runId) };
    if (EXPERIMENT_FOLDERS.has(runId) || !isFile(runPaths.meta(place.folder))) continue;
    const meta = readableMeta(store, place);
    if (meta === undefined || meta.lifecycleStage === stage) continue;
    writeRunMeta(store, place, { ...meta, lifecycleStage: stage, deletedTime });
  }
}

/** A run that cannot be read is left as it is when its experiment is deleted or restored. */
function readableMeta(store: Store, place: RunPlace): RunMeta | undefined {
  try {
    return readRunMeta(store, place);
  } catch (error) {
    if (error instanceof MlrunsError) return undefined;
    throw error;
  }
}

function forgetRuns(store: Store, experimentId: string): void {
  for (const [runId, place] of store.places) {
    if (place.experimentId !== experimentId) continue;
    store.places.delete(runId);
    store.seenActive.delete(runId);
  }
}
