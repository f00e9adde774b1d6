import type { JsonValue } from "../entities/json.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import type {
  Assessment,
  AssessmentError,
  AssessmentSourceType,
  Expectation,
  Feedback,
} from "../entities/trace.ts";
import { parsePythonJson, printPythonJson } from "../format/python-json.ts";
import { parseTimestamp, printTimestamp } from "../format/timestamp.ts";
import { compact } from "./json.ts";

interface AssessmentErrorJson {
  readonly error_code?: string;
  readonly error_message?: string;
  readonly stack_trace?: string;
}

export interface FeedbackJson {
  readonly value?: unknown;
  readonly error?: AssessmentErrorJson;
}

export interface ExpectationJson {
  readonly value?: unknown;
  /** What is no plain value travels as JSON text. */
  readonly serialized_value?: { readonly serialization_format?: string; readonly value?: string };
}

export interface AssessmentJson {
  readonly assessment_id?: string;
  readonly assessment_name: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly source?: { readonly source_type?: AssessmentSourceType; readonly source_id?: string };
  readonly create_time?: string;
  readonly last_update_time?: string;
  readonly feedback?: FeedbackJson;
  readonly expectation?: ExpectationJson;
  readonly issue?: { readonly issue_name: string };
  readonly rationale?: string;
  readonly metadata?: ReadonlyDictionary<string>;
  readonly overrides?: string;
  readonly valid?: boolean;
}

export function encodeAssessment(assessment: Assessment): AssessmentJson {
  const { metadata } = assessment;
  return compact({
    assessment_id: assessment.assessmentId,
    assessment_name: assessment.name,
    trace_id: assessment.traceId,
    span_id: assessment.spanId ?? undefined,
    source: compact({
      source_type: assessment.source.sourceType,
      source_id: assessment.source.sourceId ?? undefined,
    }),
    create_time: printTimestamp(assessment.createTimeMs),
    last_update_time: printTimestamp(assessment.lastUpdateTimeMs),
    ...encodeValue(assessment),
    rationale: assessment.rationale ?? undefined,
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    overrides: assessment.overrides ?? undefined,
    valid: assessment.valid,
  });
}

/** What is to be changed, and the names of the fields that are: in camelCase, separated by commas. */
export function encodeAssessmentChanges(changes: {
  readonly name?: string;
  readonly rationale?: string;
  readonly metadata?: ReadonlyDictionary<string>;
  readonly feedback?: Pick<Feedback, "value" | "error">;
  readonly expectation?: Pick<Expectation, "value">;
}): { readonly assessment: Partial<AssessmentJson>; readonly update_mask: string } {
  const { name, rationale, metadata, feedback, expectation } = changes;
  const named = { assessmentName: name, rationale, metadata, feedback, expectation };
  return {
    assessment: compact({
      assessment_name: name,
      rationale,
      metadata,
      feedback: feedback && encodeFeedback(feedback),
      expectation: expectation && encodeExpectation(expectation.value),
    }),
    update_mask: Object.keys(compact(named)).join(","),
  };
}

export function decodeAssessment(json: AssessmentJson): Assessment {
  const base = {
    assessmentId: json.assessment_id ?? "",
    name: json.assessment_name,
    traceId: json.trace_id ?? "",
    spanId: json.span_id || null,
    source: {
      sourceType: json.source?.source_type ?? "SOURCE_TYPE_UNSPECIFIED",
      sourceId: json.source?.source_id || null,
    },
    createTimeMs: parseTimestamp(json.create_time ?? "") ?? 0,
    lastUpdateTimeMs: parseTimestamp(json.last_update_time ?? "") ?? 0,
    rationale: json.rationale || null,
    metadata: json.metadata ?? {},
    overrides: json.overrides || null,
    valid: json.valid ?? true,
  };
  if (json.issue) return { ...base, kind: "issue", issueName: json.issue.issue_name };
  return json.expectation
    ? { ...base, kind: "expectation", value: decodeExpectation(json.expectation) }
    : { ...base, kind: "feedback", ...decodeFeedback(json.feedback ?? {}) };
}

export function decodeFeedback({ value, error }: FeedbackJson): {
  readonly value: JsonValue;
  readonly error: AssessmentError | null;
} {
  return {
    value: (value ?? null) as JsonValue,
    error: error ? decodeAssessmentError(error) : null,
  };
}

export function decodeExpectation({ value, serialized_value }: ExpectationJson): JsonValue {
  if (serialized_value === undefined) return (value ?? null) as JsonValue;
  return parsePythonJson(serialized_value.value ?? "null", "expectation");
}

function encodeValue(
  assessment: Assessment,
): Pick<AssessmentJson, "feedback" | "expectation" | "issue"> {
  switch (assessment.kind) {
    case "issue":
      return { issue: { issue_name: assessment.issueName } };
    case "expectation":
      return { expectation: encodeExpectation(assessment.value) };
    case "feedback":
      return { feedback: encodeFeedback(assessment) };
  }
}

function encodeFeedback({ value, error }: Pick<Feedback, "value" | "error">): FeedbackJson {
  const encodedError = error === null ? undefined : encodeAssessmentError(error);
  return compact({ value: plain(value), error: encodedError });
}

function encodeExpectation(value: JsonValue): ExpectationJson {
  if (value === null || typeof value !== "object") return { value: plain(value) };
  return {
    serialized_value: {
      serialization_format: "JSON_FORMAT",
      value: printPythonJson(value),
    },
  };
}

/** JSON has neither the numbers that are none nor integers of any size. */
function plain(value: JsonValue): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function encodeAssessmentError(error: AssessmentError): AssessmentErrorJson {
  return compact({
    error_code: error.errorCode,
    error_message: error.errorMessage ?? undefined,
    stack_trace: error.stackTrace ?? undefined,
  });
}

function decodeAssessmentError(json: AssessmentErrorJson): AssessmentError {
  return {
    errorCode: json.error_code ?? "",
    errorMessage: json.error_message || null,
    stackTrace: json.stack_trace || null,
  };
}
