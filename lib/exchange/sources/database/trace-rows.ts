import type { JsonObject, JsonValue } from "../../../entities/json.ts";
import { type ReadonlyDictionary, toDictionary } from "../../../entities/record.ts";
import {
  ASSESSMENT_SOURCE_TYPES,
  type Assessment,
  type AssessmentError,
  type TraceInfo,
  type TraceState,
} from "../../../entities/trace.ts";
import { printPythonFloat } from "../../../format/python-float.ts";
import { isJsonObject, parsePythonJson, printPythonJson } from "../../../format/python-json.ts";
import { integer, isTrue, optionalNumber, optionalText, type Row, text } from "./database.ts";
import { toValues } from "./rows.ts";

/** Columns of numbers that MLflow's answers show as metadata in JSON. @see MLflow 3.17 `trace_analytics` */
const TOKENS = [
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "cache_creation_input_tokens_above_1hr",
];
const COSTS = ["input_cost", "output_cost", "total_cost"];

const STATES: Readonly<Record<string, TraceState>> = {
  OK: "OK",
  ERROR: "ERROR",
  IN_PROGRESS: "IN_PROGRESS",
};

export function toTraceInfo(
  row: Row,
  metadata: readonly Row[],
  tags: readonly Row[],
  assessments: readonly Row[],
): TraceInfo {
  const traceId = text(row, "request_id");
  const name = optionalText(row, "trace_name");
  return {
    traceId,
    experimentId: text(row, "experiment_id"),
    requestTime: integer(row, "timestamp_ms"),
    state: STATES[text(row, "status")] ?? "STATE_UNSPECIFIED",
    requestPreview: optionalText(row, "request_preview"),
    responsePreview: optionalText(row, "response_preview"),
    clientRequestId: optionalText(row, "client_request_id"),
    executionDuration: optionalNumber(row, "execution_time_ms"),
    traceMetadata: toDictionary([...Object.entries(toValues(metadata)), ...metadataOfColumns(row)]),
    tags: {
      ...toValues(tags),
      ...(name !== null && { "mlflow.traceName": name }),
    },
    assessments: assessments.map((each) => toAssessment(each, traceId)),
  };
}

/** Session, token usage and cost, which newer schemas keep in columns of their own. */
function metadataOfColumns(row: Row): [string, string][] {
  const session = optionalText(row, "session_id");
  const usage = printed(row, TOKENS, String);
  const cost = printed(row, COSTS, printPythonFloat);
  return [
    ...(session === null ? [] : [["mlflow.trace.session", session] as [string, string]]),
    ...(usage === undefined ? [] : [["mlflow.trace.tokenUsage", usage] as [string, string]]),
    ...(cost === undefined ? [] : [["mlflow.trace.cost", cost] as [string, string]]),
  ];
}

function printed(
  row: Row,
  columns: readonly string[],
  print: (value: number) => string,
): string | undefined {
  const entries = columns.flatMap((column) => {
    const value = optionalNumber(row, column);
    return value === null ? [] : [`${printPythonJson(column)}: ${print(value)}`];
  });
  return entries.length === 0 ? undefined : `{${entries.join(", ")}}`;
}

function toAssessment(row: Row, traceId: string): Assessment {
  const upper = text(row, "source_type").toUpperCase();
  const common = {
    assessmentId: text(row, "assessment_id"),
    name: text(row, "name"),
    traceId,
    spanId: optionalText(row, "span_id"),
    source: {
      sourceType:
        ASSESSMENT_SOURCE_TYPES.find((type) => type === upper) ?? "SOURCE_TYPE_UNSPECIFIED",
      sourceId: optionalText(row, "source_id"),
    },
    createTimeMs: integer(row, "created_timestamp"),
    lastUpdateTimeMs: integer(row, "last_updated_timestamp"),
    rationale: optionalText(row, "rationale"),
    metadata: textsOf(parsed(row, "assessment_metadata")),
    overrides: optionalText(row, "overrides"),
    valid: isTrue(row, "valid"),
  };
  const value = parsed(row, "value");
  switch (text(row, "assessment_type")) {
    case "issue":
      return {
        ...common,
        kind: "issue",
        issueName: isJsonObject(value) ? String(value.issue_name ?? "") : "",
      };
    case "expectation":
      return { ...common, kind: "expectation", value };
    default:
      return { ...common, kind: "feedback", value, error: errorOf(parsed(row, "error")) };
  }
}

function parsed(row: Row, column: string): JsonValue {
  const json = optionalText(row, column);
  return json === null ? null : parsePythonJson(json, `assessments.${column}`);
}

function textsOf(value: JsonValue): ReadonlyDictionary<string> {
  if (!isJsonObject(value)) return {};
  return toDictionary(Object.entries(value).map(([key, each]) => [key, plainText(each)] as const));
}

function errorOf(value: JsonValue): AssessmentError | null {
  if (!isJsonObject(value)) return null;
  const { error_code: code, error_message: message, stack_trace: stack }: JsonObject = value;
  return {
    errorCode: plainText(code ?? ""),
    errorMessage: message === null || message === undefined ? null : plainText(message),
    stackTrace: stack === null || stack === undefined ? null : plainText(stack),
  };
}

function plainText(value: JsonValue): string {
  return typeof value === "string" ? value : printPythonJson(value);
}
