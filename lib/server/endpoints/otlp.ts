import { promisify } from "node:util";
import { gunzip, inflate, inflateRaw } from "node:zlib";
import type { Context } from "hono";
import type { Span } from "../../entities/trace.ts";
import { MlrunsError } from "../../errors.ts";
import { decodeOtlp, decodeOtlpJson } from "../../wire/otlp.ts";
import { jsonAnswer } from "../answer.ts";
import { type Api, type Endpoint, rawEndpoint } from "../endpoint.ts";
import { readBytes } from "../request.ts";

const LARGEST_BODY = 64 * 1024 * 1024;
const LARGEST_UNPACKED = { maxOutputLength: 256 * 1024 * 1024 };

const unpackers = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  deflateRaw: promisify(inflateRaw),
};

/** OpenTelemetry's way to send spans, which MLflow's clients take from 3.4 on. */
export const otlpEndpoints: readonly Endpoint[] = [
  rawEndpoint("POST", "/v1/traces", receiveSpans, { mount: "root" }),
];

/** Answers as MLflow's server does: `{"detail": …}` for what is no OTLP, else an empty protobuf message. */
async function receiveSpans({ ingest }: Api, context: Context): Promise<Response> {
  const experimentId = context.req.header("x-mlflow-experiment-id");
  if (experimentId === undefined) {
    return refuse(422, "The header x-mlflow-experiment-id is required.");
  }
  const type = context.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-protobuf" && type !== "application/json") {
    return refuse(
      400,
      `Invalid Content-Type: ${type ?? "None"}. Expected: application/x-protobuf or application/json`,
    );
  }
  const encoding = (context.req.header("content-encoding") ?? "identity").toLowerCase();
  const body = await unpack(await readBytes(context, LARGEST_BODY), encoding);
  if (typeof body === "string") return refuse(400, body);
  const spans = decode(body, type);
  if (spans === undefined) return refuse(400, "Invalid OpenTelemetry format");
  if (spans.length === 0) return refuse(400, "Invalid OpenTelemetry format - no spans found");
  await ingest.add(experimentId, spans, context.req.header("x-mlflow-run-id"));
  return new Response(null, { headers: { "content-type": "application/x-protobuf" } });
}

/** The bytes of a body, or why they cannot be had. */
async function unpack(body: Uint8Array, encoding: string): Promise<Uint8Array | string> {
  switch (encoding) {
    case "identity":
      return body;
    case "gzip":
      return unpackers
        .gzip(body, LARGEST_UNPACKED)
        .catch(() => "Failed to decompress gzip payload");
    case "deflate":
      // Some clients send the bare stream, without zlib's header.
      return unpackers
        .deflate(body, LARGEST_UNPACKED)
        .catch(() => unpackers.deflateRaw(body, LARGEST_UNPACKED))
        .catch(() => "Failed to decompress deflate payload");
    default:
      return `Unsupported Content-Encoding: ${encoding}`;
  }
}

/** The spans of a request; undefined when it is none. */
function decode(body: Uint8Array, type: string): readonly Span[] | undefined {
  try {
    return type === "application/json"
      ? decodeOtlpJson(new TextDecoder().decode(body))
      : decodeOtlp(body);
  } catch (error) {
    if (error instanceof MlrunsError) return undefined;
    throw error;
  }
}

function refuse(status: number, detail: string): Response {
  return jsonAnswer({ detail }, status);
}
