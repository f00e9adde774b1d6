import { createRequire } from "node:module";
import type { Dispatcher } from "undici";

const require = createRequire(import.meta.url);

const NOTHING = Buffer.alloc(0);
const CONNECT_MS = 10_000;

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "PUT";
  /** With the query, escaped. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Takes the body of the answer, if it is no longer than this: memory that is used again. */
  readonly into?: Buffer;
}

/** An answer of a server, whole. */
export interface Answer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Connections to one server that are kept open. A request is sent once: who needs another try asks again. */
export interface Connections {
  /** Resolves to any whole answer; rejects when there is none. */
  send(request: HttpRequest): Promise<Answer>;
}

export interface ConnectionOptions {
  /** Connections at a time; further requests wait. */
  readonly most: number;
  /** How long the server may be silent, ms. */
  readonly silenceMs: number;
  readonly rejectUnauthorized: boolean;
}

/** Connections by what they were made for, shared by all that a process does. */
const pools = new Map<string, Connections>();

/**
 * Opens connections to a server as they are needed, with the package `undici`.
 *
 * @throws an error of Node where the package is not installed
 */
export function openConnections(origin: URL, options: ConnectionOptions): Connections {
  const key = JSON.stringify([origin.origin, options]);
  const pool = pools.get(key) ?? makePool(origin, options);
  pools.set(key, pool);
  return pool;
}

function makePool(
  { origin }: URL,
  { most, silenceMs, rejectUnauthorized }: ConnectionOptions,
): Connections {
  // Of the package, this part alone: all of it takes six times as long to load.
  const Pool = require("undici/lib/dispatcher/pool.js") as typeof import("undici")["Pool"];
  const pool = new Pool(origin, {
    connections: most,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    connect: { rejectUnauthorized, timeout: Math.min(CONNECT_MS, silenceMs) },
  });
  return {
    send: ({ method, path, headers, body, into }) =>
      new Promise((resolve, reject) => {
        pool.dispatch({ method, path, headers, body }, collect(resolve, reject, into));
      }),
  };
}

/** Puts an answer together as it comes. `request` of undici does so by a stream for each, which takes a quarter more CPU. */
function collect(
  resolve: (answer: Answer) => void,
  reject: (error: Error) => void,
  into: Buffer = NOTHING,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = [];
  let filled = 0;
  let head: Omit<Answer, "body"> = { status: 0, headers: {} };
  return {
    onRequestStart() {},
    onResponseStart(_controller, status, headers) {
      const all = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
      head = { status, headers: Object.fromEntries(all) };
    },
    onResponseData(_controller, chunk) {
      if (chunks.length > 0 || filled + chunk.length > into.length) chunks.push(chunk);
      else filled += chunk.copy(into, filled);
    },
    onResponseEnd() {
      const begin = into.subarray(0, filled);
      if (filled > 0) {
        resolve({ ...head, body: chunks.length === 0 ? begin : Buffer.concat([begin, ...chunks]) });
        return;
      }
      const [only] = chunks;
      const isOne = chunks.length === 1 && only !== undefined;
      resolve({ ...head, body: isOne ? only : Buffer.concat(chunks) });
    },
    onResponseError(_controller, error) {
      reject(error);
    },
  };
}
