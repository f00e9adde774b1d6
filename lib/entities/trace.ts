import type { JsonObject, JsonValue } from "./json.ts";
import type { ReadonlyDictionary } from "./record.ts";

export const TRACE_STATES = ["STATE_UNSPECIFIED", "OK", "ERROR", "IN_PROGRESS"] as const;
export type TraceState = (typeof TRACE_STATES)[number];

/** What is known of a trace besides its spans. */
export interface TraceInfo {
  /** `tr-` and 32 hex digits; 32 hex digits alone from MLflow 2. */
  readonly traceId: string;
  readonly experimentId: string;
  /** Start, in milliseconds since the epoch. */
  readonly requestTime: number;
  readonly state: TraceState;
  /** Input and output of the root span as JSON text, possibly cut. */
  readonly requestPreview: string | null;
  readonly responsePreview: string | null;
  /** An id that the caller gave, such as that of a session. */
  readonly clientRequestId: string | null;
  /** Milliseconds. */
  readonly executionDuration: number | null;
  /** Set once, such as the run that the trace belongs to. */
  readonly traceMetadata: ReadonlyDictionary<string>;
  readonly tags: ReadonlyDictionary<string>;
  readonly assessments: readonly Assessment[];
}

export interface Trace {
  readonly info: TraceInfo;
  readonly spans: readonly Span[];
}

export const SPAN_STATUS_CODES = ["UNSET", "OK", "ERROR"] as const;
export type SpanStatusCode = (typeof SPAN_STATUS_CODES)[number];

export interface Span {
  /** Of the trace as MLflow names it. */
  readonly traceId: string;
  /** Of the trace as OpenTelemetry names it: 32 hex digits. */
  readonly otelTraceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Null for the root span. */
  readonly parentId: string | null;
  readonly name: string;
  /** Nanoseconds since the epoch, which no double can hold exactly. */
  readonly startTimeNs: bigint;
  /** Null while the span goes on. */
  readonly endTimeNs: bigint | null;
  readonly status: { readonly statusCode: SpanStatusCode; readonly description: string };
  /** Each value is JSON text; `mlflow.spanType`, `mlflow.spanInputs` and `mlflow.spanOutputs` are MLflow's own. */
  readonly attributes: ReadonlyDictionary<string>;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
}

export interface SpanEvent {
  readonly name: string;
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
  /** Plain values here, not JSON text. */
  readonly attributes: JsonObject;
}

/** A span of another trace that this one has to do with. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: JsonObject | null;
}

export const ASSESSMENT_SOURCE_TYPES = [
  "SOURCE_TYPE_UNSPECIFIED",
  "HUMAN",
  "LLM_JUDGE",
  "CODE",
] as const;
export type AssessmentSourceType = (typeof ASSESSMENT_SOURCE_TYPES)[number];

/** What somebody, or some judge, thinks of a trace. One of three kinds. */
export type Assessment = Feedback | Expectation | IssueReference;

interface AssessmentBase {
  /** `a-` and 32 hex digits. */
  readonly assessmentId: string;
  readonly name: string;
  readonly traceId: string;
  /** The span that it is about; null for the whole trace. */
  readonly spanId: string | null;
  readonly source: { readonly sourceType: AssessmentSourceType; readonly sourceId: string | null };
  /** Milliseconds since the epoch. */
  readonly createTimeMs: number;
  /** Milliseconds since the epoch. */
  readonly lastUpdateTimeMs: number;
  readonly rationale: string | null;
  readonly metadata: ReadonlyDictionary<string>;
  /** Id of the assessment that this one replaces. */
  readonly overrides: string | null;
  /** False once another assessment overrides it. */
  readonly valid: boolean;
}

/** How good the output is. */
export interface Feedback extends AssessmentBase {
  readonly kind: "feedback";
  /** Null when there is an error instead. */
  readonly value: JsonValue;
  readonly error: AssessmentError | null;
}

/** What the output should be. */
export interface Expectation extends AssessmentBase {
  readonly kind: "expectation";
  readonly value: JsonValue;
}

/** An issue that the trace shows; the name of the assessment is the id of the issue. */
export interface IssueReference extends AssessmentBase {
  readonly kind: "issue";
  readonly issueName: string;
}

/** Why there is no feedback. */
export interface AssessmentError {
  readonly errorCode: string;
  readonly errorMessage: string | null;
  readonly stackTrace: string | null;
}

/** In the metadata of a trace: the run in which it was recorded. */
export const SOURCE_RUN = "mlflow.sourceRun";

/** The artifact of a trace in which its spans are. */
export const SPANS_FILE = "traces.json";
