import { createRequire } from "node:module";
import { crc32 } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Dispatcher } from "undici";
import { isOn } from "../sdk.ts";

const require = createRequire(import.meta.url);

/** Connections of a process to one store. */
const CONNECTIONS = 64;
const TIMEOUT_MS = 60_000;

/** An answer, whole. */
export interface LeanAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

export interface LeanRequest {
  readonly method: "GET" | "PUT";
  /** Undefined for the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Of the body, in hex. */
  readonly sha256?: string;
}

/**
 * Sends one request, signed by the SDK's own signer with its own credentials. One try: an answer that is no success, or
 * none, is undefined, and the caller asks through the SDK, which knows about retries, redirects and errors.
 */
export type SendLean = (request: LeanRequest) => Promise<LeanAnswer | undefined>;

const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const senders = new WeakMap<S3Client, Map<string, Promise<SendLean | undefined>>>();

/**
 * Opens the short way to a bucket for small objects: the SDK takes 2 ms of CPU for a request, of which half a millisecond is
 * needed. Undefined where the package `undici` is not installed, and for buckets of which only the SDK knows how to reach them.
 */
export function openLean(client: S3Client, bucket: string): Promise<SendLean | undefined> {
  const ofClient = senders.get(client) ?? new Map<string, Promise<SendLean | undefined>>();
  senders.set(client, ofClient);
  const known = ofClient.get(bucket) ?? makeSender(client, bucket).catch(() => undefined);
  ofClient.set(bucket, known);
  return known;
}

/** What goes with a put: checksums that the store compares with what came. */
export function checksumHeaders(body: Buffer): Readonly<Record<string, string>> {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return {
    "x-amz-sdk-checksum-algorithm": "CRC32",
    "x-amz-checksum-crc32": checksum.toString("base64"),
  };
}

async function makeSender(client: S3Client, bucket: string): Promise<SendLean | undefined> {
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(bucket) || bucket.endsWith("--x-s3")) return undefined;
  const { Agent } = require("undici") as typeof import("undici");
  const { config } = client;
  const custom = await config.endpoint?.();
  const { url } = config.endpointProvider({
    Bucket: bucket,
    Region: await config.region(),
    ForcePathStyle: config.forcePathStyle === true,
    ...(custom === undefined
      ? {}
      : { Endpoint: `${custom.protocol}//${custom.hostname}${portOf(custom.port)}${custom.path}` }),
  });
  const agent = new Agent({
    connections: CONNECTIONS,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { rejectUnauthorized: !isOn("MLFLOW_S3_IGNORE_TLS"), timeout: 10_000 },
  });
  const signer = await config.signer({
    name: "sigv4",
    signingName: "s3",
    signingRegion: await config.region(),
    properties: {},
  });
  const base = url.pathname.replace(/\/$/, "");
  const { origin, hostname, port, protocol, host } = url;
  return async ({ method, key, query = {}, headers = {}, body, sha256 }) => {
    const path = key === undefined ? `${base}/` : `${base}/${escapeKey(key)}`;
    const unsigned = { ...headers, host, "x-amz-content-sha256": sha256 ?? EMPTY_SHA256 };
    const request = { method, protocol, hostname, path, query, headers: unsigned };
    try {
      const signed = await signer.sign({
        ...request,
        ...(port === "" ? {} : { port: Number(port) }),
      } as Parameters<typeof signer.sign>[0]);
      return await send(agent, origin, {
        method,
        path: path + printQuery(query),
        headers: signed.headers,
        body,
      });
    } catch {
      return undefined;
    }
  };
}

async function send(
  agent: Dispatcher,
  origin: string,
  options: Omit<Dispatcher.RequestOptions, "origin">,
): Promise<LeanAnswer | undefined> {
  const answer = await agent.request({ ...options, origin });
  const { statusCode, headers } = answer;
  if (statusCode >= 300) {
    await answer.body.dump();
    return undefined;
  }
  const body = Buffer.from(await answer.body.arrayBuffer());
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status: statusCode, header, body };
}

function portOf(port: number | undefined): string {
  return port === undefined ? "" : `:${port}`;
}

/** As S3 wants it signed: every byte but those of unreserved characters. */
function escapeKey(key: string): string {
  return key.split("/").map(escapePart).join("/");
}

function escapePart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function printQuery(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(
    ([name, value]) => `${escapePart(name)}=${escapePart(value)}`,
  );
  return pairs.length === 0 ? "" : `?${pairs.sort().join("&")}`;
}
