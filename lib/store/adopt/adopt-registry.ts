import type { ModelVersion } from "../../entities/model-version.ts";
import type { RegisteredModel } from "../../entities/registered-model.ts";
import { validateAlias } from "../../entities/validate-registry.ts";
import {
  DELETED_STAGE,
  NEW_MODEL_VERSION_EXTRA,
  NEW_REGISTERED_MODEL_EXTRA,
  printModelVersionMeta,
  printRegisteredModelMeta,
} from "../../format/registry-meta.ts";
import { keyFile, registeredModelFolder, registryPaths } from "../../tree/layout.ts";
import { isFile, isFolder } from "../../tree/read.ts";
import { replaceFile, replaceValue } from "../../tree/write.ts";
import { readModelVersionMeta } from "../read-registry.ts";
import { createRoot, type Store } from "../store.ts";
import { createAdopted } from "./folder.ts";
import { accepting, type Refused, writeNewValues } from "./values.ts";

/** A registered model of another store with its versions, whose sources name places here. */
export interface AdoptableRegisteredModel {
  readonly model: RegisteredModel;
  readonly versions: readonly ModelVersion[];
  /** Numbers that must not be given again. */
  readonly deletedVersions: readonly string[];
}

/** What became of a registered model. */
export interface AdoptedRegistry {
  readonly isNew: boolean;
  readonly newVersions: number;
  /** Versions that are here as well, with another content. Nothing of ours was overwritten. */
  readonly conflicts: readonly string[];
}

/**
 * Takes in a registered model of another store with its times. One of the same name is joined: versions, tags and
 * aliases that it has stay as they are, a version of the same number that is another one is a conflict.
 */
export function adoptRegisteredModel(
  store: Store,
  { model, versions, deletedVersions }: AdoptableRegisteredModel,
  refused: Refused,
): AdoptedRegistry {
  createRoot(store);
  const folder = registeredModelFolder(store.root, model.name);
  const fill = (target: string): AdoptedRegistry => {
    const taken = versions.map((version) => ({
      version: version.version,
      outcome: adoptVersion(store, target, version, refused),
    }));
    for (const number of deletedVersions) adoptDeleted(store, target, model, number);
    writeNewValues(target, registryPaths.tags(target), model.tags, refused);
    for (const [alias, version] of Object.entries(model.aliases)) {
      accepting(alias, refused, () => {
        validateAlias(alias);
        const file = keyFile(registryPaths.aliases(target), alias);
        if (!isFile(file)) replaceValue(target, file, version);
      });
    }
    return {
      isNew: false,
      newVersions: taken.filter(({ outcome }) => outcome === "new").length,
      conflicts: taken.filter(({ outcome }) => outcome === "conflict").map((each) => each.version),
    };
  };
  if (isFolder(folder)) return fill(folder);
  let adopted: AdoptedRegistry | undefined;
  const isNew = createAdopted(store.root, folder, (temporary) => {
    adopted = fill(temporary);
    replaceFile(
      registryPaths.meta(temporary),
      printRegisteredModelMeta({ ...model, extra: NEW_REGISTERED_MODEL_EXTRA }),
    );
  });
  return isNew && adopted !== undefined ? { ...adopted, isNew } : fill(folder);
}

function adoptVersion(
  store: Store,
  model: string,
  version: ModelVersion,
  refused: Refused,
): "new" | "there" | "conflict" {
  const target = registryPaths.version(model, version.version);
  const isNew = createAdopted(store.root, target, (folder) => {
    writeNewValues(folder, registryPaths.tags(folder), version.tags, refused);
    replaceFile(
      registryPaths.meta(folder),
      printModelVersionMeta({ ...version, extra: NEW_MODEL_VERSION_EXTRA }),
    );
  });
  if (isNew) return "new";
  const ours = readModelVersionMeta(store, target);
  const isSame =
    ours.creationTimestamp === version.creationTimestamp && ours.runId === version.runId;
  return isSame ? "there" : "conflict";
}

function adoptDeleted(store: Store, folder: string, model: RegisteredModel, number: string): void {
  createAdopted(store.root, registryPaths.version(folder, number), (temporary) => {
    replaceFile(
      registryPaths.meta(temporary),
      printModelVersionMeta({
        name: model.name,
        version: number,
        creationTimestamp: model.creationTimestamp,
        lastUpdatedTimestamp: model.lastUpdatedTimestamp,
        currentStage: DELETED_STAGE,
        description: null,
        userId: null,
        source: null,
        runId: null,
        runLink: null,
        status: "READY",
        statusMessage: null,
        modelId: null,
        storageLocation: null,
        extra: NEW_MODEL_VERSION_EXTRA,
      }),
    );
  });
}
