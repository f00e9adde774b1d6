import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterUse } from "./cleanup.ts";
import { isAfterRequest, TEARS, type Tear, tearAnswer } from "./tears.ts";

/** What can go wrong with one request. */
export const FAULTS = [
  "reset before the server saw it",
  "reset after the server did it",
  "503",
  "429",
  "truncated answer",
  "flipped byte on the way up",
  "flipped byte on the way down",
] as const;

export type Fault = (typeof FAULTS)[number];

/** An answer in the server's stead, as S3 words it. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FaultProxy {
  readonly url: string;
  /** How often each fault was made. */
  readonly made: Map<Fault | Tear, number>;
  /** Bytes of the bodies that were sent to the server. */
  readonly bytesUp: number;
  /** How often each PUT was begun, by its address, also when it was cut. */
  readonly begun: ReadonlyMap<string, number>;
  /** Chooses for each request whether and how it fails. None at first. */
  choose: (request: IncomingMessage) => Fault | Tear | Refusal | undefined;
  /** Lets a request wait before the server sees it. None at first. */
  hold: (request: IncomingMessage) => Promise<unknown> | undefined;
}

/** Stands between us and a server on this machine, and breaks requests. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const { port: targetPort } = new URL(target);
  const proxy = {
    url: "",
    made: new Map<Fault | Tear, number>(),
    bytesUp: 0,
    begun: new Map<string, number>(),
    choose: (_request: IncomingMessage): Fault | Tear | Refusal | undefined => undefined,
    hold: (_request: IncomingMessage): Promise<unknown> | undefined => undefined,
  };
  const server = createServer(async (incoming, response) => {
    const { method, url = "" } = incoming;
    if (method === "PUT") proxy.begun.set(url, (proxy.begun.get(url) ?? 0) + 1);
    const fault = proxy.choose(incoming);
    await proxy.hold(incoming);
    if (isTear(fault) && !isAfterRequest(fault)) {
      count(proxy.made, fault);
      return cutRequest(incoming, Number(targetPort), fault);
    }
    const body = await buffer(incoming).catch(() => undefined);
    if (body === undefined) return;
    proxy.bytesUp += body.length;
    if (typeof fault === "object") {
      response.writeHead(fault.status, { "content-type": "application/xml", ...fault.headers });
      response.end(`<Error><Code>${fault.code}</Code><Message>Refused</Message></Error>`);
      return;
    }
    if (fault === "reset before the server saw it") {
      count(proxy.made, fault);
      incoming.socket.destroy();
      return;
    }
    if (fault === "503" || fault === "429") {
      count(proxy.made, fault);
      response.writeHead(Number(fault), { "retry-after": "0" }).end();
      return;
    }
    if (fault === "flipped byte on the way up" && isContent(incoming) && body.length > 0) {
      count(proxy.made, fault);
      flip(body);
    }
    try {
      await forward(incoming, body, response, Number(targetPort), fault, proxy.made);
    } catch {
      incoming.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterUse(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

async function forward(
  incoming: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  port: number,
  fault: Fault | Tear | undefined,
  made: Map<Fault | Tear, number>,
): Promise<void> {
  const { method, url, headers } = incoming;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    // The host stays what the client signed.
    httpRequest({ host: "127.0.0.1", port, method, path: url, headers }, resolve)
      .once("error", reject)
      .end(body);
  });
  const content = await buffer(answer);
  if (isTear(fault)) {
    count(made, fault);
    const { statusCode: status = 502, headers: told } = answer;
    return tearAnswer(fault, { status, headers: told, content }, response);
  }
  if (fault === "reset after the server did it") {
    count(made, fault);
    incoming.socket.destroy();
    return;
  }
  const isObject =
    method === "GET" &&
    content.length > 0 &&
    !/xml|json/.test(answer.headers["content-type"] ?? "");
  if (fault === "flipped byte on the way down" && isObject) {
    count(made, fault);
    flip(content);
  }
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  if (fault === "truncated answer" && content.length > 1) {
    count(made, fault);
    response.write(content.subarray(0, content.length >> 1), () => incoming.socket.destroy());
    return;
  }
  response.end(content);
}

function isTear(fault: Fault | Tear | Refusal | undefined): fault is Tear {
  return TEARS.includes(fault as Tear);
}

/** Cuts both connections when the head, or half of the body, has been passed on. */
async function cutRequest(incoming: IncomingMessage, port: number, tear: Tear): Promise<void> {
  const { method, url, headers } = incoming;
  const passed = httpRequest({ host: "127.0.0.1", port, method, path: url, headers });
  passed.on("error", () => undefined);
  const half =
    tear === "cut at the request's head" ? 0 : Number(headers["content-length"] ?? 0) >> 1;
  const { socket } = incoming;
  passed.flushHeaders();
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    if (length >= half) break;
    passed.write((chunk as Buffer).subarray(0, half - length));
    length += (chunk as Buffer).length;
  }
  setImmediate(() => {
    passed.destroy();
    socket.destroy();
  });
}

/** The content of an object, not a request about one. Google's comes with its metadata, in several parts. */
function isContent({ method, headers }: IncomingMessage): boolean {
  const type = headers["content-type"] ?? "";
  return (method === "PUT" && !/xml|json/.test(type)) || type.startsWith("multipart/related");
}

/** Near the end, where the content is, whatever comes before it. */
function flip(bytes: Buffer): void {
  const i = Math.floor(bytes.length * 0.8);
  bytes[i] = (bytes[i] ?? 0) ^ 1;
}

function count(made: Map<Fault | Tear, number>, fault: Fault | Tear): void {
  made.set(fault, (made.get(fault) ?? 0) + 1);
}

/** Random numbers from 0 to 1 that are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
