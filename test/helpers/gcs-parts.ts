import { createHash, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import aws4 from "aws4";
import { afterUse } from "./cleanup.ts";
import type { TestStore } from "./object-stores.ts";
import { makeTempFolder } from "./tree.ts";

/** As it is now: a test may put another one in its place for what it tests. */
const { fetch } = globalThis;

/**
 * Google Cloud Storage with its XML API for uploads in parts, which fake-gcs-server has not. The protocol is S3's, so a real
 * S3 server assembles the parts, and what it made is put into fake-gcs-server, which answers all else. Parts, and
 * objects at signed addresses, are only served with a V4 signature by the key of the service account that the environment names.
 */
export async function startGcsWithParts(gcs: TestStore, s3: TestStore): Promise<TestStore> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const credentials = join(await makeTempFolder(), "key.json");
  const account = {
    type: "service_account",
    project_id: "none",
    client_email: "signer@none.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  };
  await writeFile(credentials, JSON.stringify(account));
  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? "", `http://${incoming.headers.host}`);
    const body = await buffer(incoming);
    const { searchParams: query } = url;
    const isAddress = query.has("X-Goog-Signature") && !query.has("partNumber");
    if (
      (query.has("partNumber") || isAddress) &&
      !isSigned(incoming.method ?? "", url, publicKey)
    ) {
      response.writeHead(403).end("<Error><Code>SignatureDoesNotMatch</Code></Error>");
      return;
    }
    const isOfParts = query.has("uploads") || query.has("uploadId");
    const answer = isOfParts
      ? await askS3(s3, incoming.method ?? "", url, body, incoming.headers["content-type"])
      : isAddress
        ? await askGcs(gcs, incoming.method ?? "", url.pathname, body)
        : await passOn(gcs, incoming, body);
    if (incoming.method === "POST" && query.has("uploadId") && answer.ok) {
      await hand(s3, gcs, url.pathname);
    }
    const headers = [...answer.headers].filter(
      ([name]) => !/^(connection|content-(length|encoding)|transfer-encoding)$/.test(name),
    );
    response.writeHead(answer.status, Object.fromEntries(headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const env = {
    MLFLOW_GCS_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GOOGLE_APPLICATION_CREDENTIALS: credentials,
  };
  return { ...gcs, env };
}

/** Checks as the service does. @see https://cloud.google.com/storage/docs/authentication/canonical-requests */
function isSigned(method: string, url: URL, key: KeyObject): boolean {
  const { searchParams: query } = url;
  const told = (name: string): string => query.get(`X-Goog-${name}`) ?? "";
  const scope = told("Credential").split("/").slice(1).join("/");
  const age =
    Date.now() -
    Date.parse(
      told("Date").replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
    );
  const isOver = !(age < Number(told("Expires")) * 1_000);
  const pairs = [...query].filter(([name]) => name !== "X-Goog-Signature");
  const canonical = [
    method,
    url.pathname,
    pairs
      .map((pair) => pair.map(encode).join("="))
      .sort()
      .join("&"),
    `host:${url.hostname}\n`,
    "host",
    "UNSIGNED-PAYLOAD",
  ].join("\n");
  const digest = createHash("sha256").update(canonical).digest("hex");
  const signed = Buffer.from([told("Algorithm"), told("Date"), scope, digest].join("\n"));
  const isRight = verify("sha256", signed, key, Buffer.from(told("Signature"), "hex"));
  return told("Algorithm") === "GOOG4-RSA-SHA256" && isRight && !isOver;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function askS3(
  { server, env }: TestStore,
  method: string,
  url: URL,
  body: Buffer,
  type = "application/octet-stream",
): Promise<Response> {
  const pairs = [...url.searchParams].filter(([name]) => !name.startsWith("X-Goog-"));
  const query = pairs.map((pair) => pair.map(encode).join("=")).join("&");
  const path = query === "" ? url.pathname : `${url.pathname}?${query}`;
  const signed = aws4.sign(
    {
      service: "s3",
      region: "us-east-1",
      method,
      path,
      host: new URL(server.url).host,
      headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD", "content-type": type },
    },
    { accessKeyId: env.AWS_ACCESS_KEY_ID ?? "", secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "" },
  );
  const headers = signed.headers as Record<string, string>;
  return fetch(`${server.url}${path}`, { method, headers, ...bodyOf(method, body) });
}

function passOn(
  { server }: TestStore,
  { method = "", url = "", headers }: IncomingMessage,
  body: Buffer,
): Promise<Response> {
  const passed = Object.entries(headers).filter(
    ([name]) => !/^(host|connection|content-length|transfer-encoding|expect)$/.test(name),
  );
  return fetch(`${server.url}${url}`, {
    method,
    headers: Object.fromEntries(passed) as Record<string, string>,
    ...bodyOf(method, body),
  });
}

/** Puts what the one server made into the other. */
async function hand(s3: TestStore, gcs: TestStore, path: string): Promise<void> {
  const made = await askS3(s3, "GET", new URL(path, s3.server.url), Buffer.alloc(0));
  const type = made.headers.get("content-type") ?? "";
  await askGcs(gcs, "PUT", path, Buffer.from(await made.arrayBuffer()), type);
}

/** Sends or fetches a whole object by its path in the XML API. */
function askGcs(
  { server }: TestStore,
  method: string,
  path: string,
  body: Buffer,
  type = "application/octet-stream",
): Promise<Response> {
  const [, bucket, ...key] = path.split("/");
  const name = encode(decodeURIComponent(key.join("/")));
  return method === "PUT"
    ? fetch(`${server.url}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`, {
        method: "POST",
        headers: { "content-type": type },
        ...bodyOf(method, body),
      })
    : fetch(`${server.url}/storage/v1/b/${bucket}/o/${name}?alt=media`);
}

function bodyOf(method: string, body: Buffer): { body?: Uint8Array<ArrayBuffer> } {
  return /^(GET|HEAD|DELETE)$/.test(method) ? {} : { body: new Uint8Array(body) };
}
