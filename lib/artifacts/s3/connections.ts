import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Answer, AnswerReader } from "./answer-reader.ts";

const CONNECT_MS = 10_000;
const TIMEOUT_MS = 60_000;
/** Bodies up to this size go out in one write with their headers. Bytes. */
const SMALL = 64 * 1024;

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "PUT";
  /** With the query, escaped. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Connections to one server that are kept open. A request is sent once: who needs another try asks again. */
export interface Connections {
  /** Resolves to any whole answer; rejects when there is none, or one of a form that is not understood. */
  send(request: HttpRequest): Promise<Answer>;
}

/** Connections by what they were made for, shared by all that a process does. */
const pools = new Map<string, Connections>();

/**
 * Opens connections to a server as they are needed. HTTP/1.1 with no more than a store's answers to small requests need:
 * clients that can do everything take two to three times as much CPU for a request, and a quarter of a second to load.
 *
 * @param most - connections at a time; further requests wait
 */
export function openConnections(
  origin: URL,
  options: { readonly most: number; readonly rejectUnauthorized: boolean },
): Connections {
  const key = JSON.stringify([origin.origin, options]);
  const pool = pools.get(key) ?? makePool(origin, options);
  pools.set(key, pool);
  return pool;
}

/** A socket with the request that it is busy with. */
interface Line {
  readonly socket: Socket;
  reader: AnswerReader | undefined;
  settle: ((answer: Answer | Error) => void) | undefined;
}

function makePool(
  { protocol, hostname, port }: URL,
  { most, rejectUnauthorized }: { readonly most: number; readonly rejectUnauthorized: boolean },
): Connections {
  const host = hostname.replace(/^\[|\]$/g, "");
  const isTls = protocol === "https:";
  const address = { host, port: Number(port) || (isTls ? 443 : 80) };
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const open = new Set<Line>();
  const idle: Line[] = [];
  const waiting: (() => void)[] = [];

  function openLine(): Line {
    const socket = isTls
      ? connectTls({ ...address, ...servername, rejectUnauthorized })
      : connect(address);
    const line: Line = { socket, reader: undefined, settle: undefined };
    open.add(line);
    const end = (error: Error): void => {
      socket.destroy();
      if (!open.delete(line)) return;
      const place = idle.indexOf(line);
      if (place !== -1) idle.splice(place, 1);
      line.settle?.(error);
      waiting.shift()?.();
    };
    socket
      .setNoDelay(true)
      .setTimeout(CONNECT_MS, () => end(new Error("No answer came in time")))
      .on(isTls ? "secureConnect" : "connect", () => void socket.setTimeout(TIMEOUT_MS))
      .on("error", end)
      .on("close", () => end(new Error("The connection was closed")))
      .on("data", (bytes: Buffer) => {
        try {
          const { reader, settle } = line;
          if (reader === undefined) throw new Error("An answer came that nobody asked for");
          const answer = reader.push(bytes);
          if (answer === undefined) return;
          settle?.(answer);
          if (answer.isLast) end(new Error("The server closes the connection"));
          else release(line);
        } catch (error) {
          end(error as Error);
        }
      });
    return line;
  }

  function release(line: Line): void {
    idle.push(line);
    // A connection that waits for nothing must not keep the process alive.
    line.socket.unref();
    waiting.shift()?.();
  }

  async function take(): Promise<Line> {
    for (;;) {
      const line = idle.pop();
      if (line !== undefined) return line;
      if (open.size < most) return openLine();
      await new Promise<void>((resolve) => void waiting.push(resolve));
    }
  }

  return {
    async send(request) {
      const line = await take();
      return new Promise<Answer>((resolve, reject) => {
        line.reader = new AnswerReader(request.method === "HEAD");
        line.settle = (answer) => {
          line.reader = undefined;
          line.settle = undefined;
          if (answer instanceof Error) reject(answer);
          else resolve(answer);
        };
        line.socket.ref();
        write(line.socket, request);
      });
    },
  };
}

function write(socket: Socket, { method, path, headers, body }: HttpRequest): void {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  if (body !== undefined) head += `content-length: ${body.length}\r\n`;
  head += "\r\n";
  if (body === undefined || body.length === 0) {
    socket.write(head, "latin1");
  } else if (body.length > SMALL) {
    socket.write(head, "latin1");
    socket.write(body);
  } else {
    const whole = Buffer.allocUnsafe(head.length + body.length);
    whole.write(head, "latin1");
    body.copy(whole, head.length);
    socket.write(whole);
  }
}
