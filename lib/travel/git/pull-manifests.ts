import { existsSync } from "node:fs";
import { join } from "node:path";
import pMap from "p-map";
import { sumReports } from "../../client/sum-reports.ts";
import {
  answerOf,
  manifestFileOf,
  restoreManifest,
  type SyncFailure,
  type SyncOptions,
  type SyncReport,
} from "../../client/sync.ts";
import { MlrunsError, notFound } from "../../errors.ts";
import { experimentFolders } from "../../store/experiments.ts";
import { listLoggedModelPlaces } from "../../store/logged-model-place.ts";
import { listRunPlaces } from "../../store/runs.ts";
import { checkRoot, openStore, treePath } from "../../store/store.ts";
import { runPaths } from "../../tree/layout.ts";

/** Folders of artifacts that are brought at a time, each with transfers of its own. */
const CONCURRENCY = 3;

/**
 * Brings the artifacts of a tree that came without them, as from git: those of every run and logged model that has a manifest
 * beside its folder `artifacts`, from the store that the manifest names.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is no manifest; what a store throws that refuses every one
 */
export async function pullManifests(root: string, options: SyncOptions = {}): Promise<SyncReport> {
  const started = performance.now();
  checkRoot(root);
  const store = openStore(root);
  const folders = artifactFolders(store).filter((folder) => existsSync(manifestFileOf(folder)));
  if (folders.length === 0) {
    throw notFound(`No run in '${root}' has a manifest of its artifacts`, {
      hint: "`mlruns push ROOT URI --artifacts-only --manifest` writes them.",
    });
  }
  const results = await pMap(folders, (folder) => pull(folder, options), {
    concurrency: CONCURRENCY,
  });
  const reports = results.filter(
    (result): result is SyncReport => !(result instanceof MlrunsError),
  );
  const refused = results.find((result) => result instanceof MlrunsError);
  if (reports.length === 0 && refused instanceof MlrunsError) throw refused;
  const failures = results.flatMap((result, i) =>
    failuresOf(treePath(store, folders[i] ?? root), result),
  );
  const seconds = Math.round(performance.now() - started) / 1_000;
  const dryRun = options.dryRun ?? false;
  const from = "the stores that the manifests name";
  return { from, to: store.root, dryRun, ...sumReports(reports), failures, seconds };
}

function artifactFolders(store: ReturnType<typeof openStore>): string[] {
  return experimentFolders(store, "ALL", []).flatMap(({ experimentId, folder }) => [
    ...listRunPlaces(store, experimentId).map((run) => runPaths.artifacts(run.folder)),
    ...listLoggedModelPlaces(experimentId, folder).map((model) => join(model.folder, "artifacts")),
  ]);
}

async function pull(folder: string, options: SyncOptions): Promise<SyncReport | MlrunsError> {
  try {
    return await restoreManifest(manifestFileOf(folder), folder, options);
  } catch (error) {
    if (error instanceof MlrunsError) return error;
    throw error;
  }
}

function failuresOf(name: string, result: SyncReport | MlrunsError): readonly SyncFailure[] {
  if (result instanceof MlrunsError) {
    const { errorCode, message } = result;
    return [{ path: name, op: "copy", errorCode, ...answerOf(result), message, attempts: 1 }];
  }
  return result.failures.map((failure) => ({ ...failure, path: `${name}/${failure.path}` }));
}
