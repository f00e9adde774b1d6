import { createHmac, hash } from "node:crypto";

/** What requests are signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request to be signed: all its headers are, so that none of them is changed on the way. */
export interface Unsigned {
  readonly method: string;
  /** Escaped as S3 wants it. */
  readonly path: string;
  /** Pairs in the order of their names, escaped; empty without any. */
  readonly query: string;
  /** By names in lower case, with `host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, or `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
}

export type Sign = (request: Unsigned, credentials: Credentials, now?: Date) => SignedHeaders;
export type SignedHeaders = Readonly<Record<string, string>>;

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Makes signatures of version 4 for S3 in a region. The SDK's signer does the same for every service, and takes eight times
 * as long for it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function makeSign(region: string): Sign {
  let key: { readonly of: string; readonly bytes: Buffer } | undefined;
  const keyFor = (day: string, secret: string): Buffer => {
    const of = `${day} ${secret}`;
    // It holds for a day.
    if (key?.of !== of) {
      const parts = [day, region, "s3", "aws4_request"];
      key = { of, bytes: parts.reduce(hmac, Buffer.from(`AWS4${secret}`)) };
    }
    return key.bytes;
  };

  return (
    { method, path, query, headers, payload },
    { accessKeyId, secretAccessKey, sessionToken },
    now = new Date(),
  ) => {
    const time = now.toISOString().replace(/[-:]|\.\d+/g, "");
    const day = time.slice(0, 8);
    const all: Record<string, string> = {
      ...headers,
      "x-amz-content-sha256": payload,
      "x-amz-date": time,
    };
    if (sessionToken !== undefined) all["x-amz-security-token"] = sessionToken;
    const names = Object.keys(all).sort();
    const signed = names.join(";");
    const lines = names.map((name) => `${name}:${all[name]?.trim().replace(/ +/g, " ")}\n`);
    const canonical = `${method}\n${path}\n${query}\n${lines.join("")}\n${signed}\n${payload}`;
    const scope = `${day}/${region}/s3/aws4_request`;
    const text = `${ALGORITHM}\n${time}\n${scope}\n${hash("sha256", canonical, "hex")}`;
    const signature = hmac(keyFor(day, secretAccessKey), text).toString("hex");
    all.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return all;
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
