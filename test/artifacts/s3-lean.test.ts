/** Small requests to S3 that the SDK does not carry: signed as the SDK signs them, over few connections. */
import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { type LeanRequest, openLean, type SendLean } from "../../lib/artifacts/s3/lean.ts";

interface SdkSigner {
  sign(
    request: object,
    options: { readonly signingDate: Date },
  ): Promise<{ readonly headers: Readonly<Record<string, string>> }>;
}

const require = createRequire(createRequire(import.meta.url).resolve("@aws-sdk/client-s3"));
const { SignatureV4 } = require("@smithy/signature-v4") as {
  SignatureV4: new (settings: object) => SdkSigner;
};
/** What the SDK hashes with. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
}

const REGION = "eu-west-3";
const KEYS = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret/+key" };
const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.unstubAllEnvs();
});

/** Opens the short way to a bucket of a server that answers as told. */
async function open(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  sessionToken?: string,
): Promise<SendLean> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", `http://127.0.0.1:${port}`);
  vi.stubEnv("AWS_REGION", REGION);
  vi.stubEnv("AWS_ACCESS_KEY_ID", KEYS.accessKeyId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", KEYS.secretAccessKey);
  vi.stubEnv("AWS_SESSION_TOKEN", sessionToken);
  vi.stubEnv("AWS_PROFILE", undefined);
  const send = await openLean({
    bucket: "bucket",
    owner: {},
    hasChecksums: true,
    connect: () => Promise.reject(new Error("the SDK is not needed")),
  });
  if (send === undefined) throw new Error("the short way is closed");
  return send;
}

const ODD = "a b+c/é/100%.txt/x#y/(1)!'*~/a=b&c?d/:@$,;";

test.each<[string, LeanRequest]>([
  ["an object", { method: "GET", key: ODD }],
  ["a range", { method: "GET", key: "k", headers: { range: "bytes=0-9", "if-match": '"x"' } }],
  ["a listing", { method: "GET", query: { prefix: "p/ä +b&c=d", "list-type": "2" } }],
  ["a part", { method: "PUT", key: ODD, query: { uploadId: "a-b.c+/=", partNumber: "2" } }],
  ["a put", { method: "PUT", key: ODD, body: Buffer.from("hi"), sha256: "ab".repeat(32) }],
  ["a copy", { method: "PUT", key: "k", headers: { "x-amz-copy-source": "/b/a%20%2B%C3%A9" } }],
])("%s is signed as the SDK signs it", async (_what, request) => {
  for (const sessionToken of [undefined, "token=="]) {
    const seen: IncomingMessage[] = [];
    const send = await open((incoming, response) => {
      seen.push(incoming);
      response.end();
    }, sessionToken);

    expect(await send(request)).toMatchObject({ status: 200 });
    const [incoming] = seen;
    const headers = (incoming?.headers ?? {}) as Readonly<Record<string, string>>;
    const [, names = ""] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "") ?? [];
    const url = new URL(incoming?.url ?? "", "http://127.0.0.1");
    const signer = new SignatureV4({
      service: "s3",
      region: REGION,
      credentials: { ...KEYS, ...(sessionToken && { sessionToken }) },
      uriEscapePath: false,
      sha256: Sha256,
    });
    const { headers: expected } = await signer.sign(
      {
        method: request.method,
        path: incoming?.url?.split("?")[0],
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(names.split(";").map((name) => [name, headers[name]])),
      },
      { signingDate: dateOf(headers["x-amz-date"] ?? "") },
    );
    expect(headers.authorization).toBe(expected.authorization);
    expect(names.split(";")).toEqual(expect.arrayContaining(["host", "x-amz-date"]));
    expect(decodeURIComponent(url.pathname)).toBe(`/bucket/${request.key ?? ""}`);
    expect(Object.fromEntries(url.searchParams)).toEqual(request.query ?? {});
  }
});

/** `20260102T030405Z` */
function dateOf(text: string): Date {
  return new Date(text.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
}

test("connections are used again, and requests beyond them wait", async () => {
  const sockets = new Set<Socket>();
  const send = await open(({ socket, url }, response) => {
    sockets.add(socket);
    response.end(url);
  });

  const keys = Array.from({ length: 300 }, (_, n) => `${n}`);
  const answers = await Promise.all(keys.map((key) => send({ method: "GET", key })));
  expect(answers.map((answer) => answer?.body.toString())).toEqual(
    keys.map((key) => `/bucket/${key}`),
  );
  expect(sockets.size).toBe(64);
});

test("a request whose connection ends has no answer, and the next one has", async () => {
  const send = await open(({ url, socket }, response) => {
    if (url !== "/bucket/cut") return void response.end("hello");
    response.writeHead(200, { "content-length": 5 }).write("hel", () => socket.destroy());
  });

  expect(await send({ method: "GET", key: "cut" })).toBeUndefined();
  expect((await send({ method: "GET", key: "whole" }))?.body.toString()).toBe("hello");
});
