import { join } from "node:path";
import type { Experiment } from "../entities/experiment.ts";
import type { RunStatus } from "../entities/run.ts";
import { MlrunsError } from "../errors.ts";
import { experimentPaths, REGISTRY_FOLDER } from "../tree/layout.ts";
import { listFolders } from "../tree/read.ts";
import { findExperiment } from "./experiments.ts";
import { listLoggedModelPlaces } from "./logged-model-place.ts";
import { readRunMeta } from "./read-run.ts";
import { listRunPlaces } from "./runs.ts";
import type { Store } from "./store.ts";
import { listTracePlaces } from "./trace-place.ts";

/** What an experiment holds, at a glance. */
export interface ExperimentOverview {
  /** Active runs by status. */
  readonly runs: Readonly<Record<RunStatus, number>>;
  readonly deletedRuns: number;
  /** Runs whose meta.yaml cannot be read. */
  readonly unreadableRuns: number;
  /** Start of the newest run, ms since the epoch. */
  readonly lastRunTime: number | null;
  /** Folders of logged models, deleted ones included. */
  readonly loggedModels: number;
  readonly traces: number;
}

/** Counts what an experiment holds, from one small file a run and the names of folders: nothing else is read. */
export function overlookExperiment(store: Store, { experimentId }: Experiment): ExperimentOverview {
  const { folder } = findExperiment(store, experimentId);
  const runs = { RUNNING: 0, SCHEDULED: 0, FINISHED: 0, FAILED: 0, KILLED: 0 };
  let deletedRuns = 0;
  let unreadableRuns = 0;
  let lastRunTime: number | null = null;
  for (const place of listRunPlaces(store, experimentId)) {
    try {
      const meta = readRunMeta(store, place);
      if (meta.lifecycleStage === "active") runs[meta.status]++;
      else deletedRuns++;
      lastRunTime = Math.max(lastRunTime ?? 0, meta.startTime);
    } catch (error) {
      if (!(error instanceof MlrunsError)) throw error;
      unreadableRuns++;
    }
  }
  return {
    runs,
    deletedRuns,
    unreadableRuns,
    lastRunTime,
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
