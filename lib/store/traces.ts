import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ArtifactPlace } from "../entities/file-info.ts";
import { LIMITS } from "../entities/limits.ts";
import { toDictionary } from "../entities/record.ts";
import { MLFLOW_TAG, type Tag } from "../entities/tag.ts";
import { SPANS_FILE, type Span, type TraceInfo, type TraceState } from "../entities/trace.ts";
import { validateKey, validateLength, validateRunId } from "../entities/validate.ts";
import { invalidParameter, MlrunsError, notFound } from "../errors.ts";
import { printSpans } from "../format/spans.ts";
import { printTraceInfo, type TraceInfoMeta } from "../format/trace-info.ts";
import { experimentPaths, keyFile, tracePaths } from "../tree/layout.ts";
import { isFile } from "../tree/read.ts";
import { createFolder, removeFolder, replaceFile, replaceValue } from "../tree/write.ts";
import { findArtifacts, newArtifactUri } from "./artifact-location.ts";
import { findExperiment, getExperiment } from "./experiments.ts";
import { readTraceInfo, readTraceMeta } from "./read-trace.ts";
import { collecting, type Store } from "./store.ts";
import {
  artifactPlaceOfTrace,
  findTrace,
  listTracePlaces,
  type TracePlace,
} from "./trace-place.ts";

export interface NewTrace {
  /** `tr-` and 32 hex digits by default. */
  readonly traceId?: string;
  readonly experimentId: string;
  /** Milliseconds since the epoch; now by default. */
  readonly requestTime?: number;
  /** IN_PROGRESS by default. */
  readonly state?: TraceState;
  /** Milliseconds. */
  readonly executionDuration?: number | null;
  readonly requestPreview?: string | null;
  readonly responsePreview?: string | null;
  readonly clientRequestId?: string | null;
  readonly traceMetadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface TraceChanges {
  readonly state?: TraceState;
  /** Milliseconds. */
  readonly executionDuration?: number;
  /** Milliseconds since the epoch. */
  readonly requestTime?: number;
  readonly requestPreview?: string;
  readonly responsePreview?: string;
  readonly clientRequestId?: string;
  /** Are added to those there are. */
  readonly traceMetadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** Which traces of an experiment to delete: by id, or all that began at a time or before it. */
export type TraceChoice =
  | { readonly traceIds: readonly string[] }
  | {
      /** Milliseconds since the epoch. */
      readonly maxTimestampMillis: number;
      /** The oldest ones go first. */
      readonly maxTraces?: number;
    };

/** A random id: the one that OpenTelemetry gives, in MLflow's form. */
export function newTraceId(): string {
  return `tr-${randomBytes(16).toString("hex")}`;
}

/**
 * Creates a trace. Spans that are given are written with it when the trace keeps them in the tree, see `findTraceArtifacts`:
 * then nobody meets a trace without spans, which MLflow cannot load.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the experiment is unknown or deleted, RESOURCE_ALREADY_EXISTS
 */
export function startTrace(store: Store, trace: NewTrace, spans?: readonly Span[]): TraceInfo {
  const { experimentId, traceId = newTraceId() } = trace;
  validateRunId(traceId, "trace_id");
  const experiment = getExperiment(store, experimentId);
  if (experiment.lifecycleStage !== "active") {
    throw notFound(`Experiment ${experimentId} does not exist.`);
  }
  const location = newArtifactUri(
    store,
    experimentId,
    experiment.artifactLocation,
    `traces/${traceId}/artifacts`,
  );
  const target = join(experimentPaths.traces(findExperiment(store, experimentId).folder), traceId);
  const tags = { ...trace.tags, [MLFLOW_TAG.artifactLocation]: location };
  const metadata = trace.traceMetadata ?? {};
  for (const key of [...Object.keys(tags), ...Object.keys(metadata)]) validateTraceKey(key);
  const isNew = createFolder(store.root, target, (temporary) => {
    writeDictionary(temporary, tracePaths.metadata(temporary), metadata);
    writeDictionary(temporary, tracePaths.tags(temporary), tags);
    replaceFile(tracePaths.info(temporary), printTraceInfo(toMeta(trace, traceId)));
    if (spans !== undefined && isInTree(store, target, experimentId, traceId, location)) {
      writeLocalSpans(tracePaths.artifacts(temporary), spans);
    }
  });
  if (!isNew) {
    throw new MlrunsError("RESOURCE_ALREADY_EXISTS", `Trace with ID '${traceId}' already exists.`);
  }
  return readTraceInfo(store, { traceId, experimentId, folder: target }, []);
}

/** Changes a trace, as when it ends; what is left out stays. */
export function endTrace(store: Store, traceId: string, changes: TraceChanges): TraceInfo {
  const place = findTrace(store, traceId);
  const { traceMetadata = {}, tags = {}, ...fields } = changes;
  for (const key of [...Object.keys(tags), ...Object.keys(traceMetadata)]) validateTraceKey(key);
  writeDictionary(place.folder, tracePaths.metadata(place.folder), traceMetadata);
  writeDictionary(place.folder, tracePaths.tags(place.folder), tags);
  const meta = { ...readTraceMeta(store, place), ...fields };
  replaceFile(tracePaths.info(place.folder), printTraceInfo(meta));
  return readTraceInfo(store, place, []);
}

export function setTraceTag(store: Store, traceId: string, tag: Tag): void {
  validateTraceKey(tag.key);
  const { folder } = findTrace(store, traceId);
  writeDictionary(folder, tracePaths.tags(folder), { [tag.key]: tag.value });
}

/** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the trace has no such tag */
export function deleteTraceTag(store: Store, traceId: string, key: string): void {
  validateKey(key, "key");
  const file = keyFile(tracePaths.tags(findTrace(store, traceId).folder), key);
  if (!isFile(file)) throw notFound(`No tag with name: ${key} in trace with ID ${traceId}.`);
  rmSync(file);
}

/** Deletes traces for good. @returns how many there were */
export function deleteTraces(store: Store, experimentId: string, choice: TraceChoice): number {
  const chosen = chooseTraces(store, experimentId, choice);
  for (const { folder } of chosen) removeFolder(store.root, folder);
  return chosen.length;
}

/** Where a trace keeps its spans, in the file `traces.json`. */
export function findTraceArtifacts(store: Store, traceId: string): ArtifactPlace {
  return artifactPlaceOfTrace(store, findTrace(store, traceId));
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE for a key that no file can have, or that is longer than MLflow's databases take */
function validateTraceKey(key: string): void {
  validateKey(key, "key");
  validateLength("key", LIMITS.keyLength, key);
}

function chooseTraces(store: Store, experimentId: string, choice: TraceChoice): TracePlace[] {
  const places = listTracePlaces(experimentId, findExperiment(store, experimentId).folder);
  if ("traceIds" in choice) {
    const ids = new Set(choice.traceIds);
    return places.filter(({ traceId }) => ids.has(traceId));
  }
  const { maxTimestampMillis, maxTraces = places.length } = choice;
  if (!(maxTraces > 0) && places.length > 0) {
    throw invalidParameter(`\`max_traces\` must be a positive integer, received ${maxTraces}.`);
  }
  return places
    .map((place) => ({ place, time: timeOf(store, place) }))
    .filter(({ time }) => time <= maxTimestampMillis)
    .sort((a, b) => a.time - b.time)
    .slice(0, maxTraces)
    .map(({ place }) => place);
}

/** A trace that cannot be read has no time, and is not deleted by it. */
function timeOf(store: Store, place: TracePlace): number {
  const meta = collecting(store, tracePaths.info(place.folder), [], () =>
    readTraceMeta(store, place),
  );
  return meta?.requestTime ?? Number.POSITIVE_INFINITY;
}

function toMeta(trace: NewTrace, traceId: string): TraceInfoMeta {
  return {
    traceId,
    experimentId: trace.experimentId,
    requestTime: trace.requestTime ?? Date.now(),
    state: trace.state ?? "IN_PROGRESS",
    requestPreview: trace.requestPreview ?? null,
    responsePreview: trace.responsePreview ?? null,
    clientRequestId: trace.clientRequestId ?? null,
    executionDuration: trace.executionDuration ?? null,
    extra: toDictionary([]),
  };
}

/** Writes one file an entry. @param owner - folder in which nobody minds a temporary file */
function writeDictionary(
  owner: string,
  folder: string,
  entries: Readonly<Record<string, string>>,
): void {
  mkdirSync(folder, { recursive: true });
  for (const [key, value] of Object.entries(entries)) {
    replaceValue(owner, keyFile(folder, key), String(value));
  }
}

function isInTree(
  store: Store,
  folder: string,
  experimentId: string,
  traceId: string,
  location: string,
): boolean {
  const place = findArtifacts(
    store,
    folder,
    `${experimentId}/traces/${traceId}/artifacts`,
    location,
  );
  return place.kind === "folder" && place.folder === tracePaths.artifacts(folder);
}

function writeLocalSpans(folder: string, spans: readonly Span[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, SPANS_FILE), printSpans(spans));
}
