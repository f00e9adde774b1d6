import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { makeSign } from "../../lib/artifacts/s3/sign.ts";

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

const KEYS = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret/+key" };

test.each([
  ["an object", "GET", "/bucket/a%20b%2Bc/%C3%A9.txt", {}, {}],
  ["a listing", "GET", "/bucket/", { prefix: "p/ä b", "list-type": "2" }, {}],
  ["a part", "PUT", "/b/key", { uploadId: "a-b.c", partNumber: "2" }, { "content-type": "text/x" }],
  ["a condition", "PUT", "/b/key", {}, { "if-match": '"etag"', "x-amz-checksum-crc32": "AAAA" }],
])("%s is signed as the SDK signs it", async (_what, method, path, query, headers) => {
  const [signingDate, payload] = [new Date("2026-01-02T03:04:05.678Z"), "UNSIGNED-PAYLOAD"];
  const all = { ...headers, host: "127.0.0.1:9000" };
  const pairs = Object.entries(query as Record<string, string>)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join("&");

  for (const credentials of [KEYS, { ...KEYS, sessionToken: "token==" }]) {
    const signer = new SignatureV4({
      service: "s3",
      region: "eu-west-3",
      credentials,
      uriEscapePath: false,
      sha256: Sha256,
    });
    const { headers: expected } = await signer.sign(
      {
        method,
        path,
        query,
        protocol: "http:",
        hostname: "127.0.0.1",
        headers: { ...all, "x-amz-content-sha256": payload },
      },
      { signingDate },
    );
    const request = { method, path, query: pairs, headers: all, payload };
    expect(makeSign("eu-west-3")(request, credentials, signingDate)).toEqual(expected);
  }
});
