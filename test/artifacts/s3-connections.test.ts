import { createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { AnswerReader } from "../../lib/artifacts/s3/answer-reader.ts";
import { type Connections, openConnections } from "../../lib/artifacts/s3/connections.ts";

/** Cuts an answer into pieces of a size, as a network may. */
function read(text: string, size: number, isHead = false): ReturnType<AnswerReader["push"]> {
  const bytes = Buffer.from(text, "latin1");
  const reader = new AnswerReader(isHead);
  for (let at = 0; at < bytes.length; at += size) {
    const answer = reader.push(bytes.subarray(at, at + size));
    if (answer !== undefined) return answer;
  }
  return undefined;
}

const CHUNKED =
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0a;x=y\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n";

test.each([1, 2, 7, 1_000])("an answer in pieces of %i bytes is put together", (size) => {
  const plain = 'HTTP/1.1 206 Partial Content\r\nETag: "x"\r\nContent-Length: 5\r\n\r\nhello';
  const early = `HTTP/1.1 100 Continue\r\n\r\n${plain}`;

  for (const text of [plain, early]) {
    expect(read(text, size)).toEqual({
      status: 206,
      headers: { etag: '"x"', "content-length": "5" },
      body: Buffer.from("hello"),
      isLast: false,
    });
  }
  expect(read(CHUNKED, size)).toMatchObject({ status: 200, body: Buffer.from("abc0123456789") });
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\n";
  expect(read(head, size, true)).toMatchObject({ body: Buffer.alloc(0), isLast: true });
  expect(read("HTTP/1.1 204 No Content\r\n\r\n", size)).toMatchObject({ status: 204 });
});

test("an answer that is not all there is none yet", () => {
  for (let length = 0; length < CHUNKED.length; length++) {
    expect(read(CHUNKED.slice(0, length), 1_000)).toBeUndefined();
  }
});

test.each([
  ["another protocol", "SSH-2.0-OpenSSH\r\n"],
  ["an older version", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ["no length", "HTTP/1.1 200 OK\r\n\r\n"],
  ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\nx"],
  ["an encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
  ["more than its length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy"],
  ["a chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"],
  ["a chunk that is too long", CHUNKED.replace("3\r\n", "2\r\n")],
  ["a header without end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(70_000)}`],
])("an answer with %s is refused", (_what, text) => {
  expect(() => read(text, 1_000)).toThrow();
});

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A server that answers each request of a connection, one packet each, as told. */
async function serve(answer: (socket: Socket, n: number) => void): Promise<Connections> {
  let n = 0;
  const server = createServer((socket) => {
    socket.on("error", () => undefined).on("data", () => answer(socket, n++));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => server.close());
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const origin = new URL(`http://127.0.0.1:${port}`);
  return openConnections(origin, { most: 2, rejectUnauthorized: true });
}

const GET = { method: "GET", path: "/", headers: { host: "x" } } as const;

test("connections are used again, and requests beyond them wait", async () => {
  const sockets = new Set<Socket>();
  const connections = await serve((socket, n) => {
    sockets.add(socket);
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${String(n).padStart(2, "0")}`);
  });

  const answers = await Promise.all(Array.from({ length: 20 }, () => connections.send(GET)));
  expect(answers.map(({ body }) => Number(body)).sort((a, b) => a - b)).toEqual([
    ...answers.keys(),
  ]);
  expect(sockets.size).toBe(2);
  for (const socket of sockets) socket.destroy();
});

test("a request whose connection ends has no answer, and the next one has a connection of its own", async () => {
  const connections = await serve((socket, n) => {
    if (n === 0) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
    else socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  });

  await expect(connections.send(GET)).rejects.toThrow("The connection was closed");
  for (let i = 0; i < 3; i++) expect((await connections.send(GET)).body.toString()).toBe("hello");
});
