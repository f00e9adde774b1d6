import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { TreeProblem } from "../errors.ts";
import { parseYamlMap } from "../format/yaml.ts";
import { artifactPlaceOfExperiment } from "../store/artifact-location.ts";
import { experimentFolders } from "../store/experiments.ts";
import { listVersionNumbers } from "../store/read-registry.ts";
import { collecting, type Store, treePath } from "../store/store.ts";
import { experimentPaths, META_FILE, registryPaths, runPaths, tracePaths } from "../tree/layout.ts";
import { isFile, isMissing, listFolders, readPatiently, readText } from "../tree/read.ts";
import { hasArtifacts, listOwners, type Owner } from "./owners.ts";
import { Tails } from "./tails.ts";

/** A place in the tree where a location is stored as a URI. */
export interface Location {
  /** Absolute path of the file. */
  readonly file: string;
  /** The key of a YAML file; undefined when the whole file is the URI, as it is for a tag. */
  readonly key: string | undefined;
  readonly uri: string;
  /** What follows the root when the URI names something in the tree, see `Tails.find`. */
  readonly tail: string | undefined;
}

/**
 * Every location that a tree stores: of experiments, runs, logged models and traces, of versions of registered models, and in
 * `MLmodel` files. All else in a tree is free of paths.
 *
 * @param from - a prefix whose URIs are the tree's too, though it is in another store
 */
export function* listLocations(
  store: Store,
  problems: TreeProblem[],
  from?: string,
): Generator<Location> {
  const owners = listOwners(store, problems);
  const tails = new Tails(owners, from);
  const read = (file: string, keys: readonly string[]): Location[] =>
    readKeys(store, file, keys, problems).map((found) => ({
      ...found,
      tail: tails.find(found.uri),
    }));
  yield* experimentLocations(store, owners, tails, problems);
  for (const owner of owners) {
    yield* ownerLocation(store, owner, tails, problems);
    for (const file of modelFiles(runPaths.artifacts(owner.folder)))
      yield* read(file, ["artifact_path"]).filter(({ tail }) => tail !== undefined);
  }
  for (const name of listFolders(registryPaths.models(store.root))) {
    const model = join(registryPaths.models(store.root), name);
    for (const number of listVersionNumbers(model)) {
      const file = registryPaths.meta(registryPaths.version(model, number));
      yield* read(file, ["source", "storage_location"]);
    }
  }
}

function experimentLocations(
  store: Store,
  owners: readonly Owner[],
  tails: Tails,
  problems: TreeProblem[],
): Location[] {
  return experimentFolders(store, "ALL", []).flatMap(({ experimentId, folder }) =>
    readKeys(store, experimentPaths.meta(folder), ["artifact_location"], problems).map((found) => {
      const { uri } = found;
      const place = artifactPlaceOfExperiment(store, experimentId, uri);
      const isProxied = /^mlflow-artifacts:/i.test(uri);
      const isOwn =
        (tails.isFrom(uri) && uri.endsWith(`/${experimentId}`)) ||
        (place.kind === "folder" &&
          place.folder === join(store.root, experimentId) &&
          (!isProxied ||
            owners.some((owner) => owner.experimentId === experimentId && hasArtifacts(owner))));
      return { ...found, tail: isOwn ? experimentId : undefined };
    }),
  );
}

/** A run may have no location at all: then it gets the one in the tree. */
function ownerLocation(
  store: Store,
  owner: Owner,
  tails: Tails,
  problems: TreeProblem[],
): Location[] {
  if (owner.kind === "trace") {
    const file = join(tracePaths.tags(owner.folder), MLFLOW_TAG.artifactLocation);
    if (!isFile(file)) return [];
    const uri = collecting(store, file, problems, () => readText(file));
    return uri === undefined ? [] : [{ file, key: undefined, uri, tail: tails.find(uri) }];
  }
  const key = owner.kind === "run" ? "artifact_uri" : "artifact_location";
  const file = join(owner.folder, META_FILE);
  const [found = { file, key, uri: "" }] = readKeys(store, file, [key], problems);
  return [{ ...found, tail: found.uri === "" ? owner.tail : tails.find(found.uri) }];
}

function readKeys(
  store: Store,
  file: string,
  keys: readonly string[],
  problems: TreeProblem[],
): { readonly file: string; readonly key: string; readonly uri: string }[] {
  const map = collecting(store, file, problems, () =>
    readPatiently(file, (text) => parseYamlMap(text, treePath(store, file))),
  );
  return keys.flatMap((key) => {
    const uri = map?.[key];
    return typeof uri === "string" ? [{ file, key, uri }] : [];
  });
}

/** The files called `MLmodel` below a folder of artifacts. */
function modelFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.name === "MLmodel" && entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
