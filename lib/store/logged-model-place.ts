import { join } from "node:path";
import { validateRunId } from "../entities/validate.ts";
import { notFound } from "../errors.ts";
import {
  experimentPaths,
  isExperimentFolder,
  keyFile,
  META_FILE,
  TRASH_FOLDER,
} from "../tree/layout.ts";
import { isFile, listFolders } from "../tree/read.ts";
import type { Store } from "./store.ts";

/** Where a logged model lies. */
export interface LoggedModelPlace {
  readonly modelId: string;
  readonly experimentId: string;
  readonly folder: string;
}

/**
 * Finds the folder of a logged model, also of a deleted one, among active experiments and then among deleted ones.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
 */
export function findLoggedModelPlace(store: Store, modelId: string): LoggedModelPlace {
  validateRunId(modelId, "model_id");
  for (const parent of [store.root, join(store.root, TRASH_FOLDER)]) {
    for (const experimentId of listFolders(parent)) {
      if (!isExperimentFolder(experimentId)) continue;
      const folder = join(experimentPaths.loggedModels(join(parent, experimentId)), modelId);
      if (isFile(join(folder, META_FILE))) return { modelId, experimentId, folder };
    }
  }
  throw notFound(`Model '${modelId}' not found`);
}

/** The file of a logged model's metric. The key has been validated. */
export function loggedModelMetricFile(store: Store, modelId: string, key: string): string {
  return keyFile(join(findLoggedModelPlace(store, modelId).folder, "metrics"), key);
}
