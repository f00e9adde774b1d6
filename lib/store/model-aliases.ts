import { rmSync } from "node:fs";
import type { ModelVersion } from "../entities/model-version.ts";
import {
  refuseReservedAlias,
  validateAlias,
  validateVersion,
  versionNotFound,
} from "../entities/validate-registry.ts";
import { invalidParameter } from "../errors.ts";
import { keyFile, registryPaths } from "../tree/layout.ts";
import { readTextIfThere } from "../tree/read.ts";
import { replaceValue } from "../tree/write.ts";
import {
  findModelVersion,
  findRegisteredModel,
  readAliases,
  readModelVersion,
  readModelVersions,
} from "./read-registry.ts";
import { rewriteRegisteredModel } from "./registry.ts";
import type { Store } from "./store.ts";

/**
 * Lets an alias name a version; it may have named another one.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for an alias that is none or reserved, RESOURCE_DOES_NOT_EXIST
 */
export function setRegisteredModelAlias(
  store: Store,
  name: string,
  alias: string,
  version: string,
): void {
  const model = findRegisteredModel(store, name);
  validateAlias(alias);
  refuseReservedAlias(alias);
  const number = validateVersion(version);
  findModelVersion(store, name, number);
  replaceValue(model, aliasFile(model, alias), number);
  rewriteRegisteredModel(store, model);
}

/** Deletes an alias; nothing happens when there is none, as in MLflow. */
export function deleteRegisteredModelAlias(store: Store, name: string, alias: string): void {
  const model = findRegisteredModel(store, name);
  validateAlias(alias);
  if (readTextIfThere(aliasFile(model, alias)) === undefined) return;
  rmSync(aliasFile(model, alias), { force: true });
  rewriteRegisteredModel(store, model);
}

/**
 * The version that an alias names; `latest` is the highest one.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when there is no such alias, as in MLflow; RESOURCE_DOES_NOT_EXIST
 */
export function getModelVersionByAlias(store: Store, name: string, alias: string): ModelVersion {
  const model = findRegisteredModel(store, name);
  if (alias.toLowerCase() === "latest") {
    const latest = readModelVersions(store, model, []).at(-1);
    if (latest === undefined) throw versionNotFound(name, alias);
    return latest;
  }
  validateAlias(alias);
  const version = readTextIfThere(aliasFile(model, alias));
  if (version === undefined) {
    throw invalidParameter(`Registered model alias ${alias} not found.`);
  }
  return readModelVersion(store, name, validateVersion(version));
}

/** Deletes the aliases that name a version. */
export function deleteAliasesOf(store: Store, model: string, version: string): void {
  const aliases = readAliases(store, model, []);
  for (const alias of Object.keys(aliases)) {
    if (aliases[alias] === version) rmSync(aliasFile(model, alias), { force: true });
  }
}

function aliasFile(model: string, alias: string): string {
  return keyFile(registryPaths.aliases(model), alias);
}
