import { connect } from "node:net";

/**
 * A client of one HTTP connection that stays open. It does as little as can be done, because it shares the processors
 * with the server that is measured.
 */
class Connection {
  /** @type {import("node:net").Socket} */
  #socket;
  /** @type {Buffer} */
  #received = Buffer.alloc(0);
  /** @type {((answer: { status: number, body: string }) => void) | undefined} */
  #resolve;
  #port;

  /** @param {number} port */
  constructor(port) {
    this.#port = port;
    this.#socket = connect(port, "127.0.0.1").setNoDelay(true);
    this.#socket.on("data", (chunk) => this.#take(chunk));
  }

  /**
   * @param {string} path
   * @param {string} body - JSON
   * @returns {Promise<{ status: number, body: string }>}
   */
  post(path, body) {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#socket.once("close", () => reject(new Error("The server has closed the connection")));
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  close() {
    this.#socket.destroy();
  }

  /** @param {Buffer} chunk */
  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    const isWhole =
      length === undefined
        ? this.#received.subarray(-5).equals(LAST_CHUNK)
        : this.#received.length >= end + 4 + Number(length);
    if (!isWhole) return;
    const answer = {
      status: Number(head.slice(9, 12)),
      body: this.#received.toString("utf8", end + 4),
    };
    this.#received = Buffer.alloc(0);
    this.#socket.removeAllListeners("close");
    this.#resolve?.(answer);
  }
}

const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/**
 * Requests that a server answers in a second, sent by some clients at a time, each waiting for its answer.
 *
 * @param {number} port
 * @param {{ clients: number, path: string, body: (client: number, request: number) => string, forSeconds: number }} load
 */
export async function requestRate(port, { clients, path, body, forSeconds }) {
  const begin = performance.now();
  const end = begin + forSeconds * 1_000;
  let answered = 0;
  /** @param {number} client */
  const work = async (client) => {
    const connection = new Connection(port);
    for (let request = 0; request === 0 || performance.now() < end; request++) {
      const { status, body: text } = await connection.post(path, body(client, request));
      if (status !== 200)
        throw new Error(`${path} was answered with ${status}: ${text.slice(0, 200)}`);
      answered++;
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => work(client)));
  return answered / ((performance.now() - begin) / 1_000);
}

/**
 * Sends one request and decodes its answer.
 *
 * @param {number} port
 * @param {string} path
 * @param {unknown} fields
 * @returns {Promise<any>}
 */
export async function call(port, path, fields) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/2.0/mlflow/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}: ${text}`);
  return JSON.parse(text);
}
