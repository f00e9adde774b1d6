import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Where a connection is cut, or what is wrong about the bytes of an answer. */
export const TEARS = [
  "cut at the request's head",
  "cut within the request's body",
  "cut after the request's last byte",
  "cut within the answer's head",
  "cut within the answer's body",
  "cut before the answer's last byte",
  "cut after the answer's last byte",
  "answer shorter than the object",
  "answer longer than the object",
  "answer shorter than its Content-Length",
  "answer longer than its Content-Length",
  "slow drip",
  "silence instead of an answer",
  "silence within the answer's body",
] as const;

export type Tear = (typeof TEARS)[number];

/** An answer of the server, whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly content: Buffer;
}

/** Between two drops of a drip. Milliseconds. */
const DROP_MS = 3;

/** Whether the request goes to the server whole, before its answer is torn. */
export function isAfterRequest(tear: Tear): boolean {
  return tear !== "cut at the request's head" && tear !== "cut within the request's body";
}

/** Sends an answer so that the connection ends where the tear says, or is never used again. */
export async function tearAnswer(
  tear: Tear,
  { status, headers, content }: WholeAnswer,
  response: ServerResponse,
): Promise<void> {
  const { socket } = response;
  if (socket === null) return;
  const half = content.subarray(0, content.length >> 1);
  const longer = Buffer.concat([content, Buffer.from("more")]);
  const cutAfter = (body: Buffer): void => {
    response.writeHead(status, headers);
    response.flushHeaders();
    response.write(body, () => socket.destroy());
  };
  const wholeAs = (body: Buffer, length = body.length): void => {
    const { "transfer-encoding": _, ...others } = headers;
    // By hand: Node would not send what does not fit.
    const lines = Object.entries({ ...others, "content-length": length, connection: "close" });
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    socket.write(`HTTP/1.1 ${status} ${status < 300 ? "OK" : "No"}\r\n${head}\r\n`);
    socket.end(body);
  };
  switch (tear) {
    case "cut after the request's last byte":
      socket.destroy();
      return;
    case "cut within the answer's head":
      socket.write(`HTTP/1.1 ${status} OK\r\nContent-Le`, () => socket.destroy());
      return;
    case "cut within the answer's body":
      return cutAfter(half);
    case "cut before the answer's last byte":
      return cutAfter(content.subarray(0, -1));
    case "cut after the answer's last byte":
      response.writeHead(status, headers).end(content, () => socket.destroy());
      return;
    case "answer shorter than the object":
      return wholeAs(half);
    case "answer longer than the object":
      return wholeAs(longer);
    case "answer shorter than its Content-Length":
      return wholeAs(half, content.length);
    case "answer longer than its Content-Length":
      return wholeAs(longer, content.length);
    case "slow drip":
      return drip(status, headers, content, response);
    case "silence within the answer's body":
      response.writeHead(status, headers);
      response.flushHeaders();
      response.write(half);
      return;
    default:
      // Nothing comes, and the connection stays.
      return;
  }
}

async function drip(
  status: number,
  headers: IncomingMessage["headers"],
  content: Buffer,
  response: ServerResponse,
): Promise<void> {
  response.writeHead(status, headers);
  const drop = Math.max(1, Math.ceil(content.length / 100));
  for (let at = 0; at < content.length && !response.destroyed; at += drop) {
    response.write(content.subarray(at, at + drop));
    await sleep(DROP_MS);
  }
  response.end();
}
