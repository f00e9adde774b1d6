import type { JsonObject, JsonValue } from "../entities/json.ts";
import {
  SPAN_STATUS_CODES,
  type Span,
  type SpanEvent,
  type SpanLink,
  type SpanStatusCode,
} from "../entities/trace.ts";
import { MlrunsError } from "../errors.ts";
import { isJsonObject, parsePythonJson, printPythonJson } from "./python-json.ts";

/** The attribute with MLflow's own id of the trace. */
const TRACE_ID_ATTRIBUTE = "mlflow.traceRequestId";
const STATUS_PREFIX = "STATUS_CODE_";

/**
 * Reads `traces.json`, the spans of a trace, in the form of MLflow 3, of 3.5, and of MLflow 2.
 *
 * @throws MlrunsError INTERNAL_ERROR with the path when it is no JSON or a span lacks an id, a name or its start
 * @see MLflow 3.17 `Span.from_dict` and `Span.from_dict_v2`
 */
export function parseSpans(text: string, path: string): readonly Span[] {
  const document = parsePythonJson(text, path);
  const spans = isJsonObject(document) ? document.spans : undefined;
  if (!Array.isArray(spans)) throw malformed(path, "expected a list of spans");
  return spans.map((span: JsonValue) => {
    if (!isJsonObject(span)) throw malformed(path, "expected a span");
    return isJsonObject(span.context) ? parseV2(span, span.context, path) : parseV3(span, path);
  });
}

/** Writes the form of MLflow 3, on one line. */
export function printSpans(spans: readonly Span[]): string {
  return printPythonJson({ spans: spans.map(toV3) }, false);
}

/** Writes the form of MLflow 2, whose clients read no other. */
export function printSpansV2(spans: readonly Span[]): string {
  const root = spans.find(({ parentId }) => parentId === null)?.attributes ?? {};
  const document = {
    spans: spans.map(toV2),
    request: root["mlflow.spanInputs"] ?? null,
    response: root["mlflow.spanOutputs"] ?? null,
  };
  return printPythonJson(document, false);
}

function parseV3(span: JsonObject, path: string): Span {
  const traceId = readText(span, "trace_id", path);
  // MLflow 3.5 wrote ids as its API has them, not in base64.
  const decode = isBase64(traceId) ? hexOfBase64 : (id: string) => id.replace(/^tr-/, "");
  const parentId = readOptionalText(span, "parent_span_id");
  const status = isJsonObject(span.status) ? span.status : {};
  const otelTraceId = decode(traceId);
  const attributes = readAttributes(span);
  return {
    traceId: mlflowTraceId(attributes, otelTraceId),
    otelTraceId,
    spanId: decode(readText(span, "span_id", path)),
    parentId: parentId === null ? null : decode(parentId),
    name: readText(span, "name", path),
    startTimeNs: readNanoseconds(span, "start_time_unix_nano", path),
    endTimeNs: readOptionalNanoseconds(span, "end_time_unix_nano", path),
    status: {
      statusCode: readStatusCode(status.code, path),
      description: readOptionalText(status, "message") ?? "",
    },
    attributes,
    events: readObjects(span, "events").map((event) =>
      readEvent(event, readNanoseconds(event, "time_unix_nano", path), path),
    ),
    links: readLinks(span, path),
  };
}

function parseV2(span: JsonObject, context: JsonObject, path: string): Span {
  const hex = (id: string): string => id.replace(/^0x/, "");
  const parentId = readOptionalText(span, "parent_id");
  const otelTraceId = hex(readText(context, "trace_id", path));
  const attributes = readAttributes(span);
  return {
    traceId: mlflowTraceId(attributes, otelTraceId),
    otelTraceId,
    spanId: hex(readText(context, "span_id", path)),
    parentId: parentId === null ? null : hex(parentId),
    name: readText(span, "name", path),
    startTimeNs: readNanoseconds(span, "start_time", path),
    endTimeNs: readOptionalNanoseconds(span, "end_time", path),
    status: {
      statusCode: readStatusCode(span.status_code, path),
      description: readOptionalText(span, "status_message") ?? "",
    },
    attributes,
    events: readObjects(span, "events").map((event) =>
      readEvent(event, readNanoseconds(event, "timestamp", path), path),
    ),
    links: readLinks(span, path),
  };
}

function toV3(span: Span): JsonObject {
  return {
    trace_id: base64OfHex(span.otelTraceId),
    span_id: base64OfHex(span.spanId),
    parent_span_id: span.parentId === null ? null : base64OfHex(span.parentId),
    name: span.name,
    start_time_unix_nano: span.startTimeNs,
    end_time_unix_nano: span.endTimeNs,
    events: span.events.map((event) => ({
      name: event.name,
      time_unix_nano: event.timestamp,
      attributes: event.attributes,
    })),
    status: {
      code: `${STATUS_PREFIX}${span.status.statusCode}`,
      message: span.status.description,
    },
    attributes: span.attributes,
    links: span.links.map((link) => ({
      trace_id: link.traceId,
      span_id: link.spanId,
      attributes: link.attributes,
    })),
  };
}

function toV2(span: Span): JsonObject {
  return {
    name: span.name,
    context: { span_id: `0x${span.spanId}`, trace_id: `0x${span.otelTraceId}` },
    parent_id: span.parentId === null ? null : `0x${span.parentId}`,
    start_time: span.startTimeNs,
    end_time: span.endTimeNs,
    status_code: span.status.statusCode,
    status_message: span.status.description,
    attributes: span.attributes,
    events: span.events.map(({ name, timestamp, attributes }) => ({ name, timestamp, attributes })),
  };
}

function mlflowTraceId(attributes: Span["attributes"], otelTraceId: string): string {
  const text = attributes[TRACE_ID_ATTRIBUTE];
  return text === undefined ? `tr-${otelTraceId}` : text.replace(/^"(.*)"$/s, "$1");
}

/** In the order of the file. */
function readAttributes(span: JsonObject): Span["attributes"] {
  const attributes = isJsonObject(span.attributes) ? span.attributes : {};
  const texts: { [key: string]: string } = Object.create(null);
  for (const [key, value] of Object.entries(attributes)) {
    texts[key] = typeof value === "string" ? value : printPythonJson(value);
  }
  return texts;
}

function readEvent(event: JsonObject, timestamp: bigint, path: string): SpanEvent {
  const attributes = isJsonObject(event.attributes) ? event.attributes : {};
  return { name: readText(event, "name", path), timestamp, attributes };
}

function readLinks(span: JsonObject, path: string): readonly SpanLink[] {
  return readObjects(span, "links").map((link) => ({
    traceId: readText(link, "trace_id", path),
    spanId: readText(link, "span_id", path),
    attributes: isJsonObject(link.attributes) ? link.attributes : null,
  }));
}

/** `STATUS_CODE_OK`, or `OK` in MLflow 2 and 3.5. */
function readStatusCode(value: JsonValue | undefined, path: string): SpanStatusCode {
  const name = typeof value === "string" ? value.replace(STATUS_PREFIX, "") : value;
  const code = SPAN_STATUS_CODES.find((each) => each === name);
  if (code === undefined)
    throw malformed(path, `invalid status code name: ${printPythonJson(value ?? null)}`);
  return code;
}

function readObjects(object: JsonObject, key: string): readonly JsonObject[] {
  const list = object[key];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function readText(object: JsonObject, key: string, path: string): string {
  const text = object[key];
  if (typeof text !== "string") throw malformed(path, `key '${key}' should be text`);
  return text;
}

/** Null when it is missing or empty. */
function readOptionalText(object: JsonObject, key: string): string | null {
  const text = object[key];
  return typeof text === "string" && text !== "" ? text : null;
}

function readNanoseconds(object: JsonObject, key: string, path: string): bigint {
  const time = readOptionalNanoseconds(object, key, path);
  if (time === null) throw malformed(path, `key '${key}' is missing`);
  return time;
}

function readOptionalNanoseconds(object: JsonObject, key: string, path: string): bigint | null {
  const time = object[key];
  if (time === undefined || time === null || time === 0 || time === "") return null;
  if (typeof time === "bigint") return time;
  if (typeof time === "number" && Number.isInteger(time)) return BigInt(time);
  if (typeof time === "string" && /^\d{1,30}$/.test(time)) return BigInt(time);
  throw malformed(path, `key '${key}' should be a time in nanoseconds`);
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]{22}==$/.test(text);
}

function hexOfBase64(text: string): string {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return text;
  return Array.from(atob(text), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join(
    "",
  );
}

function base64OfHex(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return btoa(String.fromCharCode(...bytes.map((byte) => Number.parseInt(byte, 16))));
}

function malformed(path: string, message: string): MlrunsError {
  return new MlrunsError("INTERNAL_ERROR", `Malformed spans: ${message}`, { path });
}
