import { existsSync, rmSync } from "node:fs";
import type { ModelVersion } from "../entities/model-version.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import { MLFLOW_TAG, type Tag } from "../entities/tag.ts";
import { missingValue, validateKey } from "../entities/validate.ts";
import {
  isPrompt,
  modelNotFound,
  toStage,
  validateModelName,
  validateRegistryTag,
} from "../entities/validate-registry.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import {
  NEW_REGISTERED_MODEL_EXTRA,
  printModelVersionMeta,
  printRegisteredModelMeta,
  type RegisteredModelMeta,
} from "../format/registry-meta.ts";
import { keyFile, registeredModelFolder, registryPaths } from "../tree/layout.ts";
import { isFile, listFolders } from "../tree/read.ts";
import {
  createFolder,
  moveFolder,
  removeFolder,
  replaceFile,
  replaceValue,
} from "../tree/write.ts";
import { ensureTree } from "./experiments.ts";
import {
  findRegisteredModel,
  latestPerStage,
  listVersionNumbers,
  readModelVersionMeta,
  readModelVersions,
  readRegisteredModel,
  readRegisteredModelMeta,
} from "./read-registry.ts";
import { withRegistryLock } from "./registry-lock.ts";
import { collecting, type Scan, type Store } from "./store.ts";

export interface NewRegisteredModel {
  readonly tags?: Readonly<Record<string, string>>;
  /** Markdown. */
  readonly description?: string;
}

/**
 * Creates a registered model, and the tree before it if there is none.
 *
 * @throws MlrunsError RESOURCE_ALREADY_EXISTS when a model or prompt has the name, INVALID_PARAMETER_VALUE
 */
export function createRegisteredModel(
  store: Store,
  name: string,
  options: NewRegisteredModel = {},
): RegisteredModel {
  const target = registeredModelFolder(store.root, name);
  const tags = Object.entries(options.tags ?? {}).map(([key, value]) => ({
    key,
    value: String(value),
  }));
  for (const tag of tags) validateRegistryTag(tag);
  ensureTree(store);
  const now = Date.now();
  const meta: RegisteredModelMeta = {
    name,
    creationTimestamp: now,
    lastUpdatedTimestamp: now,
    description: options.description ?? null,
    aliases: {},
    extra: NEW_REGISTERED_MODEL_EXTRA,
  };
  const isNew = createFolder(store.root, target, (folder) => {
    for (const { key, value } of tags) {
      replaceValue(folder, keyFile(registryPaths.tags(folder), key), value);
    }
    replaceFile(registryPaths.meta(folder), printRegisteredModelMeta(meta));
  });
  if (!isNew) throw nameTaken(store, name, options.tags?.[MLFLOW_TAG.isPrompt] !== undefined);
  return readRegisteredModel(store, target, []);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function getRegisteredModel(store: Store, name: string): RegisteredModel {
  return readRegisteredModel(store, findRegisteredModel(store, name), []);
}

/** Reads all registered models, prompts included. One that cannot be read is a problem, and the others are still there. */
export function listRegisteredModels(store: Store): Scan<RegisteredModel> {
  return scan(store, (folder, problems) => [readRegisteredModel(store, folder, problems)]);
}

/** Reads the versions of all registered models, but for deleted ones. */
export function listModelVersions(store: Store): Scan<ModelVersion> {
  return scan(store, (folder, problems) => readModelVersions(store, folder, problems));
}

/** Changes the description. */
export function updateRegisteredModel(
  store: Store,
  name: string,
  changes: { readonly description: string | null },
): RegisteredModel {
  const folder = findRegisteredModel(store, name);
  rewriteRegisteredModel(store, folder, changes);
  return readRegisteredModel(store, folder, []);
}

/**
 * Renames a registered model with all that belongs to it: tags, aliases, versions and their tags. MLflow's own rename
 * loses model tags and aliases, and fails half way when a version has a tag.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE
 */
export function renameRegisteredModel(
  store: Store,
  name: string,
  newName: string,
): RegisteredModel {
  const folder = findRegisteredModel(store, name);
  if (typeof newName !== "string" || newName.trim() === "") throw missingValue("new_name");
  const target = registeredModelFolder(store.root, newName);
  return withRegistryLock(store, () => {
    if (!moveFolder(folder, target)) throw alreadyExists("Registered Model", newName);
    const now = Date.now();
    for (const number of listVersionNumbers(target)) {
      const version = registryPaths.version(target, number);
      const meta = { ...readModelVersionMeta(store, version), lastUpdatedTimestamp: now };
      replaceFile(registryPaths.meta(version), printModelVersionMeta(meta));
    }
    writeRegisteredModel(store, target, { lastUpdatedTimestamp: now });
    return readRegisteredModel(store, target, []);
  });
}

/** Deletes a registered model with all its versions for good. */
export function deleteRegisteredModel(store: Store, name: string): void {
  removeFolder(store.root, findRegisteredModel(store, name));
}

/** The highest version of each stage, or of the named stages. */
export function getLatestVersions(
  store: Store,
  name: string,
  stages: readonly string[] = [],
): ModelVersion[] {
  const wanted = new Set<string>(stages.map(toStage));
  const versions = readModelVersions(store, findRegisteredModel(store, name), []);
  return latestPerStage(versions).filter(
    ({ currentStage }) => wanted.size === 0 || wanted.has(currentStage),
  );
}

export function setRegisteredModelTag(store: Store, name: string, tag: Tag): void {
  validateRegistryTag(tag);
  const folder = findRegisteredModel(store, name);
  replaceValue(folder, keyFile(registryPaths.tags(folder), tag.key), tag.value);
  rewriteRegisteredModel(store, folder);
}

/** Deletes a tag; nothing happens when there is none, as in MLflow. */
export function deleteRegisteredModelTag(store: Store, name: string, key: string): void {
  validateKey(key, "key");
  const folder = findRegisteredModel(store, name);
  const file = keyFile(registryPaths.tags(folder), key);
  if (!isFile(file)) return;
  rmSync(file);
  rewriteRegisteredModel(store, folder);
}

/** Rewrites a model's meta.yaml with changes and the time of now; keys of other versions of MLflow stay. */
export function rewriteRegisteredModel(
  store: Store,
  folder: string,
  changes: Partial<RegisteredModelMeta> = {},
): void {
  withRegistryLock(store, () => {
    writeRegisteredModel(store, folder, { lastUpdatedTimestamp: Date.now(), ...changes });
  });
}

function writeRegisteredModel(
  store: Store,
  folder: string,
  changes: Partial<RegisteredModelMeta>,
): void {
  const meta = { ...readRegisteredModelMeta(store, folder), ...changes };
  replaceFile(registryPaths.meta(folder), printRegisteredModelMeta(meta));
}

function scan<Item>(
  store: Store,
  read: (folder: string, problems: TreeProblem[]) => readonly Item[],
): Scan<Item> {
  const problems: TreeProblem[] = [];
  const found = listFolders(registryPaths.models(store.root)).flatMap((name) => {
    const folder = `${registryPaths.models(store.root)}/${name}`;
    const items = collecting(store, registryPaths.meta(folder), problems, () => {
      validateModelName(name);
      return read(folder, problems);
    });
    return items ?? [];
  });
  return { found, problems };
}

/** MLflow tells models and prompts apart in this error. */
function nameTaken(store: Store, name: string, isNewPrompt: boolean): MlrunsError {
  const folder = registeredModelFolder(store.root, name);
  if (!existsSync(folder)) return modelNotFound(name);
  const { tags } = readRegisteredModel(store, folder, []);
  const old = isPrompt(tags) ? "Prompt" : "Registered Model";
  const wanted = isNewPrompt ? "Prompt" : "Registered Model";
  if (old === wanted) return alreadyExists(wanted, name);
  return new MlrunsError(
    "RESOURCE_ALREADY_EXISTS",
    `Tried to create a ${wanted.toLowerCase()} with name '${name}', but the name is already taken by a ${old.toLowerCase()}.` +
      " MLflow does not allow creating a model and a prompt with the same name.",
  );
}

function alreadyExists(what: string, name: string): MlrunsError {
  return new MlrunsError("RESOURCE_ALREADY_EXISTS", `${what} (name=${name}) already exists.`);
}
