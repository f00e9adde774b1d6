import { LIMITS } from "../../entities/limits.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { SOURCE_RUN, type Span } from "../../entities/trace.ts";
import { isJsonObject, parsePythonJson, printPythonJson } from "../../format/python-json.ts";
import { printSpans } from "../../format/spans.ts";
import type { NewTrace } from "../../store/traces.ts";
import { contextTags } from "../context-tags.ts";
import { SPAN_ATTRIBUTE } from "./live-span.ts";

const METADATA = {
  schemaVersion: "mlflow.trace_schema.version",
  inputs: "mlflow.traceInputs",
  outputs: "mlflow.traceOutputs",
  tokenUsage: "mlflow.trace.tokenUsage",
  sizeBytes: "mlflow.trace.sizeBytes",
  sizeStats: "mlflow.trace.sizeStats",
} as const;

const PREVIEW_LENGTH = 1000;

export interface TraceDetails {
  readonly experimentId: string;
  readonly runId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly clientRequestId?: string;
}

/**
 * What MLflow notes of a trace that is over, made of its spans.
 *
 * @see MLflow 3.17 `BaseMlflowSpanProcessor._update_trace_info`
 */
export function summarizeTrace(
  root: Span,
  spans: readonly Span[],
  details: TraceDetails,
): NewTrace {
  const inputs = root.attributes[SPAN_ATTRIBUTE.inputs];
  const outputs = root.attributes[SPAN_ATTRIBUTE.outputs];
  const usage = sumUsage(spans);
  return {
    traceId: root.traceId,
    experimentId: details.experimentId,
    requestTime: Number(root.startTimeNs / 1_000_000n),
    executionDuration: Number(
      ((root.endTimeNs ?? root.startTimeNs) - root.startTimeNs) / 1_000_000n,
    ),
    state: root.status.statusCode === "ERROR" ? "ERROR" : "OK",
    requestPreview: inputs === undefined ? null : cut(inputs, PREVIEW_LENGTH),
    responsePreview: outputs === undefined ? null : cut(outputs, PREVIEW_LENGTH),
    clientRequestId: details.clientRequestId ?? null,
    traceMetadata: {
      ...contextTags(),
      [METADATA.schemaVersion]: "3",
      [METADATA.inputs]: cut(inputs ?? "", LIMITS.traceMetadataLength),
      [METADATA.outputs]: cut(outputs ?? "", LIMITS.traceMetadataLength),
      ...(details.runId !== undefined && { [SOURCE_RUN]: details.runId }),
      ...(usage !== undefined && { [METADATA.tokenUsage]: printPythonJson(usage) }),
      ...sizes(spans),
      ...details.metadata,
    },
    tags: { [MLFLOW_TAG.traceName]: root.name, ...details.tags },
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}

/** A span's tokens count unless a span above has counted them. */
function sumUsage(spans: readonly Span[]): Record<string, number> | undefined {
  const usages = new Map(spans.map((span) => [span.spanId, usageOf(span)]));
  const parents = new Map(spans.map((span) => [span.spanId, span.parentId]));
  const isCounted = (spanId: string | null | undefined): boolean =>
    typeof spanId === "string" &&
    (usages.get(spanId) !== undefined || isCounted(parents.get(spanId)));
  let sum: Record<string, number> | undefined;
  for (const span of spans) {
    const usage = usages.get(span.spanId);
    if (usage === undefined || isCounted(span.parentId)) continue;
    sum ??= {};
    for (const [key, value] of Object.entries(usage)) sum[key] = (sum[key] ?? 0) + value;
  }
  return sum;
}

function usageOf(span: Span): Record<string, number> | undefined {
  const text = span.attributes[SPAN_ATTRIBUTE.tokenUsage];
  const usage = text === undefined ? undefined : parsePythonJson(text, "");
  if (!isJsonObject(usage)) return undefined;
  const numbers = Object.entries(usage).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(numbers) as Record<string, number>;
}

function sizes(spans: readonly Span[]): Record<string, string> {
  const bytes = spans
    .map((span) => Buffer.byteLength(printSpans([span])) - '{"spans": []}'.length)
    .sort((a, b) => a - b);
  const total = bytes.reduce((sum, size) => sum + size, 0);
  const stats = {
    total_size_bytes: total,
    num_spans: bytes.length,
    max: bytes.at(-1) ?? 0,
    p25: percentile(bytes, 0.25),
    p50: percentile(bytes, 0.5),
    p75: percentile(bytes, 0.75),
  };
  return {
    [METADATA.sizeBytes]: String(total),
    [METADATA.sizeStats]: printPythonJson(stats),
  };
}

function percentile(sorted: readonly number[], share: number): number {
  const index = (sorted.length - 1) * share;
  const below = sorted[Math.floor(index)] ?? 0;
  const above = sorted[Math.ceil(index)] ?? below;
  return Math.floor(below + (above - below) * (index - Math.floor(index)));
}
