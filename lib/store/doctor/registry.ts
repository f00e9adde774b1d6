import { join } from "node:path";
import {
  DELETED_STAGE,
  type ModelVersionMeta,
  parseModelVersionMeta,
  parseRegisteredModelMeta,
  printModelVersionMeta,
  printRegisteredModelMeta,
} from "../../format/registry-meta.ts";
import { registryPaths } from "../../tree/layout.ts";
import { isFolder, listFolders } from "../../tree/read.ts";
import { walkKeys } from "../../tree/walk.ts";
import { localPath } from "../artifact-location.ts";
import { listVersionNumbers } from "../read-registry.ts";
import type { ExaminedExperiment } from "./experiments.ts";
import type { Examination, Mend } from "./finding.ts";
import { relativeUri } from "./locations.ts";
import { checkValues } from "./values.ts";

/** Checks all registered models and their versions. */
export function checkRegistry(
  examination: Examination,
  experiments: readonly ExaminedExperiment[],
): void {
  const models = registryPaths.models(examination.store.root);
  for (const name of listFolders(models))
    checkModel(examination, name, join(models, name), experiments);
}

function checkModel(
  examination: Examination,
  name: string,
  folder: string,
  experiments: readonly ExaminedExperiment[],
): void {
  const file = registryPaths.meta(folder);
  const meta = examination.read("registered-model-meta", file, parseRegisteredModelMeta);
  if (meta !== undefined && meta.name !== name) {
    const message = `The folder is '${name}', by which the model is found; meta.yaml says '${meta.name}'`;
    const rewrite = (content: Buffer): Buffer =>
      Buffer.from(
        printRegisteredModelMeta({ ...parseRegisteredModelMeta(content.toString(), file), name }),
      );
    const mend: Mend = { action: "rewrite", rewrite };
    examination.report("registered-model-name", file, message, { mend });
  }
  checkValues(examination, registryPaths.tags(folder));
  const numbers = listVersionNumbers(folder);
  const there = numbers.filter((number) =>
    checkVersion(examination, name, folder, number, experiments),
  );
  checkAliases(examination, folder, there);
}

/** @returns whether the version is there and not deleted */
function checkVersion(
  examination: Examination,
  name: string,
  modelFolder: string,
  version: string,
  experiments: readonly ExaminedExperiment[],
): boolean {
  const folder = registryPaths.version(modelFolder, version);
  const file = registryPaths.meta(folder);
  checkValues(examination, registryPaths.tags(folder));
  const meta = examination.read("version-meta", file, parseModelVersionMeta);
  if (meta === undefined) return true;
  if (meta.name !== name || meta.version !== version) {
    const message = `The folder is version ${version} of '${name}', meta.yaml says ${meta.version} of '${meta.name}'`;
    const mend = rewriteVersion(file, { name, version });
    examination.report("registered-model-name", file, message, { mend });
  }
  if (meta.currentStage === DELETED_STAGE) return false;
  checkSource(examination, file, meta, experiments);
  return true;
}

/** Local files of a version should be there. When they lie in this tree, the tree was moved, and they can be named anew. */
function checkSource(
  examination: Examination,
  file: string,
  meta: ModelVersionMeta,
  experiments: readonly ExaminedExperiment[],
): void {
  const uri = meta.storageLocation ?? meta.source;
  if (uri === null || !/^(file:|[^:]*\/)/i.test(uri)) return;
  const path = localPath(examination.store, uri);
  if (path === undefined || isFolder(path)) return;
  const message = `The version's files are recorded at '${uri}', which is not there`;
  const moved = findInTree(path, experiments);
  if (moved === undefined) {
    const hint = "Bring them back, or delete the version.";
    examination.report("version-source", file, message, { hint });
    return;
  }
  const relative = relativeUri(examination.store, moved.experimentId, moved.tail);
  const changes = {
    storageLocation: meta.storageLocation === null ? null : relative,
    ...(meta.source === uri && { source: relative }),
  };
  const mend = rewriteVersion(file, changes);
  examination.report("version-source", file, `${message}; they lie in the tree`, { mend });
}

/** Where the end of a path, such as `<experiment>/<run>/artifacts/model`, is in this tree. */
function findInTree(
  path: string,
  experiments: readonly ExaminedExperiment[],
): { readonly experimentId: string; readonly tail: string } | undefined {
  const parts = path.split(/[\\/]/);
  for (const { experimentId, folder } of experiments) {
    const at = parts.lastIndexOf(experimentId);
    const tail = parts.slice(at + 1);
    if (at >= 0 && tail.includes("artifacts") && isFolder(join(folder, ...tail))) {
      return { experimentId, tail: tail.join("/") };
    }
  }
  return undefined;
}

function checkAliases(examination: Examination, folder: string, versions: readonly string[]): void {
  for (const { key, path } of walkKeys(registryPaths.aliases(folder))) {
    const version = examination.read("alias", path, (text) => text);
    if (version === undefined || versions.includes(version)) continue;
    const message = `The alias '${key}' names version '${version}', which does not exist`;
    const hint = "Set the alias to another version, or delete it.";
    examination.report("alias", path, message, { hint });
  }
}

function rewriteVersion(file: string, changes: Partial<ModelVersionMeta>): Mend {
  return {
    action: "rewrite",
    rewrite: (content) =>
      Buffer.from(
        printModelVersionMeta({ ...parseModelVersionMeta(content.toString(), file), ...changes }),
      ),
  };
}
