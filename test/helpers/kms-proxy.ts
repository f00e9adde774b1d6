import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import aws4 from "aws4";
import { afterUse } from "./cleanup.ts";

const ETAG = /(["']|&quot;|&#34;)([0-9a-f]{32})(-\d+)?\1/g;

/**
 * Makes of a server of S3's language one whose bucket encrypts with keys of KMS: its answers say so, and ETags, though they look
 * like it, are no MD5s. It knows objects by these ETags, as S3 does.
 */
export async function startKmsProxy(
  target: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): Promise<string> {
  const { host, hostname, port } = new URL(target);
  const server = createServer(async (incoming, response) => {
    const { method = "GET", url: path = "/" } = incoming;
    const body = await buffer(incoming);
    const isXml = method === "POST";
    const content = isXml ? Buffer.from(otherEtags(body.toString())) : body;
    // What was changed has to be signed anew.
    const {
      authorization: _,
      "x-amz-date": _date,
      connection: _kept,
      ...told
    } = headersOf(incoming);
    const headers = {
      ...told,
      host,
      "content-length": String(content.length),
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
    };
    const request = { service: "s3", region: "us-east-1", method, path, headers };
    const signed = aws4.sign(request, credentials).headers as Record<string, string>;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest({ hostname, port, method, path, headers: signed }, resolve)
        .once("error", reject)
        .end(content);
    });
    const came = await buffer(answer);
    const isAnswerXml = /xml/.test(answer.headers["content-type"] ?? "");
    const given = isAnswerXml ? Buffer.from(otherEtags(came.toString())) : came;
    response.writeHead(answer.statusCode ?? 502, {
      ...headersOf(answer),
      "content-length": method === "HEAD" ? answer.headers["content-length"] : given.length,
      ...((answer.headers.etag || /[?&]uploads\b/.test(path)) && {
        "x-amz-server-side-encryption": "aws:kms",
      }),
    });
    response.end(given);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Turns each ETag round: twice, it is the first one again. */
function otherEtags(text: string): string {
  return text.replace(
    ETAG,
    (_all, quote: string, hex: string, parts = "") =>
      `${quote}${[...hex].reverse().join("")}${parts}${quote}`,
  );
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const all = Object.entries(headers).filter(([name]) => name !== "transfer-encoding");
  return Object.fromEntries(all.map(([name, value]) => [name, otherEtags(String(value))]));
}
