import { readdirSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { ArtifactPlace } from "../entities/file-info.ts";
import type { TreeProblem } from "../errors.ts";
import { DELETED_STAGE } from "../format/registry-meta.ts";
import { META_FILE, registryPaths, runPaths } from "../tree/layout.ts";
import { removeFolder } from "../tree/write.ts";
import { artifactPlaceOfRun, findArtifacts } from "./artifact-location.ts";
import { experimentFolders, readExperimentMeta } from "./experiments.ts";
import { listLoggedModelPlaces } from "./logged-model-place.ts";
import { loggedModelMetaFile, readLoggedModelMeta } from "./read-logged-model.ts";
import { listVersionNumbers, readModelVersionMeta } from "./read-registry.ts";
import { readRunMeta } from "./read-run.ts";
import { listRegisteredModels } from "./registry.ts";
import { listRunPlaces } from "./runs.ts";
import { collecting, type Scan, type Store, treePath } from "./store.ts";
import { artifactPlaceOfTrace, listTracePlaces } from "./trace-place.ts";

export interface GarbageOptions {
  /** Milliseconds since the epoch: what was deleted then or later stays. By default everything that is deleted goes. */
  readonly deletedBefore?: number;
  /** Only these runs, logged models and experiments. */
  readonly ids?: readonly string[];
}

/** Something that was deleted and can be removed for good. */
export interface Garbage {
  readonly kind: "run" | "loggedModel" | "experiment";
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  /** Milliseconds since the epoch; null when nobody noted it, which counts as long ago, as in MLflow. */
  readonly deletedTime: number | null;
  /** Of its folder, relative to the root. */
  readonly path: string;
  /** Of the files in its folder. */
  readonly bytes: number;
  /** Its artifacts that lie elsewhere. */
  readonly artifacts: readonly ArtifactPlace[];
  /** Versions of registered models whose files are its artifacts, such as `models:/churn/3`. */
  readonly usedBy: readonly string[];
}

/** A run, model or experiment, deleted or not. */
type Candidate = Omit<Garbage, "path" | "bytes" | "usedBy"> & {
  readonly folder: string;
  readonly isDeleted: boolean;
};

/**
 * What of a tree was deleted and can be removed for good: runs, logged models and whole experiments, which take what is in
 * them along. What cannot be read is left alone and named as a problem.
 *
 * @see MLflow 3.17 `mlflow gc`
 */
export function findGarbage(store: Store, options: GarbageOptions = {}): Scan<Garbage> {
  const problems: TreeProblem[] = [];
  const chosen = experimentFolders(store, "ALL", problems).flatMap((place) => {
    const candidates = readCandidates(store, place, problems).filter((each) =>
      isChosen(each, options),
    );
    const experiment = candidates.find(({ kind }) => kind === "experiment");
    return experiment === undefined ? candidates : [experiment];
  });
  const sources = chosen.length === 0 ? new Map<string, string>() : sourcesOfVersions(store);
  const found = chosen.map(({ folder, isDeleted: _, ...candidate }) => ({
    ...candidate,
    path: treePath(store, folder),
    bytes: sizeOf(folder),
    usedBy: usersOf(candidate, sources),
  }));
  return { found, problems };
}

/** Removes the folder of a run, logged model or experiment at once. Artifacts that lie elsewhere are the caller's. */
export function removeGarbage(store: Store, garbage: Garbage): void {
  const folder = join(store.root, ...garbage.path.split("/"));
  store.appender.close(folder);
  removeFolder(store.root, folder);
  store.places.delete(garbage.id);
  store.modelPlaces.delete(garbage.id);
}

function readCandidates(
  store: Store,
  place: ReturnType<typeof experimentFolders>[number],
  problems: TreeProblem[],
): Candidate[] {
  const { experimentId, folder, inTrash } = place;
  const parts = [
    ...readRuns(store, experimentId, problems),
    ...readModels(store, experimentId, folder, problems),
  ];
  if (!inTrash) return parts;
  const traces = listTracePlaces(experimentId, folder).flatMap((trace) =>
    outside(trace.folder, trace.traceId, artifactPlaceOfTrace(store, trace)),
  );
  const whole = collecting(store, join(folder, META_FILE), problems, () => {
    const { name, lastUpdateTime } = readExperimentMeta(store, folder);
    return {
      kind: "experiment" as const,
      id: experimentId,
      experimentId,
      name,
      deletedTime: lastUpdateTime,
      folder,
      artifacts: [...parts.flatMap(({ artifacts }) => artifacts), ...traces],
      isDeleted: true,
    };
  });
  return whole === undefined ? parts : [whole, ...parts];
}

function readRuns(store: Store, experimentId: string, problems: TreeProblem[]): Candidate[] {
  return listRunPlaces(store, experimentId).flatMap((place) => {
    const { folder, runId: id } = place;
    const candidate = collecting(store, runPaths.meta(folder), problems, () => {
      const meta = readRunMeta(store, place);
      return {
        kind: "run" as const,
        id,
        experimentId,
        name: meta.runName,
        deletedTime: meta.deletedTime ?? null,
        folder,
        artifacts: outside(folder, id, artifactPlaceOfRun(store, place, meta.artifactUri)),
        isDeleted: meta.lifecycleStage === "deleted",
      };
    });
    return candidate ?? [];
  });
}

function readModels(
  store: Store,
  experimentId: string,
  experimentFolder: string,
  problems: TreeProblem[],
): Candidate[] {
  return listLoggedModelPlaces(experimentId, experimentFolder).flatMap((place) => {
    const { folder, modelId: id } = place;
    const candidate = collecting(store, loggedModelMetaFile(place), problems, () => {
      const meta = readLoggedModelMeta(store, place);
      const tail = `${experimentId}/models/${id}/artifacts`;
      return {
        kind: "loggedModel" as const,
        id,
        experimentId,
        name: meta.name,
        deletedTime: meta.lastUpdatedTimestamp,
        folder,
        artifacts: outside(folder, id, findArtifacts(store, folder, tail, meta.artifactLocation)),
        isDeleted: meta.lifecycleStage === "deleted",
      };
    });
    return candidate ?? [];
  });
}

function isChosen(candidate: Candidate, { deletedBefore, ids }: GarbageOptions): boolean {
  const { isDeleted, deletedTime, id } = candidate;
  const isOld = deletedBefore === undefined || (deletedTime ?? 0) < deletedBefore;
  return isDeleted && isOld && (ids === undefined || ids.includes(id));
}

/** Artifacts that do not lie in `folder` and belong to nobody else: the id is in their path. */
function outside(folder: string, id: string, place: ArtifactPlace): readonly ArtifactPlace[] {
  const path = place.kind === "folder" ? place.folder.split(sep).join("/") : place.uri;
  const isInside = place.kind === "folder" && place.folder.startsWith(folder + sep);
  return isInside || !path.split("/").includes(id) ? [] : [place];
}

/** Where the files of each version are, by the version's URI. */
function sourcesOfVersions(store: Store): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  for (const { name } of listRegisteredModels(store).found) {
    const model = join(registryPaths.models(store.root), name);
    for (const number of listVersionNumbers(model)) {
      const folder = registryPaths.version(model, number);
      const meta = collecting(store, registryPaths.meta(folder), [], () =>
        readModelVersionMeta(store, folder),
      );
      if (meta === undefined || meta.currentStage === DELETED_STAGE) continue;
      sources.set(`models:/${name}/${number}`, `${meta.source}/ ${meta.storageLocation}/`);
    }
  }
  return sources;
}

function usersOf({ id }: Pick<Garbage, "id">, sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([uri, source]) => (source.includes(`/${id}/`) ? uri : []));
}

function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}
