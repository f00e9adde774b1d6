import { rmSync } from "node:fs";
import type { DatasetInput } from "../entities/dataset.ts";
import type { Metric } from "../entities/metric.ts";
import type { Param } from "../entities/param.ts";
import type { ModelInput, ModelOutput } from "../entities/run.ts";
import { MLFLOW_TAG, type RunTag } from "../entities/tag.ts";
import {
  validateBatchSizes,
  validateBatchTag,
  validateKey,
  validateMetric,
  validateParam,
  validateUniqueParams,
} from "../entities/validate.ts";
import { invalidParameter, notFound } from "../errors.ts";
import { printMetricLine, printModelMetricLine } from "../format/metric-line.ts";
import { keyFile, runPaths } from "../tree/layout.ts";
import { isFile, readTextIfThere } from "../tree/read.ts";
import { replaceValue } from "../tree/write.ts";
import { writeInputs, writeOutputs } from "./inputs.ts";
import { findLoggedModelPlace } from "./logged-model-place.ts";
import { findActiveRun, updateRun } from "./runs.ts";
import type { RunPlace, Store } from "./store.ts";

/** What one batch holds; every part may be left out. */
export interface Batch {
  readonly metrics?: readonly Metric[];
  readonly params?: readonly Param[];
  readonly tags?: readonly RunTag[];
}

/**
 * Appends one point to a metric: one `write` through a descriptor that stays open, about 3 µs. When this returns, the
 * point is with the kernel: killing the process loses nothing.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for a bad key or value or a deleted run, RESOURCE_DOES_NOT_EXIST
 */
export function logMetric(store: Store, runId: string, metric: Metric): void {
  const place = findActiveRun(store, runId);
  const known = store.appender.find(place.folder, metric.key);
  // An open file has had its key checked; values and steps are checked each time.
  if (known === undefined || !isPlain(metric)) validateMetric(metric);
  // An unknown model is found out before anything is written.
  if (metric.modelId !== undefined) findLoggedModelPlace(store, metric.modelId);
  const file =
    known ?? store.appender.open(place.folder, metric.key, metricFile(place, metric.key));
  store.appender.append(file, printMetricLine(metric));
  if (metric.modelId !== undefined) appendToModel(store, place, metric.modelId, metric);
}

/**
 * Logs metrics, params and tags in one go: everything is checked before anything is written, then params, metrics
 * and tags are written in that order, with one `write` a metric file.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE with MLflow's text, also when a param would change
 */
export function logBatch(store: Store, runId: string, batch: Batch): void {
  const metrics = batch.metrics ?? [];
  const params = (batch.params ?? []).map((param, i) => validateParam(param, `params[${i}]`));
  const tags = (batch.tags ?? []).map((tag, i) => validateBatchTag(tag, `tags[${i}]`));
  metrics.forEach((metric, i) => {
    validateMetric(metric, `metrics[${i}]`);
  });
  validateBatchSizes(metrics.length, params.length, tags.length);
  validateUniqueParams(params);
  const place = findActiveRun(store, runId);
  for (const { modelId } of metrics) {
    if (modelId !== undefined) findLoggedModelPlace(store, modelId);
  }
  // MLflow meets a changed param half way through; checking first leaves nothing half done.
  const newParams = params.filter((param) => isNewParam(place, param));
  for (const param of newParams) writeParam(place, param);
  logPoints(store, place, metrics);
  for (const tag of tags) writeTag(store, place, tag);
}

/** Appends points that have been checked: one `write` a file. */
function logPoints(store: Store, place: RunPlace, metrics: readonly Metric[]): void {
  const lines = new Map<string, string>();
  for (const metric of metrics) {
    lines.set(metric.key, (lines.get(metric.key) ?? "") + printMetricLine(metric));
  }
  for (const [key, text] of lines) {
    store.appender.append(store.appender.open(place.folder, key, metricFile(place, key)), text);
  }
  for (const metric of metrics) {
    if (metric.modelId !== undefined) appendToModel(store, place, metric.modelId, metric);
  }
}

/**
 * Logs a param. The same value again is fine.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it has another value already: params do not change
 */
export function logParam(store: Store, runId: string, param: Param): void {
  const checked = validateParam(param);
  const place = findActiveRun(store, runId);
  if (isNewParam(place, checked)) writeParam(place, checked);
}

/** Sets a tag, of any length. The tag `mlflow.runName` renames the run. */
export function setTag(store: Store, runId: string, tag: RunTag): void {
  validateKey(tag.key, "key");
  writeTag(store, findActiveRun(store, runId), tag);
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the run has no such tag */
export function deleteTag(store: Store, runId: string, key: string): void {
  validateKey(key, "key");
  const place = findActiveRun(store, runId);
  const file = keyFile(runPaths.tags(place.folder), key);
  if (!isFile(file)) throw notFound(`No tag with name: ${key} in run with id ${runId}`);
  rmSync(file);
}

/** Logs the datasets and logged models that a run takes in. */
export function logInputs(
  store: Store,
  runId: string,
  datasets: readonly DatasetInput[],
  models: readonly ModelInput[] = [],
): void {
  writeInputs(findActiveRun(store, runId), datasets, models);
}

/** Logs the logged models that a run made. */
export function logOutputs(store: Store, runId: string, models: readonly ModelOutput[]): void {
  writeOutputs(findActiveRun(store, runId), models);
}

/** The file of a run's metric. @throws MlrunsError INVALID_PARAMETER_VALUE when the key leads out of its folder */
export function metricFile(place: RunPlace, key: string): string {
  return keyFile(runPaths.metrics(place.folder), key);
}

function isPlain(metric: Metric): boolean {
  return (
    typeof metric.value === "number" &&
    Number.isInteger(metric.step) &&
    Number.isInteger(metric.timestamp) &&
    metric.timestamp >= 0 &&
    metric.datasetName === undefined
  );
}

function isNewParam(place: RunPlace, param: Param): boolean {
  const logged = readTextIfThere(keyFile(runPaths.params(place.folder), param.key));
  if (logged === undefined) return true;
  if (logged === param.value) return false;
  throw invalidParameter(
    `Changing param values is not allowed. Param with key='${param.key}' was already logged with value='${logged}'` +
      ` for run ID='${place.runId}'. Attempted logging new value '${param.value}'.`,
    {
      hint: "Params stay as first logged. Log a changing value as a metric or a tag, or start a child run.",
    },
  );
}

function writeParam(place: RunPlace, param: Param): void {
  replaceValue(place.folder, keyFile(runPaths.params(place.folder), param.key), param.value);
}

function writeTag(store: Store, place: RunPlace, tag: RunTag): void {
  replaceValue(place.folder, keyFile(runPaths.tags(place.folder), tag.key), tag.value);
  if (tag.key === MLFLOW_TAG.runName && tag.value !== "")
    updateRun(store, place.runId, { runName: tag.value });
}

function appendToModel(store: Store, place: RunPlace, modelId: string, metric: Metric): void {
  const { folder } = findLoggedModelPlace(store, modelId);
  const path = keyFile(runPaths.metrics(folder), metric.key);
  const file = store.appender.open(folder, metric.key, path);
  store.appender.append(file, printModelMetricLine({ ...metric, runId: place.runId }));
}
