import { LIMITS } from "../entities/limits.ts";
import { type ReadonlyDictionary, toDictionary } from "../entities/record.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { TraceInfo, TraceState } from "../entities/trace.ts";
import { cutText } from "../entities/validate.ts";
import { parseTimestamp, printTimestamp } from "../format/timestamp.ts";
import { type AssessmentJson, decodeAssessment, encodeAssessment } from "./assessment.ts";
import {
  compact,
  decodePairs,
  encodePairs,
  type JsonInteger,
  type PairJson,
  someOf,
} from "./json.ts";

/** A trace's info as clients from MLflow 3 on know it. */
export interface TraceInfoJson {
  readonly trace_id: string;
  readonly client_request_id?: string;
  readonly trace_location?: {
    readonly type?: string;
    readonly mlflow_experiment?: { readonly experiment_id?: string };
  };
  readonly request_preview?: string;
  readonly response_preview?: string;
  readonly request_time?: string;
  /** Seconds, such as `0.065s`. */
  readonly execution_duration?: string;
  readonly state?: TraceState;
  readonly trace_metadata?: ReadonlyDictionary<string>;
  readonly tags?: ReadonlyDictionary<string>;
  readonly assessments?: readonly AssessmentJson[];
}

/** A trace's info as MLflow 2 knows it. */
export interface TraceInfoV2Json {
  readonly request_id: string;
  readonly experiment_id: string;
  readonly timestamp_ms: JsonInteger;
  readonly execution_time_ms: JsonInteger;
  readonly status: TraceStatusName;
  readonly request_metadata?: readonly PairJson[];
  readonly tags?: readonly PairJson[];
}

/** In the order of MLflow's numbers, which start with 0. */
export const TRACE_STATUS_NAMES = [
  "TRACE_STATUS_UNSPECIFIED",
  "OK",
  "ERROR",
  "IN_PROGRESS",
] as const;
export type TraceStatusName = (typeof TRACE_STATUS_NAMES)[number];

/** @param artifactLocation - where clients find the spans, which need not be how the tree records it */
export function encodeTraceInfo(info: TraceInfo, artifactLocation: string): TraceInfoJson {
  return compact({
    trace_id: info.traceId,
    client_request_id: info.clientRequestId ?? undefined,
    trace_location: {
      type: "MLFLOW_EXPERIMENT",
      mlflow_experiment: { experiment_id: info.experimentId },
    },
    request_preview: info.requestPreview ?? undefined,
    response_preview: info.responsePreview ?? undefined,
    request_time: printTimestamp(info.requestTime),
    execution_duration:
      info.executionDuration === null ? undefined : printDuration(info.executionDuration),
    state: info.state,
    trace_metadata: someEntries(cutMetadata(info)),
    tags: someEntries(cutTags(info, artifactLocation)),
    assessments: someOf(info.assessments.map(encodeAssessment)),
  });
}

export function decodeTraceInfo(json: TraceInfoJson): TraceInfo {
  return {
    traceId: json.trace_id,
    experimentId: json.trace_location?.mlflow_experiment?.experiment_id ?? "",
    requestTime: parseTimestamp(json.request_time ?? "") ?? 0,
    state: json.state ?? "STATE_UNSPECIFIED",
    requestPreview: json.request_preview ?? null,
    responsePreview: json.response_preview ?? null,
    clientRequestId: json.client_request_id || null,
    executionDuration:
      json.execution_duration === undefined ? null : parseDuration(json.execution_duration),
    traceMetadata: toDictionary(Object.entries(json.trace_metadata ?? {})),
    tags: toDictionary(Object.entries(json.tags ?? {})),
    assessments: (json.assessments ?? []).map(decodeAssessment),
  };
}

/** @param artifactLocation - as for `encodeTraceInfo` */
export function encodeTraceInfoV2(info: TraceInfo, artifactLocation: string): TraceInfoV2Json {
  return compact({
    request_id: info.traceId,
    experiment_id: info.experimentId,
    timestamp_ms: info.requestTime,
    execution_time_ms: info.executionDuration ?? 0,
    status: encodeTraceStatus(info.state),
    request_metadata: encodePairs(cutMetadata(info)),
    tags: encodePairs(cutTags(info, artifactLocation)),
  });
}

export function decodeTraceInfoV2(json: TraceInfoV2Json): TraceInfo {
  const tags = decodePairs(json.tags ?? []);
  const metadata = decodePairs(json.request_metadata ?? []);
  return {
    traceId: json.request_id,
    experimentId: json.experiment_id,
    requestTime: Number(json.timestamp_ms ?? 0),
    state: decodeTraceStatus(json.status ?? "TRACE_STATUS_UNSPECIFIED"),
    requestPreview: metadata["mlflow.traceInputs"] ?? null,
    responsePreview: metadata["mlflow.traceOutputs"] ?? null,
    clientRequestId: null,
    executionDuration: json.status === "IN_PROGRESS" ? null : Number(json.execution_time_ms ?? 0),
    traceMetadata: metadata,
    tags,
    assessments: [],
  };
}

export function encodeTraceStatus(state: TraceState): TraceStatusName {
  return state === "STATE_UNSPECIFIED" ? "TRACE_STATUS_UNSPECIFIED" : state;
}

export function decodeTraceStatus(name: TraceStatusName): TraceState {
  return name === "TRACE_STATUS_UNSPECIFIED" ? "STATE_UNSPECIFIED" : name;
}

/** A time in milliseconds as protobuf writes it into JSON. */
export function printDuration(milliseconds: number): string {
  const seconds = milliseconds / 1_000;
  return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(3)}s`;
}

/** Milliseconds; 0 for what is no duration. */
export function parseDuration(text: string): number {
  const seconds = /^(-?\d+(?:\.\d+)?)s$/.exec(text)?.[1];
  return seconds === undefined ? 0 : Math.round(Number(seconds) * 1_000);
}

function cutMetadata({ traceMetadata }: TraceInfo): ReadonlyDictionary<string> {
  return cut(traceMetadata, LIMITS.traceMetadataLength);
}

function cutTags({ tags }: TraceInfo, artifactLocation: string): ReadonlyDictionary<string> {
  const short = cut(tags, LIMITS.traceTagValueLength);
  if (tags[MLFLOW_TAG.artifactLocation] === undefined) return short;
  return { ...short, [MLFLOW_TAG.artifactLocation]: artifactLocation };
}

/** @param most - characters of a value */
function cut(values: ReadonlyDictionary<string>, most: number): ReadonlyDictionary<string> {
  return toDictionary(
    Object.entries(values).map(([key, value]) => [
      cutText(key, LIMITS.keyLength),
      cutText(value, most),
    ]),
  );
}

function someEntries(entries: ReadonlyDictionary<string>): ReadonlyDictionary<string> | undefined {
  return Object.keys(entries).length === 0 ? undefined : entries;
}
