import { basename, dirname } from "node:path";
import { MODEL_VERSION_STAGES, type ModelVersion } from "../entities/model-version.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import { modelNotFound, versionNotFound } from "../entities/validate-registry.ts";
import type { TreeProblem } from "../errors.ts";
import {
  DELETED_STAGE,
  type ModelVersionMeta,
  parseModelVersionMeta,
  parseRegisteredModelMeta,
  type RegisteredModelMeta,
} from "../format/registry-meta.ts";
import { registeredModelFolder, registryPaths } from "../tree/layout.ts";
import { isFolder, listFolders, readPatiently } from "../tree/read.ts";
import { readValues } from "./read-run.ts";
import { collecting, type Store, treePath } from "./store.ts";

const VERSION_FOLDER = /^version-(\d+)$/;

/** The folder of a registered model. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function findRegisteredModel(store: Store, name: string): string {
  const folder = registeredModelFolder(store.root, name);
  if (!isFolder(folder)) throw modelNotFound(name);
  return folder;
}

/** The folder of a version that is not deleted, with its meta. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function findModelVersion(
  store: Store,
  name: string,
  version: string,
): { readonly folder: string; readonly meta: ModelVersionMeta } {
  const folder = registryPaths.version(findRegisteredModel(store, name), version);
  if (!isFolder(folder)) throw versionNotFound(name, version);
  const meta = readModelVersionMeta(store, folder);
  if (meta.currentStage === DELETED_STAGE) throw versionNotFound(name, version);
  return { folder, meta };
}

/** Numbers of all versions, deleted ones included, ascending. */
export function listVersionNumbers(modelFolder: string): string[] {
  return listFolders(modelFolder)
    .flatMap((name) => VERSION_FOLDER.exec(name)?.[1] ?? [])
    .sort((a, b) => Number(a) - Number(b));
}

/** Reads a registered model. What cannot be read is missing in it and named in `problems`. */
export function readRegisteredModel(
  store: Store,
  folder: string,
  problems: TreeProblem[],
): RegisteredModel {
  const { extra: _, aliases, ...meta } = readRegisteredModelMeta(store, folder);
  return {
    ...meta,
    aliases,
    tags: readValues(store, registryPaths.tags(folder), problems),
    latestVersions: latestPerStage(readModelVersions(store, folder, problems)),
  };
}

/** The versions of a registered model that are not deleted, ascending. */
export function readModelVersions(
  store: Store,
  modelFolder: string,
  problems: TreeProblem[],
): ModelVersion[] {
  const aliases = readAliases(store, modelFolder, problems);
  return listVersionNumbers(modelFolder).flatMap((number) => {
    const folder = registryPaths.version(modelFolder, number);
    const version = collecting(store, registryPaths.meta(folder), problems, () =>
      toModelVersion(store, folder, readModelVersionMeta(store, folder), aliases, problems),
    );
    return version ?? [];
  });
}

/** Reads one version. @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is none or it is deleted */
export function readModelVersion(store: Store, name: string, version: string): ModelVersion {
  const { folder, meta } = findModelVersion(store, name, version);
  const aliases = readAliases(store, registeredModelFolder(store.root, name), []);
  const found = toModelVersion(store, folder, meta, aliases, []);
  if (found === undefined) throw versionNotFound(name, version);
  return found;
}

/** The highest version of each stage, in ascending order of versions. */
export function latestPerStage(versions: readonly ModelVersion[]): ModelVersion[] {
  return MODEL_VERSION_STAGES.flatMap(
    (stage) => versions.findLast(({ currentStage }) => currentStage === stage) ?? [],
  ).sort((a, b) => Number(a.version) - Number(b.version));
}

/** A model's meta under the name of its folder, by which alone it can be reached, and with the aliases of their files. */
export function readRegisteredModelMeta(store: Store, folder: string): RegisteredModelMeta {
  const file = registryPaths.meta(folder);
  const path = treePath(store, file);
  const meta = readPatiently(file, (text) => parseRegisteredModelMeta(text, path));
  return { ...meta, name: basename(folder), aliases: readAliases(store, folder, []) };
}

/** A version's meta under the number and name of its folders. */
export function readModelVersionMeta(store: Store, folder: string): ModelVersionMeta {
  const file = registryPaths.meta(folder);
  const path = treePath(store, file);
  const meta = readPatiently(file, (text) => parseModelVersionMeta(text, path));
  const version = VERSION_FOLDER.exec(basename(folder))?.[1] ?? meta.version;
  return { ...meta, name: basename(dirname(folder)), version };
}

/** Alias to version. */
export function readAliases(
  store: Store,
  modelFolder: string,
  problems: TreeProblem[],
): ReadonlyDictionary<string> {
  return readValues(store, registryPaths.aliases(modelFolder), problems);
}

function toModelVersion(
  store: Store,
  folder: string,
  meta: ModelVersionMeta,
  aliases: ReadonlyDictionary<string>,
  problems: TreeProblem[],
): ModelVersion | undefined {
  const { extra: _, currentStage, ...fields } = meta;
  if (currentStage === DELETED_STAGE) return undefined;
  return {
    ...fields,
    currentStage,
    tags: readValues(store, registryPaths.tags(folder), problems),
    aliases: Object.keys(aliases).filter((alias) => aliases[alias] === meta.version),
  };
}
