import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ArtifactPlace } from "../entities/file-info.ts";
import { isInView, type ViewType } from "../entities/lifecycle.ts";
import type { LoggedModel, LoggedModelStatus } from "../entities/logged-model.ts";
import type { Metric } from "../entities/metric.ts";
import type { Param } from "../entities/param.ts";
import { randomName } from "../entities/random-name.ts";
import type { Tag } from "../entities/tag.ts";
import {
  pythonQuote,
  validateKey,
  validateLoggedModelName,
  validateParam,
} from "../entities/validate.ts";
import { MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import { type LoggedModelMeta, printLoggedModelMeta } from "../format/logged-model-meta.ts";
import { experimentFolder, experimentPaths, keyFile, runPaths } from "../tree/layout.ts";
import { isFile } from "../tree/read.ts";
import { replaceFile, replaceValue } from "../tree/write.ts";
import { findArtifacts, newArtifactUri } from "./artifact-location.ts";
import { findExperiment, getExperiment } from "./experiments.ts";
import { findLoggedModelPlace, listLoggedModelPlaces } from "./logged-model-place.ts";
import {
  loggedModelMetaFile,
  readActiveModelMeta,
  readLoggedModel,
  readLoggedModelMeta,
  readModelMetric,
} from "./read-logged-model.ts";
import { collecting, type LoggedModelPlace, type Scan, type Store } from "./store.ts";

export interface NewLoggedModel {
  /** A generated name such as `swift-heron-417` by default. */
  readonly name?: string;
  /** The run that makes the model. */
  readonly sourceRunId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  /** Such as `Agent` or `ResNet`; for search only. */
  readonly modelType?: string;
}

/**
 * Creates a logged model, status PENDING, in an active experiment.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for a bad name or key, RESOURCE_DOES_NOT_EXIST, INVALID_STATE when the
 *   experiment is deleted
 */
export function createLoggedModel(
  store: Store,
  experimentId: string,
  options: NewLoggedModel = {},
): LoggedModel {
  if (options.name !== undefined) validateLoggedModelName(options.name);
  const experiment = getExperiment(store, experimentId);
  if (experiment.lifecycleStage !== "active") {
    const message = `Could not create model under non-active experiment with ID ${experimentId}.`;
    throw new MlrunsError("INVALID_STATE", message);
  }
  const params = toList(options.params).map((param) => validateParam(param));
  const tags = toList(options.tags);
  for (const { key } of tags) validateKey(key, "key");

  const modelId = `m-${randomUUID().replaceAll("-", "")}`;
  const models = experimentPaths.loggedModels(experimentFolder(store.root, experimentId));
  const place = { modelId, experimentId, folder: join(models, modelId) };
  const location = experiment.artifactLocation;
  const now = Date.now();
  for (const kind of ["metrics", "params", "tags", "artifacts"] as const) {
    mkdirSync(runPaths[kind](place.folder), { recursive: true });
  }
  for (const param of params) writeValue(place, "params", param);
  for (const tag of tags) writeValue(place, "tags", tag);
  // The meta file comes last: a folder without one is no model, so nobody meets a half-made one.
  writeMeta(place, {
    modelId,
    experimentId,
    name: options.name ?? randomName(),
    artifactLocation: newArtifactUri(store, experimentId, location, `models/${modelId}/artifacts`),
    creationTimestamp: now,
    lastUpdatedTimestamp: now,
    modelType: options.modelType ?? null,
    sourceRunId: options.sourceRunId ?? null,
    status: "PENDING",
    statusMessage: null,
    lifecycleStage: "active",
    extra: {},
  });
  return getLoggedModel(store, modelId);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is none or it is deleted, INVALID_STATE when it names another place */
export function getLoggedModel(
  store: Store,
  modelId: string,
  options: { readonly allowDeleted?: boolean } = {},
): LoggedModel {
  const place = findLoggedModelPlace(store, modelId);
  const read = options.allowDeleted ? readLoggedModelMeta : readActiveModelMeta;
  return readLoggedModel(store, place, read(store, place), []);
}

/** Reads the logged models of an experiment. One that cannot be read is a problem, and the others are still there. */
export function listLoggedModels(
  store: Store,
  experimentId: string,
  view: ViewType = "ACTIVE_ONLY",
): Scan<LoggedModel> {
  const found: LoggedModel[] = [];
  const problems: TreeProblem[] = [];
  const { folder } = findExperiment(store, experimentId);
  for (const place of listLoggedModelPlaces(experimentId, folder)) {
    const model = collecting(store, loggedModelMetaFile(place), problems, () =>
      readLoggedModel(store, place, readLoggedModelMeta(store, place), problems),
    );
    if (model !== undefined && isInView(model.lifecycleStage, view)) found.push(model);
  }
  return { found, problems };
}

/** Sets the status that a model ends with: READY or FAILED. */
export function finalizeLoggedModel(
  store: Store,
  modelId: string,
  status: LoggedModelStatus,
): LoggedModel {
  const place = findLoggedModelPlace(store, modelId);
  const meta = readActiveModelMeta(store, place);
  writeMeta(place, { ...meta, status, lastUpdatedTimestamp: Date.now() });
  return getLoggedModel(store, modelId);
}

/** Marks a model deleted; its folder stays. */
export function deleteLoggedModel(store: Store, modelId: string): void {
  const place = findLoggedModelPlace(store, modelId);
  const meta = readActiveModelMeta(store, place);
  store.appender.close(place.folder);
  writeMeta(place, { ...meta, lifecycleStage: "deleted", lastUpdatedTimestamp: Date.now() });
}

export function setLoggedModelTags(store: Store, modelId: string, tags: readonly Tag[]): void {
  for (const { key } of tags) validateKey(key, "key");
  const place = findActiveModel(store, modelId);
  for (const tag of tags) writeValue(place, "tags", tag);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the model has no such tag */
export function deleteLoggedModelTag(store: Store, modelId: string, key: string): void {
  validateKey(key, "key");
  const file = keyFile(runPaths.tags(findActiveModel(store, modelId).folder), key);
  if (!isFile(file)) {
    const message = `No tag with key ${pythonQuote(key)} found for model with ID ${pythonQuote(modelId)}.`;
    throw notFound(message);
  }
  rmSync(file);
}

/** Params of a model may be logged anew with other values, unlike those of a run. */
export function logLoggedModelParams(
  store: Store,
  modelId: string,
  params: readonly Param[],
): void {
  const checked = params.map((param) => validateParam(param));
  const place = findActiveModel(store, modelId);
  for (const param of checked) writeValue(place, "params", param);
}

/** Every point of a model's metric in the order of its file; none when there is no such metric. */
export function readLoggedModelHistory(store: Store, modelId: string, key: string): Scan<Metric> {
  validateKey(key, "name");
  const place = findLoggedModelPlace(store, modelId);
  const file = keyFile(runPaths.metrics(place.folder), key);
  return isFile(file) ? readModelMetric(store, place, key, file) : { found: [], problems: [] };
}

/** Where a model's artifacts are read from. A deleted model's are found, too. */
export function artifactPlaceOfModel(store: Store, modelId: string): ArtifactPlace {
  const place = findLoggedModelPlace(store, modelId);
  const { artifactLocation } = readLoggedModelMeta(store, place);
  const tail = `${place.experimentId}/models/${modelId}/artifacts`;
  return findArtifacts(store, place.folder, tail, artifactLocation);
}

function findActiveModel(store: Store, modelId: string): LoggedModelPlace {
  const place = findLoggedModelPlace(store, modelId);
  readActiveModelMeta(store, place);
  return place;
}

function writeMeta(place: LoggedModelPlace, meta: LoggedModelMeta): void {
  replaceFile(loggedModelMetaFile(place), printLoggedModelMeta(meta));
}

function writeValue(place: LoggedModelPlace, kind: "params" | "tags", entry: Param | Tag): void {
  replaceValue(place.folder, keyFile(runPaths[kind](place.folder), entry.key), entry.value);
}

function toList(entries: Readonly<Record<string, string>> = {}): Tag[] {
  return Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
}
