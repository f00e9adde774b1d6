import { join } from "node:path";
import type { TreeProblem } from "../errors.ts";
import { parseLoggedModelMeta } from "../format/logged-model-meta.ts";
import { parseRunMeta } from "../format/run-meta.ts";
import { artifactPlaceOfRun, findArtifacts } from "../store/artifact-location.ts";
import { experimentFolders } from "../store/experiments.ts";
import { listLoggedModelPlaces } from "../store/logged-model-place.ts";
import { listRunPlaces } from "../store/runs.ts";
import { collecting, type Store, treePath } from "../store/store.ts";
import { artifactPlaceOfTrace, listTracePlaces } from "../store/trace-place.ts";
import { META_FILE, runPaths } from "../tree/layout.ts";
import { entriesOf, readPatiently } from "../tree/read.ts";

/** A run, logged model or trace: what has artifacts of its own. */
export interface Owner {
  readonly kind: "run" | "model" | "trace";
  readonly id: string;
  readonly experimentId: string;
  readonly folder: string;
  /** Where its artifacts belong, below the root: `<experiment>/<run>/artifacts`, `<experiment>/models/<model>/artifacts`. */
  readonly tail: string;
  /** Where they are: a folder, in the tree or not, or a URI of another store. */
  readonly artifacts: ReturnType<typeof artifactPlaceOfRun>;
}

/** Every run, logged model and trace of the tree, deleted ones included. What cannot be read is named in `problems`. */
export function listOwners(store: Store, problems: TreeProblem[]): Owner[] {
  return experimentFolders(store, "ALL", problems).flatMap(({ experimentId, folder }) => [
    ...listRuns(store, experimentId, problems),
    ...listModels(store, experimentId, folder, problems),
    ...listTraces(store, experimentId, folder),
  ]);
}

/** Whether an owner's artifacts lie in its folder of the tree, or would if there were any. */
export function keepsArtifacts({ folder, artifacts }: Owner): boolean {
  return artifacts.kind === "folder" && artifacts.folder === runPaths.artifacts(folder);
}

/** Whether an owner has artifacts in its folder of the tree. */
export function hasArtifacts({ folder }: Owner): boolean {
  return entriesOf(runPaths.artifacts(folder)).length > 0;
}

function listRuns(store: Store, experimentId: string, problems: TreeProblem[]): Owner[] {
  return listRunPlaces(store, experimentId).flatMap((place) => {
    const { runId: id, folder } = place;
    const file = runPaths.meta(folder);
    const uri = collecting(store, file, problems, () =>
      readPatiently(file, (text) => parseRunMeta(text, treePath(store, file)).artifactUri),
    );
    if (uri === undefined) return [];
    const tail = `${experimentId}/${id}/artifacts`;
    const artifacts = artifactPlaceOfRun(store, place, uri);
    return [{ kind: "run" as const, id, experimentId, folder, tail, artifacts }];
  });
}

function listModels(
  store: Store,
  experimentId: string,
  experimentFolder: string,
  problems: TreeProblem[],
): Owner[] {
  return listLoggedModelPlaces(experimentId, experimentFolder).flatMap(
    ({ modelId: id, folder }) => {
      const file = join(folder, META_FILE);
      const uri = collecting(store, file, problems, () =>
        readPatiently(
          file,
          (text) => parseLoggedModelMeta(text, treePath(store, file)).artifactLocation,
        ),
      );
      if (uri === undefined) return [];
      const tail = `${experimentId}/models/${id}/artifacts`;
      const artifacts = findArtifacts(store, folder, tail, uri);
      return [{ kind: "model" as const, id, experimentId, folder, tail, artifacts }];
    },
  );
}

function listTraces(store: Store, experimentId: string, experimentFolder: string): Owner[] {
  return listTracePlaces(experimentId, experimentFolder).map((place) => ({
    kind: "trace",
    id: place.traceId,
    experimentId,
    folder: place.folder,
    tail: `${experimentId}/traces/${place.traceId}/artifacts`,
    artifacts: artifactPlaceOfTrace(store, place),
  }));
}
