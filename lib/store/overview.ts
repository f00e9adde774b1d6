import { join } from "node:path";
import type { Experiment } from "../entities/experiment.ts";
import { experimentPaths, REGISTRY_FOLDER } from "../tree/layout.ts";
import { listFolders } from "../tree/read.ts";
import { findExperiment } from "./experiments.ts";
import { listLoggedModelPlaces } from "./logged-model-place.ts";
import type { Store } from "./store.ts";
import { listTracePlaces } from "./trace-place.ts";

/** What an experiment holds besides runs, at a glance. */
export interface ExperimentOverview {
  /** Folders of logged models, deleted ones included. */
  readonly loggedModels: number;
  readonly traces: number;
}

/** Counts what an experiment holds besides runs, from the names of folders: nothing is read. */
export function overlookExperiment(store: Store, { experimentId }: Experiment): ExperimentOverview {
  const { folder } = findExperiment(store, experimentId);
  return {
    loggedModels: listLoggedModelPlaces(experimentId, folder).length,
    traces: listTracePlaces(experimentId, folder).length,
  };
}

/** Which kinds of entities a tree has besides runs. */
export function findFeatures(
  store: Store,
  experiments: readonly Experiment[],
): { registry: boolean; loggedModels: boolean; traces: boolean } {
  const folders = experiments.map(({ experimentId }) => findExperiment(store, experimentId).folder);
  const has = (kind: (folder: string) => string): boolean =>
    folders.some((folder) => listFolders(kind(folder)).length > 0);
  return {
    registry: listFolders(join(store.root, REGISTRY_FOLDER)).length > 0,
    loggedModels: has(experimentPaths.loggedModels),
    traces: has(experimentPaths.traces),
  };
}
