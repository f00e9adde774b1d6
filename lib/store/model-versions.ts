import { rmSync } from "node:fs";
import type { ModelVersion } from "../entities/model-version.ts";
import type { Tag } from "../entities/tag.ts";
import { validateKey } from "../entities/validate.ts";
import {
  refuseArchiving,
  toStage,
  validateAlias,
  validateRegistryTag,
  validateVersion,
} from "../entities/validate-registry.ts";
import { invalidParameter, MlrunsError } from "../errors.ts";
import {
  DELETED_STAGE,
  type ModelVersionMeta,
  NEW_MODEL_VERSION_EXTRA,
  printModelVersionMeta,
} from "../format/registry-meta.ts";
import { keyFile, registryPaths } from "../tree/layout.ts";
import { isFile } from "../tree/read.ts";
import { createFolder, replaceFile, replaceValue } from "../tree/write.ts";
import { getLoggedModel } from "./logged-models.ts";
import { deleteAliasesOf, getModelVersionByAlias } from "./model-aliases.ts";
import {
  findModelVersion,
  findRegisteredModel,
  listVersionNumbers,
  readModelVersion,
  readModelVersionMeta,
} from "./read-registry.ts";
import { createRegisteredModel, rewriteRegisteredModel } from "./registry.ts";
import { withRegistryLock } from "./registry-lock.ts";
import type { Store } from "./store.ts";

export interface NewModelVersion {
  readonly runId?: string | null;
  readonly tags?: Readonly<Record<string, string>>;
  readonly runLink?: string | null;
  /** Markdown. */
  readonly description?: string | null;
  /** The logged model that becomes a version. */
  readonly modelId?: string | null;
}

/**
 * Creates the next version of a registered model. Several processes may do so at once: each gets a number of its own.
 *
 * @param source - URI of the model's files: a path, `runs:/<run>/<path>`, `models:/<model id>`, `models:/<name>/<version>`
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for the registered model, INTERNAL_ERROR for an unknown `models:` source as in
 *   MLflow, INVALID_PARAMETER_VALUE
 */
export function createModelVersion(
  store: Store,
  name: string,
  source: string,
  options: NewModelVersion = {},
): ModelVersion {
  const model = findRegisteredModel(store, name);
  const tags = Object.entries(options.tags ?? {}).map(([key, value]) => ({
    key,
    value: String(value),
  }));
  for (const tag of tags) validateRegistryTag(tag);
  const resolved = resolveSource(store, source);
  const modelRun = options.modelId ? getLoggedModel(store, options.modelId).sourceRunId : null;
  const now = Date.now();
  const meta: Omit<ModelVersionMeta, "version"> = {
    name,
    creationTimestamp: now,
    lastUpdatedTimestamp: now,
    description: options.description ?? null,
    userId: null,
    currentStage: "None",
    source,
    runId: options.runId || resolved.runId || modelRun,
    runLink: options.runLink ?? null,
    status: "READY",
    statusMessage: null,
    modelId: options.modelId ?? null,
    storageLocation: resolved.storageLocation,
    extra: NEW_MODEL_VERSION_EXTRA,
  };
  const version = publishVersion(store, model, meta, tags);
  rewriteRegisteredModel(store, model, { lastUpdatedTimestamp: now });
  return readModelVersion(store, name, version);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST, also when the version is deleted; INVALID_PARAMETER_VALUE for no number */
export function getModelVersion(store: Store, name: string, version: string): ModelVersion {
  return readModelVersion(store, name, validateVersion(version));
}

/** Changes the description. */
export function updateModelVersion(
  store: Store,
  name: string,
  version: string,
  changes: { readonly description: string | null },
): ModelVersion {
  rewriteVersion(store, name, validateVersion(version), changes);
  return readModelVersion(store, name, validateVersion(version));
}

/**
 * Moves a version to a stage, in whatever case it is named. With `archiveExistingVersions`, which only Staging and
 * Production allow, the versions that are in it become Archived.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for another stage
 */
export function transitionModelVersionStage(
  store: Store,
  name: string,
  version: string,
  stage: string,
  options: { readonly archiveExistingVersions?: boolean } = {},
): ModelVersion {
  const currentStage = toStage(stage);
  const number = validateVersion(version);
  if (options.archiveExistingVersions) refuseArchiving(stage);
  const model = findRegisteredModel(store, name);
  findModelVersion(store, name, number);
  if (options.archiveExistingVersions) {
    for (const other of listVersionNumbers(model)) {
      const meta = readModelVersionMeta(store, registryPaths.version(model, other));
      if (other === number || meta.currentStage !== currentStage) continue;
      rewriteVersion(store, name, other, { currentStage: "Archived" });
    }
  }
  rewriteVersion(store, name, number, { currentStage });
  rewriteRegisteredModel(store, model);
  return readModelVersion(store, name, number);
}

/** Deletes a version and its aliases. Its folder stays, so that its number is not given again. */
export function deleteModelVersion(store: Store, name: string, version: string): void {
  const number = validateVersion(version);
  const model = findRegisteredModel(store, name);
  rewriteVersion(store, name, number, { currentStage: DELETED_STAGE });
  deleteAliasesOf(store, model, number);
  rewriteRegisteredModel(store, model);
}

export function setModelVersionTag(store: Store, name: string, version: string, tag: Tag): void {
  if (tag.value === null || tag.value === undefined) {
    throw invalidParameter("Tag value cannot be None");
  }
  validateRegistryTag(tag);
  const { folder } = findModelVersion(store, name, validateVersion(version));
  replaceValue(folder, keyFile(registryPaths.tags(folder), tag.key), tag.value);
  rewriteRegisteredModel(store, findRegisteredModel(store, name));
}

/** Deletes a tag; nothing happens when there is none, as in MLflow. */
export function deleteModelVersionTag(
  store: Store,
  name: string,
  version: string,
  key: string,
): void {
  validateKey(key, "key");
  const { folder } = findModelVersion(store, name, validateVersion(version));
  const file = keyFile(registryPaths.tags(folder), key);
  if (!isFile(file)) return;
  rmSync(file);
  rewriteRegisteredModel(store, findRegisteredModel(store, name));
}

/** Where a version's files are: its source, or what a `models:` source stood for when the version was created. */
export function getModelVersionDownloadUri(store: Store, name: string, version: string): string {
  const { storageLocation, source } = getModelVersion(store, name, version);
  return storageLocation ?? source ?? "";
}

/**
 * Makes a version of another registered model, which is created if there is none, from a version.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for an unknown version
 */
export function copyModelVersion(
  store: Store,
  name: string,
  version: string,
  targetName: string,
): ModelVersion {
  const original = getModelVersion(store, name, version);
  try {
    createRegisteredModel(store, targetName);
  } catch (error) {
    const isThere = error instanceof MlrunsError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
    if (!isThere) throw error;
  }
  return createModelVersion(store, targetName, `models:/${name}/${original.version}`, {
    runId: original.runId,
    tags: original.tags,
    runLink: original.runLink,
    description: original.description,
    modelId: original.modelId,
  });
}

interface ResolvedSource {
  readonly storageLocation: string;
  readonly runId: string | null;
}

/** What a `models:` URI stands for; any other URI stands for itself. */
function resolveSource(store: Store, source: string): ResolvedSource {
  if (!source.startsWith("models:")) return { storageLocation: source, runId: null };
  const [first = "", second] = source.replace(/^models:\/+/, "").split("/");
  try {
    if (second === undefined && first.startsWith("m-")) {
      const { artifactLocation, sourceRunId } = getLoggedModel(store, first);
      return { storageLocation: artifactLocation, runId: sourceRunId };
    }
    const [name = "", alias] = first.split("@");
    if (second === undefined && alias !== undefined) {
      validateAlias(alias);
      const { version } = getModelVersionByAlias(store, name, alias);
      return { storageLocation: getModelVersionDownloadUri(store, name, version), runId: null };
    }
    const storageLocation = getModelVersionDownloadUri(store, name, second ?? "");
    return { storageLocation, runId: null };
  } catch (cause) {
    if (!(cause instanceof MlrunsError)) throw cause;
    throw new MlrunsError(
      "INTERNAL_ERROR",
      `Unable to fetch model from model URI source artifact location '${source}'.Error: ${cause.message}`,
      { cause },
    );
  }
}

/** Gives the next number to a version: whoever moves its folder into place first has it. */
function publishVersion(
  store: Store,
  model: string,
  meta: Omit<ModelVersionMeta, "version">,
  tags: readonly Tag[],
): string {
  for (let number = 1 + Number(listVersionNumbers(model).at(-1) ?? 0); ; number++) {
    const version = String(number);
    const isOurs = createFolder(store.root, registryPaths.version(model, version), (folder) => {
      for (const { key, value } of tags) {
        replaceValue(folder, keyFile(registryPaths.tags(folder), key), value);
      }
      replaceFile(registryPaths.meta(folder), printModelVersionMeta({ ...meta, version }));
    });
    if (isOurs) return version;
  }
}

function rewriteVersion(
  store: Store,
  name: string,
  version: string,
  changes: Partial<ModelVersionMeta>,
): void {
  withRegistryLock(store, () => {
    const { folder, meta } = findModelVersion(store, name, version);
    const changed = { ...meta, lastUpdatedTimestamp: Date.now(), ...changes };
    replaceFile(registryPaths.meta(folder), printModelVersionMeta(changed));
  });
}
