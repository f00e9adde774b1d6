import { join } from "node:path";
import { isRunId, validateRunId } from "../entities/validate.ts";
import { notFound } from "../errors.ts";
import {
  EXPERIMENT_FOLDERS,
  experimentPaths,
  isExperimentFolder,
  META_FILE,
  TRASH_FOLDER,
} from "../tree/layout.ts";
import { isFile, listFolders } from "../tree/read.ts";
import type { LoggedModelPlace, Store } from "./store.ts";

/**
 * Finds the folder of a logged model, also of a deleted one, among active experiments and then among deleted ones.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
 */
export function findLoggedModelPlace(store: Store, modelId: string): LoggedModelPlace {
  validateRunId(modelId, "model_id");
  const known = store.modelPlaces.get(modelId);
  if (known !== undefined && isFile(join(known.folder, META_FILE))) return known;
  for (const parent of [store.root, join(store.root, TRASH_FOLDER)]) {
    for (const experimentId of listFolders(parent)) {
      if (!isExperimentFolder(experimentId)) continue;
      const folder = join(experimentPaths.loggedModels(join(parent, experimentId)), modelId);
      if (!isFile(join(folder, META_FILE))) continue;
      const place = { modelId, experimentId, folder };
      store.modelPlaces.set(modelId, place);
      return place;
    }
  }
  throw notFound(`Model '${modelId}' not found`);
}

/** Folders of an experiment that are logged models: those with a meta.yaml. @param folder - of the experiment */
export function listLoggedModelPlaces(experimentId: string, folder: string): LoggedModelPlace[] {
  const models = experimentPaths.loggedModels(folder);
  return listFolders(models)
    .filter((name) => isRunId(name) && !EXPERIMENT_FOLDERS.has(name))
    .map((modelId) => ({ modelId, experimentId, folder: join(models, modelId) }))
    .filter((place) => isFile(join(place.folder, META_FILE)));
}
