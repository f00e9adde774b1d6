import type { JsonObject, JsonValue } from "../entities/json.ts";
import type { ReadonlyDictionary } from "../entities/record.ts";
import type { Span, SpanEvent, SpanLink } from "../entities/trace.ts";
import { parsePythonJson } from "../format/python-json.ts";

/**
 * A span as MLflow's API has it: OpenTelemetry's message in protobuf's own JSON, with ids in base64. Times in nanoseconds
 * are bigints, so it is printed with `printPythonJson`.
 *
 * @see MLflow 3.17 `Span.to_otel_proto`
 */
export function encodeSpan(span: Span): JsonObject {
  const { statusCode, description } = span.status;
  return {
    trace_id: base64OfHex(span.otelTraceId),
    span_id: base64OfHex(span.spanId),
    ...(span.parentId !== null && { parent_span_id: base64OfHex(span.parentId) }),
    name: span.name,
    start_time_unix_nano: span.startTimeNs,
    ...(span.endTimeNs !== null && { end_time_unix_nano: span.endTimeNs }),
    attributes: encodeJsonAttributes(span.attributes),
    ...(span.events.length > 0 && { events: span.events.map(encodeEvent) }),
    ...(span.links.length > 0 && { links: span.links.map(encodeLink) }),
    status: {
      code: `STATUS_CODE_${statusCode}`,
      ...(description !== "" && { message: description }),
    },
  };
}

function encodeEvent({ name, timestamp, attributes }: SpanEvent): JsonObject {
  return { time_unix_nano: timestamp, name, attributes: encodeAttributes(attributes) };
}

function encodeLink({ traceId, spanId, attributes }: SpanLink): JsonObject {
  return {
    trace_id: base64OfHex(traceId.replace(/^tr-/, "")),
    span_id: base64OfHex(spanId),
    ...(attributes !== null && { attributes: encodeAttributes(attributes) }),
  };
}

/** The values of a span's attributes are JSON texts. */
function encodeJsonAttributes(attributes: ReadonlyDictionary<string>): JsonValue[] {
  return Object.entries(attributes).map(([key, text]) => ({
    key,
    value: encodeAnyValue(parseOrKeep(text)),
  }));
}

function encodeAttributes(attributes: JsonObject): JsonValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: encodeAnyValue(value) }));
}

function encodeAnyValue(value: JsonValue): JsonObject {
  if (value === null) return {};
  if (typeof value === "string") return { string_value: value };
  if (typeof value === "boolean") return { bool_value: value };
  if (typeof value === "bigint") return { int_value: value };
  if (typeof value === "number") return encodeNumberValue(value);
  if (Array.isArray(value)) return { array_value: { values: value.map(encodeAnyValue) } };
  return { kvlist_value: { values: encodeAttributes(value as JsonObject) } };
}

function encodeNumberValue(value: number): JsonObject {
  if (Number.isSafeInteger(value)) return { int_value: value };
  return { double_value: Number.isFinite(value) ? value : String(value) };
}

function parseOrKeep(text: string): JsonValue {
  try {
    return parsePythonJson(text, "");
  } catch {
    return text;
  }
}

function base64OfHex(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return btoa(bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(""));
}
