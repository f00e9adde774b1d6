import { foldQuoted, unescapeDoubleQuoted } from "./yaml-quoted.ts";
import { resolvePlain } from "./yaml-scalar.ts";
import type { YamlMap, YamlValue } from "./yaml-value.ts";

/**
 * Reads the YAML that MLflow writes: block maps and lists, plain and quoted scalars, `{}` and `[]`. A meta.yaml takes
 * about two microseconds this way, a hundred times less than with a YAML library.
 *
 * @param text - without a BOM; line ends are `\n`
 * @returns undefined when the text has anything else in it, be it legal or not: then a library has to read it
 */
export function readBlockYaml(text: string): YamlMap | undefined {
  const reader = new BlockReader(text);
  const map = reader.readMap(0, 0);
  return map !== undefined && reader.isAtEnd() ? map : undefined;
}

/** Deeper documents are left to the library. */
const MAX_DEPTH = 20;

const NEWLINE = 0x0a;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const HASH = 0x23;
const SINGLE_QUOTE = 0x27;
const DASH = 0x2d;
const COLON = 0x3a;
const QUESTION = 0x3f;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Not words, but they may start a plain scalar. */
const SIGNS: readonly number[] = Array.from("~+.<=($^;)\\", (sign) => sign.charCodeAt(0));
/** A key that takes in the keys of another map. */
const MERGE = "<<";

class BlockReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    return this.#position === this.#text.length;
  }

  /** Reads a map whose keys stand at the indent, from its first key on. */
  readMap(indent: number, depth: number): YamlMap | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const map: { [key: string]: YamlValue } = Object.create(null);
    do {
      const isLong = this.#isMark(QUESTION, this.#position);
      const key = isLong ? this.#readLongKey(indent) : this.#readKey();
      if (key === undefined) return undefined;
      const value = isLong ? this.#readItem(indent, depth) : this.#readAfterKey(indent, depth);
      if (value === undefined) return undefined;
      map[key] = value;
    } while (this.#continuesAt(indent));
    return map;
  }

  #readList(indent: number, depth: number): readonly YamlValue[] | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const list: YamlValue[] = [];
    while (this.#isMark(DASH, this.#position)) {
      this.#position += 2;
      const value = this.#readItem(indent, depth);
      if (value === undefined) return undefined;
      list.push(value);
      if (!this.#continuesAt(indent)) return list;
    }
    // At the indent, but no dash: the list was the value of a key, whose map goes on.
    this.#position -= indent;
    return list;
  }

  /** What stands after `- ` or, with a long key, `: `: a nested collection or a scalar. */
  #readItem(indent: number, depth: number): YamlValue | undefined {
    if (this.#isMark(DASH, this.#position)) return this.#readList(indent + 2, depth + 1);
    const start = this.#position;
    const map = this.#readMapItem(indent + 2, depth);
    if (map !== undefined) return map;
    this.#position = start;
    return this.#readScalar(indent);
  }

  #readMapItem(indent: number, depth: number): YamlMap | undefined {
    const start = this.#position;
    const isMap = this.#isMark(QUESTION, start) || this.#readKey() !== undefined;
    this.#position = start;
    return isMap ? this.readMap(indent, depth + 1) : undefined;
  }

  /** Reads `? key`, which may be folded, and the `: ` of the next line. */
  #readLongKey(indent: number): string | undefined {
    this.#position += 2;
    const key = this.#isQuote() ? this.#readQuoted() : this.#readPlainText(indent);
    if (key === undefined || !this.#continuesAt(indent)) return undefined;
    if (!this.#isMark(COLON, this.#position)) return undefined;
    this.#position += 2;
    return key;
  }

  /** Reads `key:`, up to and including the colon. */
  #readKey(): string | undefined {
    const text = this.#text;
    const start = this.#position;
    if (this.#isQuote()) {
      const key = this.#readQuotes();
      if (text.charCodeAt(this.#position) !== COLON) return undefined;
      this.#position++;
      return isBlank(text.charCodeAt(this.#position)) ? key : undefined;
    }
    if (!this.#isPlainStart()) return undefined;
    let at = start;
    let code = text.charCodeAt(start);
    for (;;) {
      if (!isInline(code)) return undefined;
      const next = text.charCodeAt(at + 1);
      if (code === COLON && isBlank(next)) break;
      if (code === SPACE && next === HASH) return undefined;
      at++;
      code = next;
    }
    const key = text.slice(start, at);
    this.#position = at + 1;
    return key === MERGE || key.endsWith(" ") ? undefined : key;
  }

  /** What stands after `key:`: a scalar on the same line, or a collection on the next ones. */
  #readAfterKey(indent: number, depth: number): YamlValue | undefined {
    const text = this.#text;
    if (text.charCodeAt(this.#position) === SPACE) {
      this.#position++;
      return this.#readScalar(indent);
    }
    if (!this.#readLineEnd()) return undefined;
    const start = this.#position;
    const inner = this.#countSpaces();
    if (inner >= indent && this.#isMark(DASH, start + inner)) {
      this.#position = start + inner;
      return this.#readList(inner, depth + 1);
    }
    if (inner > indent) {
      this.#position = start + inner;
      return this.readMap(inner, depth + 1);
    }
    return null;
  }

  /** Reads a scalar to the end of its last line. Lines indented deeper than `indent` belong to it. */
  #readScalar(indent: number): YamlValue | undefined {
    if (this.#isQuote()) return this.#readQuoted();
    const first = this.#text.charCodeAt(this.#position);
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return this.#readEmpty(first);
    const plain = this.#readPlainText(indent);
    return plain === undefined ? undefined : resolvePlain(plain);
  }

  #isQuote(): boolean {
    const first = this.#text.charCodeAt(this.#position);
    return first === SINGLE_QUOTE || first === DOUBLE_QUOTE;
  }

  /** Reads a quoted scalar to the end of its last line. */
  #readQuoted(): string | undefined {
    const value = this.#readQuotes();
    return value !== undefined && this.#readLineEnd() ? value : undefined;
  }

  #readQuotes(): string | undefined {
    const isSingle = this.#text.charCodeAt(this.#position) === SINGLE_QUOTE;
    return isSingle ? this.#readSingleQuoted() : this.#readDoubleQuoted();
  }

  /** Reads `{}` or `[]`. */
  #readEmpty(first: number): YamlValue | undefined {
    const close = first === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
    if (this.#text.charCodeAt(this.#position + 1) !== close) return undefined;
    this.#position += 2;
    if (!this.#readLineEnd()) return undefined;
    return first === OPEN_BRACE ? Object.create(null) : [];
  }

  #readPlainText(indent: number): string | undefined {
    if (!this.#isPlainStart()) return undefined;
    let plain = this.#readPlainLine();
    while (plain !== undefined) {
      const inner = this.#countSpaces();
      if (inner <= indent) return plain;
      this.#position += inner;
      const line = this.#readPlainLine();
      plain = line === undefined ? undefined : `${plain} ${line}`;
    }
    return undefined;
  }

  #isPlainStart(): boolean {
    const first = this.#text.charCodeAt(this.#position);
    if (isWordStart(first)) return true;
    if (first !== DASH && first !== COLON && first !== QUESTION) return SIGNS.includes(first);
    return !isBlank(this.#text.charCodeAt(this.#position + 1));
  }

  /** Reads to the end of the line, unless something on it is more than text. */
  #readPlainLine(): string | undefined {
    const text = this.#text;
    const start = this.#position;
    let at = start;
    let code = text.charCodeAt(at);
    while (isInline(code)) {
      const next = text.charCodeAt(at + 1);
      if (code === COLON && isBlank(next)) return undefined;
      if (code === SPACE && next === HASH) return undefined;
      at++;
      code = next;
    }
    if (at === start || text.charCodeAt(start) === HASH) return undefined;
    if (text.charCodeAt(at - 1) === SPACE) return undefined;
    this.#position = at;
    if (!this.#readLineEnd()) return undefined;
    return text.slice(start, at);
  }

  #readSingleQuoted(): string | undefined {
    const text = this.#text;
    const start = this.#position + 1;
    let end = text.indexOf("'", start);
    let hasQuote = false;
    while (end !== -1 && text.charCodeAt(end + 1) === SINGLE_QUOTE) {
      hasQuote = true;
      end = text.indexOf("'", end + 2);
    }
    if (end === -1) return undefined;
    this.#position = end + 1;
    const content = foldQuoted(text.slice(start, end));
    return hasQuote ? content.replaceAll("''", "'") : content;
  }

  #readDoubleQuoted(): string | undefined {
    const text = this.#text;
    const start = this.#position + 1;
    let end = start;
    for (; ; end++) {
      const code = text.charCodeAt(end);
      if (code === DOUBLE_QUOTE) break;
      if (Number.isNaN(code)) return undefined;
      if (code === BACKSLASH) end++;
    }
    this.#position = end + 1;
    return unescapeDoubleQuoted(text.slice(start, end));
  }

  #readLineEnd(): boolean {
    if (this.#position === this.#text.length) return true;
    if (this.#text.charCodeAt(this.#position) !== NEWLINE) return false;
    this.#position++;
    return true;
  }

  /** At the start of a line: whether it stands at the indent. If so, moves behind the indent. */
  #continuesAt(indent: number): boolean {
    if (this.isAtEnd() || this.#countSpaces() !== indent) return false;
    this.#position += indent;
    return !this.isAtEnd();
  }

  #countSpaces(): number {
    let at = this.#position;
    while (this.#text.charCodeAt(at) === SPACE) at++;
    return at - this.#position;
  }

  #isMark(mark: number, at: number): boolean {
    return this.#text.charCodeAt(at) === mark && this.#text.charCodeAt(at + 1) === SPACE;
  }
}

/** Space, line end, or the end of the text. */
function isBlank(code: number): boolean {
  return code === SPACE || code === NEWLINE || Number.isNaN(code);
}

/** A letter, digit, `_` or `/`. */
function isWordStart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f ||
    code === 0x2f ||
    (code >= 0xa0 && isInline(code))
  );
}

/** A character that has no meaning of its own within a line of plain text. */
function isInline(code: number): boolean {
  return (
    (code >= SPACE && code < 0x7f) ||
    (code >= 0xa0 && code !== 0x2028 && code !== 0x2029 && code !== 0xfeff)
  );
}
