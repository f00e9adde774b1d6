import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { experimentFolders } from "../../store/experiments.ts";
import { listLoggedModelPlaces } from "../../store/logged-model-place.ts";
import { listRunPlaces } from "../../store/runs.ts";
import { openStore } from "../../store/store.ts";
import { TRASH_FOLDER } from "../../tree/layout.ts";
import { isFolder } from "../../tree/read.ts";

/**
 * Makes the empty folders of a tree that git has left out. Without them MLflow 3 refuses runs that search still lists.
 * A file to keep them is no way: MLflow reads every file in them as a metric, param or artifact.
 *
 * @returns how many were missing
 */
export function makeMissingFolders(root: string): number {
  const store = openStore(root);
  const wanted = [join(store.root, TRASH_FOLDER)];
  for (const { experimentId, folder } of experimentFolders(store, "ALL", [])) {
    for (const run of listRunPlaces(store, experimentId))
      for (const name of ["metrics", "params", "tags", "artifacts"])
        wanted.push(join(run.folder, name));
    for (const model of listLoggedModelPlaces(experimentId, folder))
      for (const name of ["metrics", "params", "artifacts"]) wanted.push(join(model.folder, name));
  }
  const missing = wanted.filter((folder) => !isFolder(folder));
  for (const folder of missing) mkdirSync(folder, { recursive: true });
  return missing.length;
}
