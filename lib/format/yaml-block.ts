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
      const key = this.#readKey();
      if (key === undefined) return undefined;
      const value = this.#readAfterKey(indent, depth);
      if (value === undefined) return undefined;
      map[key] = value;
    } while (this.#continuesAt(indent));
    return map;
  }

  #readList(indent: number, depth: number): readonly YamlValue[] | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const list: YamlValue[] = [];
    while (this.#isDash(this.#position)) {
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

  /** What stands after `- `: a nested collection or a scalar. */
  #readItem(indent: number, depth: number): YamlValue | undefined {
    if (this.#isDash(this.#position)) return this.#readList(indent + 2, depth + 1);
    const start = this.#position;
    const map = this.#readMapItem(indent + 2, depth);
    if (map !== undefined) return map;
    this.#position = start;
    return this.#readScalar(indent);
  }

  #readMapItem(indent: number, depth: number): YamlMap | undefined {
    const start = this.#position;
    const isMap = this.#readKey() !== undefined;
    this.#position = start;
    return isMap ? this.readMap(indent, depth + 1) : undefined;
  }

  /** Reads `key:`, up to and including the colon. */
  #readKey(): string | undefined {
    const text = this.#text;
    const start = this.#position;
    const first = text.charCodeAt(start);
    if (first === SINGLE_QUOTE || first === DOUBLE_QUOTE) {
      const key = first === SINGLE_QUOTE ? this.#readSingleQuoted() : this.#readDoubleQuoted();
      if (key === undefined || text.charCodeAt(this.#position) !== COLON) return undefined;
      if (!isBlank(text.charCodeAt(this.#position + 1))) return undefined;
      this.#position++;
      return text.slice(start, this.#position).includes("\n") ? undefined : key;
    }
    if (!isWordStart(first)) return undefined;
    let at = start + 1;
    for (; ; at++) {
      const code = text.charCodeAt(at);
      if (code === COLON && isBlank(text.charCodeAt(at + 1))) break;
      if (!isInline(code) || (code === HASH && text.charCodeAt(at - 1) === SPACE)) return undefined;
    }
    if (text.charCodeAt(at - 1) === SPACE) return undefined;
    this.#position = at + 1;
    return text.slice(start, at);
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
    if (inner >= indent && this.#isDash(start + inner)) {
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
    const first = this.#text.charCodeAt(this.#position);
    if (first === SINGLE_QUOTE) return this.#endLine(this.#readSingleQuoted());
    if (first === DOUBLE_QUOTE) return this.#endLine(this.#readDoubleQuoted());
    if (this.#text.startsWith("{}", this.#position)) {
      this.#position += 2;
      return this.#endLine<YamlMap>(Object.create(null));
    }
    if (this.#text.startsWith("[]", this.#position)) {
      this.#position += 2;
      return this.#endLine<readonly YamlValue[]>([]);
    }
    return this.#readPlain(indent);
  }

  #readPlain(indent: number): YamlValue | undefined {
    const first = this.#text.charCodeAt(this.#position);
    const second = this.#text.charCodeAt(this.#position + 1);
    if (!isWordStart(first) && !isSign(first) && (first !== DASH || isBlank(second))) {
      return undefined;
    }
    let plain = this.#readPlainLine();
    while (plain !== undefined && this.#countSpaces() > indent) {
      this.#position += this.#countSpaces();
      const line = this.#readPlainLine();
      if (line === undefined) return undefined;
      plain = `${plain} ${line}`;
    }
    return plain === undefined ? undefined : resolvePlain(plain);
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
      if (code === SPACE && (next === HASH || isBlank(next))) return undefined;
      at++;
      code = next;
    }
    if (at === start || text.charCodeAt(start) === HASH) return undefined;
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

  #endLine<Value extends YamlValue>(value: Value | undefined): Value | undefined {
    return value !== undefined && this.#readLineEnd() ? value : undefined;
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

  #isDash(at: number): boolean {
    return this.#text.charCodeAt(at) === DASH && this.#text.charCodeAt(at + 1) === SPACE;
  }
}

const BACKSLASH = 0x5c;
const SIGNS: readonly number[] = Array.from("~+.<=($^;)\\", (sign) => sign.charCodeAt(0));

/** Space, line end, or the end of the text. */
function isBlank(code: number): boolean {
  return code === SPACE || code === NEWLINE || Number.isNaN(code);
}

/** A letter, digit, `_`, `/`, `.`... : no indicator, and with nothing else special at the start of a scalar. */
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

/** What else may start a plain scalar, though hardly a key: `<<` as a key means a merge. */
function isSign(code: number): boolean {
  return SIGNS.includes(code);
}

/** A character that has no meaning of its own within a line of plain text. */
function isInline(code: number): boolean {
  return (
    (code >= SPACE && code < 0x7f) ||
    (code >= 0xa0 && code !== 0x2028 && code !== 0x2029 && code !== 0xfeff)
  );
}
