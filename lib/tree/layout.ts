import { join, sep } from "node:path";
import { isExperimentId, validateExperimentId, validateRunId } from "../entities/validate.ts";
import { validateModelName } from "../entities/validate-registry.ts";
import { invalidParameter } from "../errors.ts";

/** Every path of an mlruns tree is made here, and here only it is checked that a name stays inside its folder. */

export const META_FILE = "meta.yaml";
export const TRASH_FOLDER = ".trash";
export const REGISTRY_FOLDER = "models";
export const DEFAULT_EXPERIMENT_ID = "0";

/** Folders of an experiment that hold something else than a run. */
export const EXPERIMENT_FOLDERS: ReadonlySet<string> = new Set([
  "tags",
  "datasets",
  "models",
  "traces",
]);

/** Names that MLflow never takes for an experiment, though they are folders of the root. */
export function isReservedRootFolder(name: string): boolean {
  return name === REGISTRY_FOLDER || name.endsWith(TRASH_FOLDER);
}

export function isExperimentFolder(name: string): boolean {
  return !isReservedRootFolder(name) && isExperimentId(name);
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when the id is not one */
export function experimentFolder(root: string, experimentId: string, inTrash = false): string {
  validateExperimentId(experimentId);
  if (isReservedRootFolder(experimentId)) {
    throw invalidParameter(`Invalid experiment ID: '${experimentId}'`);
  }
  return inTrash ? join(root, TRASH_FOLDER, experimentId) : join(root, experimentId);
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when the id is not one */
export function runFolder(experimentFolder: string, runId: string): string {
  validateRunId(runId);
  return join(experimentFolder, runId);
}

export const runPaths = {
  meta: (runFolder: string): string => join(runFolder, META_FILE),
  metrics: (runFolder: string): string => join(runFolder, "metrics"),
  params: (runFolder: string): string => join(runFolder, "params"),
  tags: (runFolder: string): string => join(runFolder, "tags"),
  artifacts: (runFolder: string): string => join(runFolder, "artifacts"),
  inputs: (runFolder: string): string => join(runFolder, "inputs"),
  outputs: (runFolder: string): string => join(runFolder, "outputs"),
} as const;

export const experimentPaths = {
  meta: (experimentFolder: string): string => join(experimentFolder, META_FILE),
  tags: (experimentFolder: string): string => join(experimentFolder, "tags"),
  datasets: (experimentFolder: string): string => join(experimentFolder, "datasets"),
  loggedModels: (experimentFolder: string): string => join(experimentFolder, "models"),
  traces: (experimentFolder: string): string => join(experimentFolder, "traces"),
} as const;

export const tracePaths = {
  info: (traceFolder: string): string => join(traceFolder, "trace_info.yaml"),
  metadata: (traceFolder: string): string => join(traceFolder, "request_metadata"),
  tags: (traceFolder: string): string => join(traceFolder, "tags"),
  assessments: (traceFolder: string): string => join(traceFolder, "assessments"),
  artifacts: (traceFolder: string): string => join(traceFolder, "artifacts"),
} as const;

/** In the folder of a run or logged model: what it was when it was imported. MLflow passes over it. */
export const IMPORTED_FILE = ".mlruns-imported.json";

/** The folder of a registered model. @throws MlrunsError INVALID_PARAMETER_VALUE when the name is not one */
export function registeredModelFolder(root: string, name: string): string {
  validateModelName(name);
  if (name.includes(sep) || name.includes("\0")) {
    throw invalidParameter(
      `Invalid name: '${name}'. Registered model name cannot contain path separator`,
    );
  }
  return join(registryPaths.models(root), name);
}

export const registryPaths = {
  models: (root: string): string => join(root, REGISTRY_FOLDER),
  meta: (folder: string): string => join(folder, META_FILE),
  tags: (folder: string): string => join(folder, "tags"),
  aliases: (modelFolder: string): string => join(modelFolder, "aliases"),
  version: (modelFolder: string, version: string): string =>
    join(modelFolder, `version-${version}`),
} as const;

/**
 * The file of a metric, param or tag. `key` has been through `validateKey`, so it is a relative path in normal form.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the key would leave the folder all the same
 */
export function keyFile(folder: string, key: string): string {
  if (key === "" || key.startsWith("/") || key.split("/").includes("..")) {
    throw invalidParameter(`Invalid key '${key}': it leads out of its folder`);
  }
  return join(folder, ...key.split("/"));
}
