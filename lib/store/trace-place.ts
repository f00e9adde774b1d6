import { join } from "node:path";
import type { ArtifactPlace } from "../entities/file-info.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { isRunId } from "../entities/validate.ts";
import { notFound } from "../errors.ts";
import { experimentPaths, isExperimentFolder, TRASH_FOLDER, tracePaths } from "../tree/layout.ts";
import { isFile, listFolders, readTextIfThere } from "../tree/read.ts";
import { findArtifacts } from "./artifact-location.ts";
import type { Store } from "./store.ts";

/** Where a trace lies. */
export interface TracePlace {
  readonly traceId: string;
  readonly experimentId: string;
  readonly folder: string;
}

/** Finds the folder of a trace among active experiments, then among deleted ones. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function findTrace(store: Store, traceId: string): TracePlace {
  // No trace has such an id, which may be a path that leads elsewhere.
  const parents = isRunId(traceId) ? [store.root, join(store.root, TRASH_FOLDER)] : [];
  for (const parent of parents) {
    for (const experimentId of listFolders(parent)) {
      if (!isExperimentFolder(experimentId)) continue;
      const folder = join(experimentPaths.traces(join(parent, experimentId)), traceId);
      if (isFile(tracePaths.info(folder))) return { traceId, experimentId, folder };
    }
  }
  throw notFound(`Trace with ID '${traceId}' not found`);
}

/** Folders of an experiment that are traces: those with a trace_info.yaml. @param folder - of the experiment */
export function listTracePlaces(experimentId: string, folder: string): TracePlace[] {
  const traces = experimentPaths.traces(folder);
  return listFolders(traces)
    .filter(isRunId)
    .map((traceId) => ({ traceId, experimentId, folder: join(traces, traceId) }))
    .filter((place) => isFile(tracePaths.info(place.folder)));
}

/** Where a trace keeps its spans. */
export function artifactPlaceOfTrace(store: Store, place: TracePlace): ArtifactPlace {
  const uri = readTextIfThere(join(tracePaths.tags(place.folder), MLFLOW_TAG.artifactLocation));
  const tail = `${place.experimentId}/traces/${place.traceId}/artifacts`;
  return findArtifacts(store, place.folder, tail, uri ?? null);
}
