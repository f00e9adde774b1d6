import { TRACE_STATES, type TraceInfo, type TraceState } from "../entities/trace.ts";
import {
  fail,
  type MetaFile,
  openMeta,
  readExtra,
  readInteger,
  readName,
  readOptionalInteger,
  readOptionalText,
  readText,
} from "./meta-file.ts";
import { parseTimestamp, printTimestamp } from "./timestamp.ts";
import { printYaml, type YamlMap } from "./yaml.ts";
import { isYamlMap } from "./yaml-value.ts";

/** What `TRACE/trace_info.yaml` holds. Metadata, tags and assessments have files of their own. */
export type TraceInfoMeta = Omit<TraceInfo, "traceMetadata" | "tags" | "assessments"> & {
  /** Keys of other versions, kept when the file is rewritten. */
  readonly extra: YamlMap;
};

const KNOWN: ReadonlySet<string> = new Set([
  "client_request_id",
  "execution_duration_ms",
  "request_preview",
  "request_time",
  "response_preview",
  "state",
  "trace_id",
  "trace_location",
]);

/** `assessments` is always empty there: MLflow 2 had none. */
const KNOWN_OF_V2: ReadonlySet<string> = new Set([
  "assessments",
  "execution_time_ms",
  "experiment_id",
  "request_id",
  "status",
  "timestamp_ms",
]);

const STATUSES_OF_V2 = ["TRACE_STATUS_UNSPECIFIED", "OK", "ERROR", "IN_PROGRESS"] as const;

/**
 * Reads `TRACE/trace_info.yaml` of MLflow 3, or of MLflow 2, which the key `request_id` gives away.
 *
 * @throws MlrunsError INTERNAL_ERROR when id, experiment, time or state is missing
 */
export function parseTraceInfo(text: string, path: string): TraceInfoMeta {
  const file = openMeta(text, path);
  if ("request_id" in file.map) return parseV2(file);
  return {
    traceId: readText(file, "trace_id"),
    experimentId: readExperimentId(file),
    requestTime: readTimestamp(file, "request_time"),
    state: readName(file, "state", TRACE_STATES),
    requestPreview: readOptionalText(file, "request_preview"),
    responsePreview: readOptionalText(file, "response_preview"),
    clientRequestId: readOptionalText(file, "client_request_id"),
    executionDuration: readOptionalInteger(file, "execution_duration_ms"),
    extra: readExtra(file, KNOWN),
  };
}

/** Writes the form of MLflow 3, in which what is null is left out. MLflow 2 cannot read it. */
export function printTraceInfo(info: TraceInfoMeta): string {
  const optional = {
    client_request_id: info.clientRequestId,
    execution_duration_ms: info.executionDuration,
    request_preview: info.requestPreview,
    response_preview: info.responsePreview,
  };
  return printYaml({
    ...info.extra,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
    request_time: printTimestamp(info.requestTime),
    state: info.state,
    trace_id: info.traceId,
    trace_location: {
      mlflow_experiment: { experiment_id: info.experimentId },
      type: "MLFLOW_EXPERIMENT",
    },
  });
}

/** A time as RFC 3339 text, in milliseconds since the epoch. */
export function readTimestamp(file: MetaFile, key: string): number {
  const time = parseTimestamp(readText(file, key));
  return time ?? fail(file, key, `key '${key}' should be a time such as 2026-01-31T12:00:00.000Z`);
}

function parseV2(file: MetaFile): TraceInfoMeta {
  const status = readName(file, "status", STATUSES_OF_V2);
  const state: TraceState = status === "TRACE_STATUS_UNSPECIFIED" ? "STATE_UNSPECIFIED" : status;
  return {
    traceId: readText(file, "request_id"),
    experimentId: readText(file, "experiment_id"),
    requestTime: readInteger(file, "timestamp_ms"),
    state,
    requestPreview: null,
    responsePreview: null,
    clientRequestId: null,
    executionDuration: readOptionalInteger(file, "execution_time_ms"),
    extra: readExtra(file, KNOWN_OF_V2),
  };
}

function readExperimentId(file: MetaFile): string {
  const location = file.map.trace_location;
  const experiment = isYamlMap(location) ? location.mlflow_experiment : undefined;
  const id = isYamlMap(experiment) ? experiment.experiment_id : undefined;
  if (typeof id === "string") return id;
  if (typeof id === "number" || typeof id === "bigint") return String(id);
  return fail(file, "trace_location", "key 'trace_location' should name an experiment");
}
