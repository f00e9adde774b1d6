import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import aws4, { type Credentials } from "aws4";
import { printCrc32 } from "../parts.ts";
import { environment, isOn, silenceLimit } from "../sdk.ts";
import { region, SILENCE_MS, s3Endpoint, USUAL_REGION } from "./client.ts";
import { type Answer, type HttpRequest, openConnections } from "./connections.ts";
import type { S3Bucket } from "./objects.ts";

/** Connections of a process to one store. */
const CONNECTIONS = 64;

export interface LeanRequest {
  readonly method: "GET" | "HEAD" | "PUT";
  /** Undefined for the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Of the body, in hex; without one the signature does not cover the body. */
  readonly sha256?: string;
  readonly into?: HttpRequest["into"];
}

/**
 * Sends one request, signed with the credentials that the SDK would take. One try: without an answer it is undefined, and the
 * caller asks through the SDK, which knows about retries, redirects and errors.
 */
export type SendLean = (request: LeanRequest) => Promise<Answer | undefined>;

/** How a bucket is reached, and by whom. */
interface Access {
  /** Of the bucket. */
  readonly url: URL;
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
}

const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * Opens the short way to a bucket for what is asked often: the SDK takes 2 ms of CPU for a request, of which a tenth is needed.
 * Undefined for buckets of which only the SDK knows how to reach them.
 *
 * @throws an error of Node where the package `undici` is not installed
 */
export async function openLean(place: S3Bucket): Promise<SendLean | undefined> {
  const { bucket } = place;
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(bucket) || bucket.endsWith("--x-s3")) return undefined;
  // Nothing is signed at public buckets.
  if (environment("MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION") !== undefined) return undefined;
  const access = plainAccess(place) ?? (await accessOfSdk(place));
  const connections = openConnections(access.url, {
    most: CONNECTIONS,
    silenceMs: silenceLimit(SILENCE_MS),
    rejectUnauthorized: !isOn("MLFLOW_S3_IGNORE_TLS"),
  });
  const base = access.url.pathname.replace(/\/$/, "");
  const { host } = access.url;
  return async ({ method, key, query = {}, headers = {}, body, sha256, into }) => {
    const pairs = printQuery(query);
    const object = key === undefined ? `${base}/` : `${base}/${escapeKey(key)}`;
    const path = pairs === "" ? object : `${object}?${pairs}`;
    const payload = sha256 ?? (body === undefined ? EMPTY_SHA256 : "UNSIGNED-PAYLOAD");
    const unsigned = { ...headers, host, "x-amz-content-sha256": payload };
    try {
      const request = { service: "s3", region: access.region, method, path, headers: unsigned };
      const signed = aws4.sign(request, await access.credentials()).headers;
      return await connections.send({
        method,
        path,
        headers: signed as Readonly<Record<string, string>>,
        body,
        into,
      });
    } catch {
      return undefined;
    }
  };
}

/** What goes with a put: a checksum that the store compares with what came. */
export function checksumHeaders(body: Buffer): Readonly<Record<string, string>> {
  return {
    "x-amz-sdk-checksum-algorithm": "CRC32",
    "x-amz-checksum-crc32": printCrc32(crc32(body)),
  };
}

/** What is told by the environment alone: a server of one's own and its keys. Then the SDK need not be loaded, which takes longer than a short push. */
function plainAccess({ bucket, endpoint = s3Endpoint() }: S3Bucket): Access | undefined {
  const told = region() ?? (hasConfiguration() ? undefined : USUAL_REGION);
  const accessKeyId = environment("AWS_ACCESS_KEY_ID");
  const secretAccessKey = environment("AWS_SECRET_ACCESS_KEY");
  const addressing = environment("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE") ?? "auto";
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    return undefined;
  }
  if (told === undefined) return undefined;
  // As the SDK has it, a profile goes before keys.
  if (environment("AWS_PROFILE") !== undefined || addressing === "virtual") return undefined;
  if (!URL.canParse(endpoint)) return undefined;
  const sessionToken = environment("AWS_SESSION_TOKEN");
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${bucket}`;
  return { url, region: told, credentials: async () => credentials };
}

/** Whether there is a file that may tell the region. */
function hasConfiguration(): boolean {
  return existsSync(environment("AWS_CONFIG_FILE") ?? join(homedir(), ".aws", "config"));
}

async function accessOfSdk(place: S3Bucket): Promise<Access> {
  const { config } = (await place.connect()).client;
  const custom = await config.endpoint?.();
  const { url } = config.endpointProvider({
    Bucket: place.bucket,
    Region: await config.region(),
    ForcePathStyle: config.forcePathStyle === true,
    ...(custom === undefined
      ? {}
      : { Endpoint: `${custom.protocol}//${custom.hostname}${portOf(custom.port)}${custom.path}` }),
  });
  return { url, region: await config.region(), credentials: () => config.credentials() };
}

function portOf(port: number | undefined): string {
  return port === undefined ? "" : `:${port}`;
}

/** As S3 wants it signed: every byte but those of unreserved characters. */
export function escapeKey(key: string): string {
  return key.split("/").map(escapePart).join("/");
}

function escapePart(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function printQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${escapePart(name)}=${escapePart(value)}`)
    .sort()
    .join("&");
}
