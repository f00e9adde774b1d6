import { MLFLOW_TAG } from "../entities/tag.ts";
import type { Assessment, Span, TraceInfo } from "../entities/trace.ts";
import { SOURCE_RUN } from "../entities/trace.ts";
import { MlrunsError } from "../errors.ts";
import type {
  AssessmentEntry,
  SpanEntry,
  TraceEntry,
  TraceFile,
  TracesFile,
} from "../wire/trace-files.ts";
import { chosenTraces } from "./chosen.ts";
import type { SiteContext } from "./context.ts";

/** Metadata keys of MLflow that the list shows. */
const SESSION = "mlflow.trace.session";
const SPAN_TYPE = "mlflow.spanType";

/** `data/traces/<experiment>.json`, newest first. */
export async function makeTraces(context: SiteContext, experimentId: string): Promise<TracesFile> {
  const traces = await chosenTraces(context, experimentId);
  return {
    traces: [...traces]
      .sort((a, b) => b.requestTime - a.requestTime)
      .map((info) => toEntry(info, context)),
  };
}

/** `data/trace/<trace>.json`: a trace with its spans, parents before children. */
export async function makeTrace(context: SiteContext, traceId: string): Promise<TraceFile> {
  const { client, scope, id } = context;
  const info = await client.getTraceInfo(traceId);
  const spans = await client.getSpans(traceId).catch((error: unknown) => {
    // What is known of the trace is shown all the same.
    if (error instanceof MlrunsError) return error;
    throw error;
  });
  return {
    trace: toEntry(info, context),
    experimentId: id(info.experimentId),
    metadata: scope.tags(info.traceMetadata),
    assessments: info.assessments.map(toAssessment),
    spans: spans instanceof MlrunsError ? [] : toSpans(spans),
    ...(spans instanceof MlrunsError && { problem: spans.message }),
  };
}

function toEntry(info: TraceInfo, { scope, id }: SiteContext): TraceEntry {
  const sourceRunId = info.traceMetadata[SOURCE_RUN];
  return {
    traceId: id(info.traceId),
    name: info.tags[MLFLOW_TAG.traceName] ?? "",
    state: info.state,
    requestTime: info.requestTime,
    durationMs: info.executionDuration,
    requestPreview: info.requestPreview,
    responsePreview: info.responsePreview,
    sourceRunId: sourceRunId === undefined ? null : id(sourceRunId),
    sessionId: info.traceMetadata[SESSION] ?? null,
    tags: scope.tags(info.tags),
    assessmentCount: info.assessments.length,
  };
}

function toAssessment(assessment: Assessment): AssessmentEntry {
  const isFeedback = assessment.kind === "feedback";
  const value = assessment.kind === "issue" ? assessment.issueName : assessment.value;
  const error = isFeedback ? assessment.error : null;
  return {
    assessmentId: assessment.assessmentId,
    name: assessment.name,
    kind: assessment.kind,
    value: JSON.stringify(value),
    error: error === null ? null : (error.errorMessage ?? error.errorCode),
    sourceType: assessment.source.sourceType,
    sourceId: assessment.source.sourceId ?? "",
    rationale: assessment.rationale,
    spanId: assessment.spanId,
    createTime: assessment.createTimeMs,
    valid: assessment.valid,
  };
}

function toSpans(spans: readonly Span[]): SpanEntry[] {
  const [first] = spans;
  if (first === undefined) return [];
  let start = first.startTimeNs;
  for (const { startTimeNs } of spans) if (startTimeNs < start) start = startTimeNs;
  return spans.map((span) => ({
    spanId: span.spanId,
    parentId: span.parentId,
    name: span.name,
    type: readText(span.attributes[SPAN_TYPE]),
    startMs: toMs(span.startTimeNs - start),
    durationMs: span.endTimeNs === null ? null : toMs(span.endTimeNs - span.startTimeNs),
    status: span.status.statusCode,
    statusMessage: span.status.description,
    attributes: span.attributes,
    events: span.events.map(({ name, timestamp, attributes }) => ({
      name,
      atMs: toMs(timestamp - start),
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([key, value]) => [key, JSON.stringify(value)]),
      ),
    })),
  }));
}

/** Differences are small: a double holds them to the nanosecond. */
function toMs(ns: bigint): number {
  return Number(ns) / 1e6;
}

/** An attribute is JSON text; its value when that is a text. */
function readText(json: string | undefined): string | null {
  try {
    const value: unknown = JSON.parse(json ?? "null");
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}
