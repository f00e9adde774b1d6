import type { JsonObject, JsonValue } from "../entities/json.ts";
import { MlrunsError } from "../errors.ts";
import { printPythonFloat } from "./python-float.ts";

/**
 * Reads JSON as Python's `json.loads` does: integers of any size stay exact (as bigints beyond 2^53, such as times in
 * nanoseconds), `NaN`, `Infinity` and `-Infinity` are numbers. Floats become doubles, so 3.0 is 3.
 *
 * @throws MlrunsError INTERNAL_ERROR with path and line
 */
export function parsePythonJson(text: string, path: string): JsonValue {
  return new JsonReader(text, path).readDocument();
}

/**
 * Writes JSON as Python's `json.dumps` does: `, ` and `: ` between, on one line. `escapesUnicode` writes all but ASCII
 * as `\uXXXX`, which is Python's default.
 */
export function printPythonJson(value: JsonValue, escapesUnicode = true): string {
  if (typeof value === "string") return printString(value, escapesUnicode);
  if (typeof value === "number") return printNumber(value);
  if (value === null || typeof value !== "object") return String(value);
  if (isList(value)) {
    return `[${value.map((item) => printPythonJson(item, escapesUnicode)).join(", ")}]`;
  }
  const entries = Object.keys(value).map((key) => {
    const item = printPythonJson(value[key] as JsonValue, escapesUnicode);
    return `${printString(key, escapesUnicode)}: ${item}`;
  });
  return `{${entries.join(", ")}}`;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}

const MAX_DEPTH = 200;
/** Python refuses to convert longer integers. */
const MAX_INTEGER_DIGITS = 4300;
const NUMBER = /NaN|-?(?:Infinity|(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)/y;
const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANKS = /[ \t\n\r]*/y;
const WORDS: readonly (readonly [string, JsonValue])[] = [
  ["null", null],
  ["true", true],
  ["false", false],
];

class JsonReader {
  readonly #text: string;
  readonly #path: string;
  #position = 0;

  constructor(text: string, path: string) {
    this.#text = text;
    this.#path = path;
  }

  readDocument(): JsonValue {
    const value = this.#readValue(0);
    if (this.#position < this.#text.length) throw this.#fail("Extra data");
    return value;
  }

  /** Reads a value and the blanks on both sides. */
  #readValue(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw this.#fail(`nested deeper than ${MAX_DEPTH} levels`);
    this.#skipBlanks();
    const value = this.#readBareValue(depth);
    this.#skipBlanks();
    return value;
  }

  #readBareValue(depth: number): JsonValue {
    const first = this.#text.charAt(this.#position);
    if (first === "{") return this.#readObject(depth);
    if (first === "[") return this.#readList(depth);
    if (first === '"') return this.#readString();
    const word = WORDS.find(([name]) => this.#text.startsWith(name, this.#position));
    if (word === undefined) return this.#readNumber();
    this.#position += word[0].length;
    return word[1];
  }

  #readObject(depth: number): JsonObject {
    const object: { [key: string]: JsonValue } = Object.create(null);
    this.#position++;
    this.#skipBlanks();
    if (this.#take("}")) return object;
    do {
      this.#skipBlanks();
      if (this.#text.charAt(this.#position) !== '"') throw this.#fail("Expecting property name");
      const key = this.#readString();
      this.#skipBlanks();
      if (!this.#take(":")) throw this.#fail("Expecting ':' delimiter");
      object[key] = this.#readValue(depth + 1);
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#fail("Expecting ',' delimiter");
    return object;
  }

  #readList(depth: number): readonly JsonValue[] {
    const list: JsonValue[] = [];
    this.#position++;
    this.#skipBlanks();
    if (this.#take("]")) return list;
    do list.push(this.#readValue(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) throw this.#fail("Expecting ',' delimiter");
    return list;
  }

  #readString(): string {
    const start = this.#position;
    let end = start + 1;
    let hasEscape = false;
    for (; ; end++) {
      const code = this.#text.charCodeAt(end);
      if (code === QUOTE) break;
      if (Number.isNaN(code)) throw this.#fail("Unterminated string starting");
      if (code < SPACE) throw this.#fail("Invalid control character");
      if (code === BACKSLASH) {
        hasEscape = true;
        end++;
      }
    }
    this.#position = end + 1;
    if (!hasEscape) return this.#text.slice(start + 1, end);
    try {
      return JSON.parse(this.#text.slice(start, end + 1));
    } catch {
      this.#position = start;
      throw this.#fail("Invalid \\escape in the string");
    }
  }

  #readNumber(): number | bigint {
    NUMBER.lastIndex = this.#position;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#fail("Expecting value");
    const [text, fraction, exponent] = match;
    this.#position += text.length;
    const number = Number(text);
    const isInteger = fraction === undefined && exponent === undefined && Number.isFinite(number);
    if (!isInteger || text.length > MAX_INTEGER_DIGITS) return number;
    // Adding 0 turns -0, which Python's integers do not have, into 0.
    return Number.isSafeInteger(number) ? number + 0 : BigInt(text);
  }

  #take(mark: string): boolean {
    if (this.#text.charAt(this.#position) !== mark) return false;
    this.#position++;
    return true;
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#position;
    BLANKS.test(this.#text);
    this.#position = BLANKS.lastIndex;
  }

  #fail(message: string): MlrunsError {
    const line = this.#text.slice(0, this.#position).split("\n").length;
    return new MlrunsError("INTERNAL_ERROR", `Malformed JSON: ${message}`, {
      path: this.#path,
      line,
    });
  }
}

function printNumber(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? "-0.0" : String(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return printPythonFloat(value);
}

function printString(text: string, escapesUnicode: boolean): string {
  const printed = JSON.stringify(text);
  if (!escapesUnicode) return printed;
  return printed.replace(/[\x7f-\uffff]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
