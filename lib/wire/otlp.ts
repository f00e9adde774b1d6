import type { JsonObject, JsonValue } from "../entities/json.ts";
import { toDictionary } from "../entities/record.ts";
import { SPAN_STATUS_CODES, type Span, type SpanEvent, type SpanLink } from "../entities/trace.ts";
import { invalidParameter } from "../errors.ts";
import { isJsonObject, parsePythonJson, printPythonJson } from "../format/python-json.ts";
import { type ProtoField, protoDouble, protoFields, protoText } from "./protobuf.ts";

/** MLflow's attribute with the id of the trace. The server decides it: a sender may not name another trace. */
const TRACE_ID_ATTRIBUTE = "mlflow.traceRequestId";

/** A span before its ids and attributes have MLflow's form. */
interface RawSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: JsonObject;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly statusCode: number;
  readonly statusMessage: string;
}

/**
 * Reads the spans of an OpenTelemetry `ExportTraceServiceRequest` in protobuf.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it is none, or a span has no id
 * @see https://opentelemetry.io/docs/specs/otlp/
 */
export function decodeOtlp(request: Uint8Array): readonly Span[] {
  return [...messages(request, 1)]
    .flatMap((resourceSpans) => [...messages(resourceSpans, 2)])
    .flatMap((scopeSpans) => [...messages(scopeSpans, 2)])
    .map((span) => toSpan(readSpan(span)));
}

/** As `decodeOtlp`, from OTLP's JSON, whose ids are hexadecimal. */
export function decodeOtlpJson(text: string): readonly Span[] {
  const request = parsePythonJson(text, "");
  return objects(request, "resourceSpans", "resource_spans")
    .flatMap((resourceSpans) => objects(resourceSpans, "scopeSpans", "scope_spans"))
    .flatMap((scopeSpans) => objects(scopeSpans, "spans", "spans"))
    .map((span) => toSpan(withLowerCaseIds(readJsonSpan(span))));
}

/** The spans of a trace as MLflow's API answers them: protobuf's own JSON, with ids in base64. See `encodeSpan`. */
export function decodeSpans(spans: readonly JsonValue[]): readonly Span[] {
  return spans
    .map(inCamelCase)
    .filter(isJsonObject)
    .map((span) => {
      const raw = readJsonSpan(span);
      return toSpan({
        ...raw,
        traceId: hexOfBase64(raw.traceId),
        spanId: hexOfBase64(raw.spanId),
        parentSpanId: hexOfBase64(raw.parentSpanId),
      });
    });
}

/** Names of fields alone are keys in protobuf's JSON: the names of attributes are values. */
function inCamelCase(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (!isJsonObject(value)) return value;
  return toDictionary(
    Object.entries(value).map(([key, field]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      inCamelCase(field),
    ]),
  );
}

function toSpan(raw: RawSpan): Span {
  if (!/^[0-9a-f]{32}$/.test(raw.traceId)) throw invalidParameter("A span has no trace id.");
  if (!/^[0-9a-f]{16}$/.test(raw.spanId)) throw invalidParameter("A span has no id.");
  const traceId = `tr-${raw.traceId}`;
  const attributes = Object.entries(raw.attributes).map(
    ([key, value]) => [key, printPythonJson(value, false)] as const,
  );
  return {
    traceId,
    otelTraceId: raw.traceId,
    spanId: raw.spanId,
    parentId: raw.parentSpanId === "" ? null : raw.parentSpanId,
    name: raw.name,
    startTimeNs: raw.start,
    endTimeNs: raw.end === 0n ? null : raw.end,
    status: {
      statusCode: SPAN_STATUS_CODES[raw.statusCode] ?? "UNSET",
      description: raw.statusMessage,
    },
    attributes: toDictionary([...attributes, [TRACE_ID_ATTRIBUTE, JSON.stringify(traceId)]]),
    events: raw.events,
    links: raw.links,
  };
}

function readSpan(message: Uint8Array): RawSpan {
  const fields = [...protoFields(message)];
  const status = [...protoFields(bytesOf(fields, 15))];
  return {
    traceId: hex(bytesOf(fields, 1)),
    spanId: hex(bytesOf(fields, 2)),
    parentSpanId: hex(bytesOf(fields, 4)),
    name: protoText(bytesOf(fields, 5)),
    start: bitsOf(fields, 7),
    end: bitsOf(fields, 8),
    attributes: readAttributes(fields, 9),
    events: allOf(fields, 11).map((event) => {
      const parts = [...protoFields(event)];
      return {
        timestamp: bitsOf(parts, 1),
        name: protoText(bytesOf(parts, 2)),
        attributes: readAttributes(parts, 3),
      };
    }),
    links: allOf(fields, 13).map((link) => {
      const parts = [...protoFields(link)];
      return {
        traceId: `tr-${hex(bytesOf(parts, 1))}`,
        spanId: hex(bytesOf(parts, 2)),
        attributes: readAttributes(parts, 4),
      };
    }),
    statusCode: Number(bitsOf(status, 3)),
    statusMessage: protoText(bytesOf(status, 2)),
  };
}

/** The entries of a list of `KeyValue`. */
function readAttributes(fields: readonly ProtoField[], number: number): JsonObject {
  return toDictionary(
    allOf(fields, number).map((entry) => {
      const parts = [...protoFields(entry)];
      return [protoText(bytesOf(parts, 1)), readAnyValue(bytesOf(parts, 2))] as const;
    }),
  );
}

/** An `AnyValue`: one of its fields is set, or none. */
function readAnyValue(message: Uint8Array): JsonValue {
  let value: JsonValue = null;
  for (const field of protoFields(message)) value = readOneValue(field);
  return value;
}

function readOneValue({ number, bits, bytes }: ProtoField): JsonValue {
  switch (number) {
    case 1:
      return protoText(bytes);
    case 2:
      return bits !== 0n;
    case 3:
      return toInteger(BigInt.asIntN(64, bits));
    case 4:
      return protoDouble(bits);
    case 5:
      return [...messages(bytes, 1)].map(readAnyValue);
    case 6:
      return readAttributes([...protoFields(bytes)], 1);
    case 7:
      return toBase64(bytes);
    default:
      return null;
  }
}

function readJsonSpan(span: JsonObject): RawSpan {
  const status = isJsonObject(span.status) ? span.status : {};
  return {
    traceId: textOf(span, "traceId"),
    spanId: textOf(span, "spanId"),
    parentSpanId: textOf(span, "parentSpanId"),
    name: textOf(span, "name"),
    start: nanosecondsOf(span, "startTimeUnixNano"),
    end: nanosecondsOf(span, "endTimeUnixNano"),
    attributes: readJsonAttributes(span),
    events: objects(span, "events", "events").map((event) => ({
      timestamp: nanosecondsOf(event, "timeUnixNano"),
      name: textOf(event, "name"),
      attributes: readJsonAttributes(event),
    })),
    links: objects(span, "links", "links").map((link) => ({
      traceId: `tr-${textOf(link, "traceId").toLowerCase()}`,
      spanId: textOf(link, "spanId").toLowerCase(),
      attributes: readJsonAttributes(link),
    })),
    statusCode: readStatusCode(status.code),
    statusMessage: textOf(status, "message"),
  };
}

function withLowerCaseIds(span: RawSpan): RawSpan {
  return {
    ...span,
    traceId: span.traceId.toLowerCase(),
    spanId: span.spanId.toLowerCase(),
    parentSpanId: span.parentSpanId.toLowerCase(),
  };
}

function readStatusCode(code: JsonValue | undefined): number {
  if (typeof code !== "string") return Number(code ?? 0);
  return Math.max(
    0,
    SPAN_STATUS_CODES.findIndex((name) => code === `STATUS_CODE_${name}`),
  );
}

function readJsonAttributes(owner: JsonObject): JsonObject {
  return toDictionary(
    objects(owner, "attributes", "attributes").map(
      (entry) => [textOf(entry, "key"), readJsonValue(entry.value)] as const,
    ),
  );
}

function readJsonValue(value: JsonValue | undefined): JsonValue {
  if (!isJsonObject(value)) return null;
  if (isJsonObject(value.arrayValue)) {
    return objects(value.arrayValue, "values", "values").map(readJsonValue);
  }
  if (isJsonObject(value.kvlistValue)) {
    return toDictionary(
      objects(value.kvlistValue, "values", "values").map(
        (entry) => [textOf(entry, "key"), readJsonValue(entry.value)] as const,
      ),
    );
  }
  if (value.intValue !== undefined) return toInteger(toBigInt(value.intValue));
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  return value.stringValue ?? value.boolValue ?? value.bytesValue ?? null;
}

function* messages(message: Uint8Array, number: number): Generator<Uint8Array> {
  for (const field of protoFields(message)) if (field.number === number) yield field.bytes;
}

function allOf(fields: readonly ProtoField[], number: number): Uint8Array[] {
  return fields.filter((field) => field.number === number).map(({ bytes }) => bytes);
}

/** The last one counts, as protobuf has it. */
function bytesOf(fields: readonly ProtoField[], number: number): Uint8Array {
  return allOf(fields, number).at(-1) ?? new Uint8Array();
}

function bitsOf(fields: readonly ProtoField[], number: number): bigint {
  return fields.findLast((field) => field.number === number)?.bits ?? 0n;
}

function objects(owner: JsonValue, camelCase: string, snakeCase: string): JsonObject[] {
  const list = isJsonObject(owner) ? (owner[camelCase] ?? owner[snakeCase]) : undefined;
  return Array.isArray(list) ? list.filter((item: JsonValue) => isJsonObject(item)) : [];
}

function textOf(owner: JsonObject, key: string): string {
  const value = owner[key];
  return typeof value === "string" ? value : "";
}

function nanosecondsOf(owner: JsonObject, key: string): bigint {
  return toBigInt(owner[key] ?? 0);
}

function toBigInt(value: JsonValue): bigint {
  const text = String(value);
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw invalidParameter(`Expected a whole number, found ${text}.`);
}

/** JSON numbers where they are exact. */
function toInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function hexOfBase64(text: string): string {
  return hex(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
