import { reprText } from "./repr.ts";

/** What a Python literal is worth to a filter: text, a tuple, or something else that is shown but not used. */
export type Literal = string | readonly Literal[] | { readonly shown: string };

/**
 * Reads a tuple of texts as Python's `ast.literal_eval` does: `('a', "b")`, `('a')`, `('a' 'b',)`, with escapes,
 * prefixes and comments. Lists, sets, maps and sums are not read; `\N{...}` is not known.
 *
 * @returns undefined where Python finds no literal, or one that this does not read
 */
export function parseLiteral(text: string): Literal | undefined {
  if (text.includes("\0")) return undefined;
  // Python reads source with every line end as \n.
  const reader: Reader = { text: text.replace(/\r\n?/g, "\n"), at: 0 };
  try {
    const value = readValue(reader);
    skipBlanks(reader);
    return reader.at === reader.text.length ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Python's `repr` of a tuple. */
export function reprTuple(items: readonly Literal[]): string {
  return `(${items.map(repr).join(", ")}${items.length === 1 ? "," : ""})`;
}

interface Reader {
  readonly text: string;
  at: number;
}

const BLANK = /(?:[ \t\f\n]|\\\n|#[^\n]*)*/y;
const STRING_START = /([rRuU]?|[bB][rR]?|[rR][bB])('''|"""|'|")/y;
const NUMBER = /[+-]?(?:\d+(?:_\d+)*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}\p{N}_.])/uy;
const CONSTANT = /(?:None|True|False)(?![\p{L}\p{N}_])/uy;

function readValue(reader: Reader): Literal {
  skipBlanks(reader);
  if (take(reader, "(")) return readTuple(reader);
  const text = readTexts(reader);
  if (text !== undefined) return text;
  const other = next(reader, NUMBER) ?? next(reader, CONSTANT);
  if (other === null) throw new SyntaxError("no literal");
  return { shown: other[0].replace(/^\+/, "") };
}

/** Neighbours join. Bytes are no text. */
function readTexts(reader: Reader): Literal | undefined {
  let text: string | undefined;
  let areBytes = false;
  for (let match = next(reader, STRING_START); match !== null; match = next(reader, STRING_START)) {
    const [, prefix = "", quote = ""] = match;
    const isBytes = /b/i.test(prefix);
    if (text !== undefined && isBytes !== areBytes) throw new SyntaxError("text beside bytes");
    areBytes = isBytes;
    text = (text ?? "") + readString(reader, quote, /r/i.test(prefix));
    skipBlanks(reader);
  }
  return areBytes && text !== undefined ? { shown: `b${reprText(text)}` } : text;
}

/** Behind the opening parenthesis. Without a comma it only groups. */
function readTuple(reader: Reader): Literal {
  const items: Literal[] = [];
  let isTuple = true;
  for (;;) {
    skipBlanks(reader);
    if (take(reader, ")")) break;
    if (!isTuple) throw new SyntaxError("comma expected");
    items.push(readValue(reader));
    skipBlanks(reader);
    isTuple = take(reader, ",");
  }
  const [only] = items;
  return items.length === 1 && !isTuple && only !== undefined ? only : items;
}

function readString(reader: Reader, quote: string, raw: boolean): string {
  let value = "";
  while (!take(reader, quote)) {
    const char = reader.text.charAt(reader.at);
    if (char === "" || (char === "\n" && quote.length === 1)) {
      throw new SyntaxError("unterminated string");
    }
    reader.at += 1;
    if (char !== "\\") value += char;
    else value += raw ? readRawEscape(reader) : readEscape(reader);
  }
  return value;
}

function readRawEscape(reader: Reader): string {
  const char = reader.text.charAt(reader.at);
  reader.at += 1;
  return `\\${char}`;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\n", ""],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);
const HEX_DIGITS: ReadonlyMap<string, RegExp> = new Map([
  ["x", /[\da-fA-F]{2}/y],
  ["u", /[\da-fA-F]{4}/y],
  ["U", /[\da-fA-F]{8}/y],
]);
const OCTAL = /[0-7]{1,3}/y;

function readEscape(reader: Reader): string {
  const octal = next(reader, OCTAL);
  if (octal !== null) return String.fromCodePoint(Number.parseInt(octal[0], 8));
  const char = reader.text.charAt(reader.at);
  reader.at += 1;
  const hex = HEX_DIGITS.get(char);
  if (hex !== undefined) {
    const code = Number.parseInt(next(reader, hex)?.[0] ?? "none", 16);
    if (!(code <= 0x10ffff)) throw new SyntaxError("bad escape");
    return String.fromCodePoint(code);
  }
  if (char === "N") throw new SyntaxError("names of characters are not known");
  // Python leaves an escape that it does not know as it is.
  return ESCAPES.get(char) ?? `\\${char}`;
}

function repr(value: Literal): string {
  if (typeof value === "string") return reprText(value);
  return "shown" in value ? value.shown : reprTuple(value);
}

function skipBlanks(reader: Reader): void {
  next(reader, BLANK);
}

function take(reader: Reader, text: string): boolean {
  if (!reader.text.startsWith(text, reader.at)) return false;
  reader.at += text.length;
  return true;
}

function next(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.text);
  if (match !== null) reader.at = pattern.lastIndex;
  return match;
}
