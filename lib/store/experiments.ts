import { randomInt } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Experiment } from "../entities/experiment.ts";
import { isInView, type ViewType } from "../entities/lifecycle.ts";
import { toDictionary } from "../entities/record.ts";
import type { Tag } from "../entities/tag.ts";
import {
  pythonQuote,
  validateArtifactLocation,
  validateExperimentName,
  validateExperimentTag,
  validateKey,
} from "../entities/validate.ts";
import { invalidParameter, MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import {
  type ExperimentMeta,
  NEW_EXPERIMENT_EXTRA,
  parseExperimentMeta,
  printExperimentMeta,
} from "../format/experiment-meta.ts";
import {
  DEFAULT_EXPERIMENT_ID,
  experimentFolder,
  experimentPaths,
  isExperimentFolder,
  isReservedRootFolder,
  keyFile,
  META_FILE,
  TRASH_FOLDER,
} from "../tree/layout.ts";
import { withLock } from "../tree/lock.ts";
import { isFile, isFolder, listFolders, readPatiently, readText } from "../tree/read.ts";
import { walkKeys } from "../tree/walk.ts";
import { replaceFile, replaceValue } from "../tree/write.ts";
import { experimentLocation, experimentLocationBelow } from "./artifact-location.ts";
import { collecting, createRoot, type Scan, type Store, treePath } from "./store.ts";

export interface NewExperiment {
  /** Where its runs keep their artifacts; by default in the tree. */
  readonly artifactLocation?: string;
  /** Instead of a location: a folder or URI below which the experiment's id is its location. */
  readonly artifactsRoot?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * Creates an experiment, and the tree before it if there is none.
 *
 * @returns its id: 18 random digits, as MLflow 2 and 3 make them
 * @throws MlrunsError RESOURCE_ALREADY_EXISTS when an active or deleted experiment has the name
 */
export function createExperiment(store: Store, name: string, options: NewExperiment = {}): string {
  validateExperimentName(name);
  if (options.artifactLocation) validateArtifactLocation(options.artifactLocation);
  const tags = Object.entries(options.tags ?? {}).map(([key, value]) => ({
    key,
    value: String(value),
  }));
  for (const tag of tags) validateExperimentTag(tag);
  ensureTree(store);
  return withNames(store, () => {
    refuseTakenName(store, name);
    const experimentId = newExperimentId(store);
    const location = options.artifactLocation
      ? absoluteIfLocal(options.artifactLocation)
      : defaultLocation(store, experimentId, options.artifactsRoot);
    writeNewExperiment(store, experimentId, name, location, tags);
    return experimentId;
  });
}

/**
 * Creates the root, `.trash` and experiment 0, "Default", when the root does not exist yet or is empty. (MLflow leaves an
 * empty folder without experiment 0, and its clients then cannot log a run.)
 */
export function ensureTree(store: Store, artifactsRoot?: string): void {
  if (!createRoot(store)) return;
  const location = defaultLocation(store, DEFAULT_EXPERIMENT_ID, artifactsRoot);
  writeNewExperiment(store, DEFAULT_EXPERIMENT_ID, "Default", location, []);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is none, active or deleted */
export function getExperiment(store: Store, experimentId: string): Experiment {
  const { folder } = findExperiment(store, experimentId);
  const problems: TreeProblem[] = [];
  return toExperiment(store, folder, readExperimentMeta(store, folder), problems);
}

/** The experiment of that name, active or deleted; undefined when there is none. */
export function findExperimentByName(store: Store, name: string): Experiment | undefined {
  return listExperiments(store, "ALL").found.find((experiment) => experiment.name === name);
}

/**
 * Lists experiments in the order of their folders. As in MLflow the folder decides whether one is deleted,
 * and folders without meta.yaml are passed over; unlike in MLflow a broken one does not stop the others.
 */
export function listExperiments(store: Store, view: ViewType = "ACTIVE_ONLY"): Scan<Experiment> {
  const found: Experiment[] = [];
  const problems: TreeProblem[] = [];
  for (const { folder } of experimentFolders(store, view, problems)) {
    const experiment = collecting(store, join(folder, META_FILE), problems, () =>
      toExperiment(store, folder, readExperimentMeta(store, folder), problems),
    );
    if (experiment !== undefined) found.push(experiment);
  }
  return { found, problems };
}

/** @throws MlrunsError RESOURCE_ALREADY_EXISTS when the name is taken, also by the experiment itself, as in MLflow */
export function renameExperiment(store: Store, experimentId: string, newName: string): void {
  validateExperimentName(newName);
  const { folder, inTrash } = findExperiment(store, experimentId);
  if (inTrash) {
    throw invalidParameter(
      "Cannot rename experiment in non-active lifecycle stage. Current stage: deleted",
    );
  }
  withNames(store, () => {
    refuseTakenName(store, newName);
    rewriteExperimentMeta(store, folder, { name: newName, lastUpdateTime: Date.now() });
  });
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when the experiment is deleted */
export function setExperimentTag(store: Store, experimentId: string, tag: Tag): void {
  validateExperimentTag(tag);
  const folder = activeFolder(store, experimentId, "set");
  replaceValue(folder, keyFile(experimentPaths.tags(folder), tag.key), tag.value);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is no such tag */
export function deleteExperimentTag(store: Store, experimentId: string, key: string): void {
  validateKey(key, "key");
  const folder = activeFolder(store, experimentId, "delete");
  const file = keyFile(experimentPaths.tags(folder), key);
  if (!isFile(file))
    throw notFound(`No tag with name: ${key} in experiment with id ${experimentId}`);
  rmSync(file);
}

/** Folders of experiments with their ids; names that MLflow's own search stumbles over become problems. */
export function experimentFolders(
  store: Store,
  view: ViewType,
  problems: TreeProblem[],
): { readonly experimentId: string; readonly folder: string; readonly inTrash: boolean }[] {
  const active = isInView("active", view) ? listFolders(store.root) : [];
  const deleted = isInView("deleted", view) ? listFolders(join(store.root, TRASH_FOLDER)) : [];
  const places = [
    ...active.map((name) => ({ name, inTrash: false })),
    ...deleted.map((name) => ({ name, inTrash: true })),
  ];
  return places.flatMap(({ name, inTrash }) => {
    if (isReservedRootFolder(name)) return [];
    const path = inTrash ? join(store.root, TRASH_FOLDER, name) : join(store.root, name);
    if (!isExperimentFolder(name)) {
      const message = `Invalid experiment ID: ${pythonQuote(name)}. MLflow's own search fails over a folder of this name in the root`;
      problems.push({ path: treePath(store, path), message });
      return [];
    }
    if (!isFile(join(path, META_FILE))) {
      problems.push({
        path: treePath(store, path),
        message: `Malformed experiment '${name}': ${META_FILE} is missing`,
      });
      return [];
    }
    return [{ experimentId: name, folder: path, inTrash }];
  });
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export function findExperiment(
  store: Store,
  experimentId: string,
): { readonly folder: string; readonly inTrash: boolean } {
  for (const inTrash of [false, true]) {
    const folder = experimentFolder(store.root, experimentId, inTrash);
    if (isFolder(folder)) return { folder, inTrash };
  }
  throw notFound(`Could not find experiment with ID ${experimentId}`);
}

function activeFolder(store: Store, experimentId: string, verb: "set" | "delete"): string {
  const { folder, inTrash } = findExperiment(store, experimentId);
  if (!inTrash) return folder;
  throw invalidParameter(
    `The experiment ${experimentId} must be in the 'active' lifecycle_stage to ${verb} tags`,
  );
}

/** @throws MlrunsError INTERNAL_ERROR when it is broken or names another experiment */
export function readExperimentMeta(store: Store, folder: string): ExperimentMeta {
  const file = experimentPaths.meta(folder);
  const path = treePath(store, file);
  const meta = readPatiently(file, (text) => parseExperimentMeta(text, path));
  const id = basename(folder);
  if (meta.experimentId !== id) {
    throw new MlrunsError(
      "INTERNAL_ERROR",
      `Experiment ID mismatch: the folder is '${id}', ${META_FILE} says '${meta.experimentId}'`,
      { path },
    );
  }
  return meta;
}

function toExperiment(
  store: Store,
  folder: string,
  meta: ExperimentMeta,
  problems: TreeProblem[],
): Experiment {
  const { extra: _, ...fields } = meta;
  const tags = walkKeys(experimentPaths.tags(folder)).flatMap(({ key, path }) => {
    const value = collecting(store, path, problems, () => readText(path));
    return value === undefined ? [] : [[key, value] as const];
  });
  const inTrash = treePath(store, folder).startsWith(`${TRASH_FOLDER}/`);
  return { ...fields, lifecycleStage: inTrash ? "deleted" : "active", tags: toDictionary(tags) };
}

/** Rewrites an experiment's meta.yaml with changes; keys of other versions stay. */
export function rewriteExperimentMeta(
  store: Store,
  folder: string,
  changes: Partial<ExperimentMeta>,
): void {
  replaceFile(
    experimentPaths.meta(folder),
    printExperimentMeta({ ...readExperimentMeta(store, folder), ...changes }),
  );
}

function writeNewExperiment(
  store: Store,
  experimentId: string,
  name: string,
  artifactLocation: string,
  tags: readonly Tag[],
): void {
  const folder = experimentFolder(store.root, experimentId);
  mkdirSync(folder, { recursive: true });
  for (const tag of tags)
    replaceValue(folder, keyFile(experimentPaths.tags(folder), tag.key), tag.value);
  const now = Date.now();
  // The meta file comes last: a folder without one is no experiment yet.
  replaceFile(
    experimentPaths.meta(folder),
    printExperimentMeta({
      experimentId,
      name,
      artifactLocation,
      lifecycleStage: "active",
      creationTime: now,
      lastUpdateTime: now,
      extra: NEW_EXPERIMENT_EXTRA,
    }),
  );
}

function refuseTakenName(store: Store, name: string): void {
  const taken = findExperimentByName(store, name);
  if (taken === undefined) return;
  if (taken.lifecycleStage === "active") {
    throw new MlrunsError("RESOURCE_ALREADY_EXISTS", `Experiment '${name}' already exists.`);
  }
  throw new MlrunsError(
    "RESOURCE_ALREADY_EXISTS",
    `Experiment ${pythonQuote(name)} already exists in deleted state. You can restore the experiment, or permanently ` +
      "delete the experiment from the .trash folder (under tracking server's root folder) in order to use this " +
      "experiment name again.",
  );
}

/** 18 random digits that no experiment has. */
export function newExperimentId(store: Store): string {
  for (;;) {
    const digits = Array.from({ length: 17 }, () => randomInt(10)).join("");
    const id = `${randomInt(1, 10)}${digits}`;
    const isTaken = [false, true].some((inTrash) =>
      isFolder(experimentFolder(store.root, id, inTrash)),
    );
    if (!isTaken) return id;
  }
}

/** One at a time: "no experiment has this name" must still hold when the folder is made. */
export function withNames<Value>(store: Store, action: () => Value): Value {
  return withLock(join(store.root, ".mlruns-names.lock"), action);
}

/** As MLflow does with a location that the user gave: a relative path or URI becomes absolute. */
function defaultLocation(
  store: Store,
  experimentId: string,
  artifactsRoot: string | undefined,
): string {
  return artifactsRoot
    ? experimentLocationBelow(store, absoluteIfLocal(artifactsRoot), experimentId)
    : experimentLocation(store, experimentId);
}

function absoluteIfLocal(location: string): string {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(location)?.[1];
  if (scheme === undefined) return resolve(location);
  if (scheme !== "file" || location.startsWith("file:/")) return location;
  return `file://${resolve(location.slice("file:".length))}`;
}
