import { invalidParameter, type MlrunsError } from "../errors.ts";
import { LIMITS } from "./limits.ts";
import type { Metric } from "./metric.ts";
import type { Param } from "./param.ts";
import type { Tag } from "./tag.ts";

// Python's \w: letters, numbers and `_` of any script, but no combining marks. Its $ allows one newline at the end.
const KEY_CHARACTERS = /^[/\p{L}\p{N}_.\- :]*\n?$/u;
const RUN_ID = /^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}$/u;
const EXPERIMENT_ID = /^[a-zA-Z0-9][\p{L}\p{N}_-]{0,63}$/u;

const FORBIDDEN_IN_LOGGED_MODEL_NAMES = /[/:.%"']/;

const BAD_CHARACTERS =
  "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).";

/** MLflow's "Invalid value … for parameter …", the value as JSON with ASCII escapes. */
export function invalidValue(parameter: string, value: unknown, reason?: string): MlrunsError {
  const supplied = `Invalid value ${asciiJson(value)} for parameter '${parameter}' supplied`;
  return invalidParameter(reason === undefined ? `${supplied}.` : `${supplied}: ${reason}`);
}

export function missingValue(parameter: string): MlrunsError {
  return invalidParameter(`Missing value for required parameter '${parameter}'.`);
}

/**
 * Checks the key of a metric, param or tag: it becomes a path, so it must be one and lead nowhere else.
 *
 * @param parameter - how MLflow calls the field: `name` for metrics, `key` for params and tags
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 * @see MLflow 3.17 `mlflow.utils.validation._validate_metric_name`
 */
export function validateKey(key: string, parameter: string): void {
  if (typeof key !== "string") throw missingValue(parameter);
  if (!KEY_CHARACTERS.test(key)) throw invalidValue(parameter, key, BAD_CHARACTERS);
  refuseBadPath(key, parameter);
}

/**
 * Refuses a name that, taken for a path, would lead elsewhere or be the same as another.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 * @see MLflow 3.17 `mlflow.utils.validation.path_not_unique`
 */
export function refuseBadPath(name: string, parameter: string): void {
  const normal = posixNormal(name);
  const isOwn = normal === name && normal !== "." && !/^(\.\.|\/)/.test(normal);
  if (isOwn) return;
  throw invalidValue(
    parameter,
    name,
    "Names may be treated as files in certain cases, and must not resolve to other names when treated as such." +
      ` This name would resolve to ${pythonQuote(normal)}`,
  );
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE */
export function validateMetric(metric: Metric, batchPath?: string): void {
  const prefix = batchPath === undefined ? "" : `${batchPath}.`;
  const { key, value, timestamp, step } = metric;
  validateKey(key, `${prefix}name`);
  if (value === undefined || value === null) throw missingValue(`${prefix}value`);
  if (typeof value !== "number") {
    const reason = `(timestamp=${timestamp}). Please specify value as a valid double (64-bit floating point)`;
    throw invalidValue(`${prefix}value`, value, reason);
  }
  // MLflow writes a fractional timestamp or step and can then read neither the run nor its experiment.
  if (!Number.isInteger(timestamp) || timestamp < 0) {
    const reason = `metric '${key}' (value=${asFloat(value)}). Timestamp must be a nonnegative long (64-bit integer) `;
    throw invalidValue(`${prefix}timestamp`, timestamp, reason);
  }
  if (!Number.isInteger(step)) {
    const reason = `metric '${key}' (value=${asFloat(value)}). Step must be a valid long (64-bit integer).`;
    throw invalidValue(`${prefix}step`, step, reason);
  }
  if ((metric.datasetName === undefined) !== (metric.datasetDigest === undefined)) {
    throw invalidParameter(
      "Both dataset_name and dataset_digest must be provided if one is provided",
    );
  }
  if (
    metric.datasetName !== undefined &&
    /\s/.test(`${metric.datasetName}${metric.datasetDigest ?? ""}`)
  ) {
    // The fields of a metric line are separated by spaces: MLflow writes such a name and cannot read it back.
    throw invalidValue(
      `${prefix}dataset_name`,
      metric.datasetName,
      "It must not contain white space.",
    );
  }
  validateLength("Metric name", LIMITS.keyLength, key);
}

/**
 * Checks a param and cuts a value that is too long, as MLflow does.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 */
export function validateParam(param: Param, batchPath?: string): Param {
  validateKey(param.key, batchPath === undefined ? "key" : `${batchPath}.key`);
  validateLength("Param key", LIMITS.keyLength, param.key);
  return { key: param.key, value: cutText(param.value, LIMITS.paramValueLength) };
}

/** Checks a tag of a batch and cuts a value that is too long. A tag set alone has no limit in MLflow. */
export function validateBatchTag(tag: Tag, batchPath: string): Tag {
  validateKey(tag.key, `${batchPath}.key`);
  validateLength(`${batchPath}.key`, LIMITS.keyLength, tag.key);
  return { key: tag.key, value: cutText(tag.value, LIMITS.tagValueLength) };
}

export function validateExperimentTag(tag: Tag): void {
  validateKey(tag.key, "key");
  validateLength("key", LIMITS.keyLength, tag.key);
  validateLength("value", LIMITS.experimentTagValueLength, tag.value);
}

export function validateExperimentName(name: unknown): asserts name is string {
  if (name === "" || name === undefined || name === null) {
    throw invalidParameter(`Invalid experiment name: '${name ?? "None"}'`);
  }
  if (typeof name !== "string") {
    throw invalidParameter(`Invalid experiment name: ${String(name)}. Expects a string.`);
  }
  validateLength("name", LIMITS.experimentNameLength, name);
}

export function validateArtifactLocation(location: string): void {
  const tooLong = textLength(location) > LIMITS.artifactLocationLength;
  if (tooLong) {
    throw invalidParameter(
      `Invalid artifact path length. The length of the artifact path cannot be greater than ${LIMITS.artifactLocationLength} characters.`,
    );
  }
  if (/[\n\r\0]/.test(location)) {
    throw invalidParameter("Invalid artifact path: it must not contain line breaks.");
  }
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE for a name that a logged model cannot have */
export function validateLoggedModelName(name: string): void {
  if (typeof name === "string" && name !== "" && !FORBIDDEN_IN_LOGGED_MODEL_NAMES.test(name))
    return;
  throw invalidParameter(
    `Invalid model name (${pythonQuote(String(name))}) provided. Model name must be a non-empty string and cannot contain the` +
      ` following characters: ('/', ':', '.', '%', '"', "'")`,
  );
}

/** As Python prints it. */
function asFloat(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? value.toFixed(1) : String(value);
}

export function isRunId(id: string): boolean {
  return RUN_ID.test(id);
}

export function isExperimentId(id: string): boolean {
  return EXPERIMENT_ID.test(id);
}

export function validateRunId(runId: string, parameter = "run_id"): void {
  if (typeof runId !== "string" || !isRunId(runId)) throw invalidValue(parameter, runId);
}

export function validateExperimentId(experimentId: string): void {
  if (typeof experimentId !== "string" || !isExperimentId(experimentId)) {
    throw invalidParameter(`Invalid experiment ID: '${experimentId}'`);
  }
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when the text is longer than `limit` characters */
export function validateLength(what: string, limit: number, text: string): void {
  if (textLength(text) > limit) {
    throw invalidParameter(`'${what}' exceeds the maximum length of ${limit} characters`);
  }
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when a batch is larger than MLflow takes in one request */
export function validateBatchSizes(metrics: number, params: number, tags: number): void {
  validateBatchSize("metrics", LIMITS.metricsPerBatch, metrics);
  validateBatchSize("params", LIMITS.paramsPerBatch, params);
  validateBatchSize("tags", LIMITS.tagsPerBatch, tags);
  validateBatchSize("metrics, params, and tags", LIMITS.entitiesPerBatch, metrics + params + tags);
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when a batch names a param twice */
export function validateUniqueParams(params: readonly Param[]): void {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const { key } of params) seen.has(key) ? twice.push(key) : seen.add(key);
  if (twice.length === 0) return;
  throw invalidParameter(
    `Duplicate parameter keys have been submitted: [${twice.map(pythonQuote).join(", ")}].` +
      " Please ensure the request contains only one param value per param key.",
  );
}

/** Python's `repr` of a string, as MLflow's messages show values. */
export function pythonQuote(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** Python's `posixpath.normpath`. */
export function posixNormal(path: string): string {
  if (path === "") return ".";
  // POSIX lets exactly two leading slashes stand.
  const slashes =
    path.startsWith("//") && !path.startsWith("///") ? "//" : path.startsWith("/") ? "/" : "";
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    const isUp = part === ".." && (slashes !== "" || (parts.length > 0 && parts.at(-1) !== ".."));
    if (!isUp) parts.push(part);
    else parts.pop();
  }
  return slashes + parts.join("/") || ".";
}

/** Number of characters as Python counts them. */
export function textLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const isPair =
      (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) length--;
  }
  return length;
}

/** The first `limit` characters of a text. */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : [...text].slice(0, limit).join("");
}

function validateBatchSize(what: string, limit: number, size: number): void {
  if (size <= limit) return;
  throw invalidParameter(
    `A batch logging request can contain at most ${limit} ${what}. Got ${size} ${what}.` +
      ` Please split up ${what} across multiple requests and try again.`,
  );
}

function asciiJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return json.replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
