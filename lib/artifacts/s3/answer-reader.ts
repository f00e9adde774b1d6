const NOTHING = Buffer.alloc(0);
const LINE_FEED = 10;
/** More than any store sends before a body. Characters. */
const LONGEST_HEAD = 64 * 1024;

/** An answer of a server, whole. */
export interface Answer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the server closes the connection after it. */
  readonly isLast: boolean;
}

type Stage = "status" | "header" | "body" | "chunk size" | "chunk" | "chunk end" | "trailer";

/**
 * Puts an answer of HTTP/1.1 together as its bytes come. Answers whose end only the end of the connection tells are refused:
 * nobody could say whether they are whole.
 */
export class AnswerReader {
  readonly #isHead: boolean;
  #stage: Stage = "status";
  #line = "";
  #headLength = 0;
  #status = 0;
  #headers: Record<string, string> = {};
  /** The body when its length was told, filled as it comes. */
  #body: Buffer = NOTHING;
  readonly #chunks: Buffer[] = [];
  /** Bytes of the body or of the chunk that are still to come. */
  #left = 0;

  /** @param isHead - of a request whose answer has no body, whatever length it tells */
  constructor(isHead: boolean) {
    this.#isHead = isHead;
  }

  /** Takes what came. @returns the answer when that was its end; throws when it is none that is understood */
  push(bytes: Buffer): Answer | undefined {
    let at = 0;
    while (at < bytes.length) {
      if (this.#stage === "body" || this.#stage === "chunk") {
        const end = Math.min(bytes.length, at + this.#left);
        this.#keep(bytes, at, end);
        this.#left -= end - at;
        at = end;
        if (this.#left > 0) return undefined;
        if (this.#stage === "body") return this.#end(at === bytes.length);
        this.#stage = "chunk end";
        continue;
      }
      const end = bytes.indexOf(LINE_FEED, at);
      this.#line += bytes.toString("latin1", at, end === -1 ? bytes.length : end);
      if (this.#line.length > LONGEST_HEAD) throw new Error("A line of the answer has no end");
      if (end === -1) return undefined;
      at = end + 1;
      const line = this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line;
      this.#line = "";
      if (this.#takeLine(line)) return this.#end(at === bytes.length);
    }
    return undefined;
  }

  #keep(bytes: Buffer, at: number, end: number): void {
    if (this.#stage === "chunk") this.#chunks.push(Buffer.from(bytes.subarray(at, end)));
    else bytes.copy(this.#body, this.#body.length - this.#left, at, end);
  }

  /** @returns whether the answer ends with this line */
  #takeLine(line: string): boolean {
    switch (this.#stage) {
      case "status": {
        const [, status] = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(line) ?? [];
        if (status === undefined) throw new Error("The answer is not of HTTP/1.1");
        this.#status = Number(status);
        this.#headers = {};
        this.#stage = "header";
        return false;
      }
      case "header":
        if (line === "") return this.#beginBody();
        this.#takeHeader(line);
        return false;
      case "chunk size": {
        if (!/^[0-9a-f]+\s*(;.*)?$/i.test(line)) throw new Error("The size of a chunk is missing");
        this.#left = Number.parseInt(line, 16);
        this.#stage = this.#left === 0 ? "trailer" : "chunk";
        return false;
      }
      case "chunk end":
        if (line !== "") throw new Error("A chunk is longer than its size");
        this.#stage = "chunk size";
        return false;
      default:
        return line === "";
    }
  }

  #takeHeader(line: string): void {
    this.#headLength += line.length;
    const colon = line.indexOf(":");
    if (colon < 1 || this.#headLength > LONGEST_HEAD) throw new Error("A header is damaged");
    this.#headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }

  #beginBody(): boolean {
    // `100 Continue` and its like come before the answer.
    if (this.#status < 200) {
      this.#stage = "status";
      return false;
    }
    if (this.#isHead || this.#status === 204 || this.#status === 304) return true;
    const { "transfer-encoding": encoding, "content-length": length } = this.#headers;
    if (encoding !== undefined) {
      if (encoding.toLowerCase() !== "chunked") throw new Error("The answer is encoded");
      this.#stage = "chunk size";
      return false;
    }
    if (!/^\d+$/.test(length ?? "")) throw new Error("The answer has no length");
    this.#left = Number(length);
    this.#body = Buffer.allocUnsafe(this.#left);
    this.#stage = "body";
    return this.#left === 0;
  }

  #end(isAll: boolean): Answer {
    if (!isAll) throw new Error("More came than the answer");
    return {
      status: this.#status,
      headers: this.#headers,
      body: this.#chunks.length === 0 ? this.#body : Buffer.concat(this.#chunks),
      isLast: this.#headers.connection?.toLowerCase() === "close",
    };
  }
}
