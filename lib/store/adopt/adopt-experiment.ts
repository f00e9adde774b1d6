import { join } from "node:path";
import type { Experiment } from "../../entities/experiment.ts";
import { isExperimentId } from "../../entities/validate.ts";
import { NEW_EXPERIMENT_EXTRA, printExperimentMeta } from "../../format/experiment-meta.ts";
import { experimentFolder, experimentPaths, isReservedRootFolder } from "../../tree/layout.ts";
import { withLock } from "../../tree/lock.ts";
import { isFile, isFolder } from "../../tree/read.ts";
import { replaceFile } from "../../tree/write.ts";
import { experimentLocation } from "../artifact-location.ts";
import { findExperiment, findExperimentByName, newExperimentId } from "../experiments.ts";
import { createRoot, type Store } from "../store.ts";
import { createAdopted } from "./folder.ts";
import { type Refused, writeNewValues } from "./values.ts";

/** An experiment of another store, as it stands here. */
export interface AdoptedExperiment {
  readonly experimentId: string;
  /** Whether it was made; else there was one of this name, which was joined. */
  readonly isNew: boolean;
}

/**
 * Takes in an experiment of another store with its times and tags. One of the same name is joined: tags that it has
 * stay. It keeps its id, unless another experiment has that.
 *
 * @param keepsLocation - whether new runs go where those of the other store went, such as a bucket
 * @param refused - is told of tags that cannot be written
 */
export function adoptExperiment(
  store: Store,
  experiment: Experiment,
  keepsLocation: boolean,
  refused: Refused,
): AdoptedExperiment {
  createRoot(store);
  return withLock(join(store.root, ".mlruns-names.lock"), () => {
    const known = findExperimentByName(store, experiment.name);
    if (known !== undefined) {
      const { folder } = findExperiment(store, known.experimentId);
      writeNewValues(folder, experimentPaths.tags(folder), experiment.tags, refused);
      return { experimentId: known.experimentId, isNew: false };
    }
    const experimentId = isFree(store, experiment.experimentId)
      ? experiment.experimentId
      : newExperimentId(store);
    const isDeleted = experiment.lifecycleStage === "deleted";
    createAdopted(store.root, experimentFolder(store.root, experimentId, isDeleted), (folder) => {
      writeNewValues(folder, experimentPaths.tags(folder), experiment.tags, refused);
      replaceFile(
        experimentPaths.meta(folder),
        printExperimentMeta({
          experimentId,
          name: experiment.name,
          artifactLocation: keepsLocation
            ? experiment.artifactLocation
            : experimentLocation(store, experimentId),
          lifecycleStage: experiment.lifecycleStage,
          creationTime: experiment.creationTime,
          lastUpdateTime: experiment.lastUpdateTime,
          extra: NEW_EXPERIMENT_EXTRA,
        }),
      );
    });
    return { experimentId, isNew: true };
  });
}

function isFree(store: Store, experimentId: string): boolean {
  if (!isExperimentId(experimentId) || isReservedRootFolder(experimentId)) return false;
  return [false, true].every((inTrash) => {
    const folder = experimentFolder(store.root, experimentId, inTrash);
    return !isFolder(folder) && !isFile(folder);
  });
}
