import { compareText } from "../entities/record.ts";
import { printPythonFloat } from "./python-float.ts";
import { readsAsString } from "./yaml-scalar.ts";
import { type PrintableYaml, type PrintableYamlMap, YamlFloat } from "./yaml-value.ts";

/** Lines are folded at the first blank after this column. */
const WIDTH = 80;
/** In UTF-8 bytes; a longer key stands on a line of its own, after `? `. */
const MAX_SIMPLE_KEY = 128;

/**
 * Writes a document byte for byte as MLflow does: block style, keys sorted by code point, lines of 80 characters.
 * A lone surrogate, which UTF-8 cannot hold, becomes U+FFFD.
 *
 * @see MLflow 3.17 `mlflow.utils.yaml_utils.write_yaml`, that is PyYAML's `CSafeDumper`, that is libyaml's
 *   `emitter.c`: unlike PyYAML's own dumper it escapes what lies above U+FFFF
 */
export function printYaml(value: PrintableYamlMap): string {
  const keys = Object.keys(value);
  return keys.length === 0 ? "{}\n" : printMap(value, 0, "");
}

/** The lines of a map. `lead` stands in place of the first line's indent, where the map begins within a line. */
function printMap(map: PrintableYamlMap, indent: number, lead: string): string {
  const pad = " ".repeat(indent);
  let out = "";
  for (const key of Object.keys(map).sort(compareText)) {
    const value = map[key] as PrintableYaml;
    out += out === "" ? lead : pad;
    if (isSimpleKey(key)) {
      const text = printString(key, 0, 0, false);
      // A list below a key is not indented.
      out += `${text}:${printNode(value, indent + text.length + 1, indent, indent)}`;
    } else {
      out += `? ${printString(key, indent + 2, indent + 2, true)}\n`;
      out += `${pad}:${printInline(value, indent)}`;
    }
  }
  return out;
}

function printList(list: readonly PrintableYaml[], indent: number, lead: string): string {
  const pad = " ".repeat(indent);
  let out = "";
  for (const item of list) {
    out += `${out === "" ? lead : pad}-${printInline(item, indent)}`;
  }
  return out;
}

/** What follows `key:`: a scalar on the same line, or a collection on the next ones. */
function printNode(
  value: PrintableYaml,
  column: number,
  indent: number,
  listIndent: number,
): string {
  if (isList(value) && value.length > 0) {
    return `\n${printList(value, listIndent, " ".repeat(listIndent))}`;
  }
  if (isMap(value) && Object.keys(value).length > 0) {
    return `\n${printMap(value, indent + 2, " ".repeat(indent + 2))}`;
  }
  return ` ${printScalar(value, column + 1, indent + 2)}\n`;
}

/** What follows `-` or `:` at the indent: everything begins on the same line. */
function printInline(value: PrintableYaml, indent: number): string {
  if (isList(value) && value.length > 0) return ` ${printList(value, indent + 2, "")}`;
  if (isMap(value) && Object.keys(value).length > 0) return ` ${printMap(value, indent + 2, "")}`;
  return ` ${printScalar(value, indent + 2, indent + 2)}\n`;
}

function printScalar(value: PrintableYaml, column: number, indent: number): string {
  if (value === null) return "null";
  if (typeof value === "string") return printString(value, column, indent, true);
  if (typeof value === "number") {
    const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
    return isInteger ? String(value) : printFloat(value);
  }
  if (value instanceof YamlFloat) return printFloat(value.value);
  if (typeof value === "object") return Array.isArray(value) ? "[]" : "{}";
  return String(value);
}

/** YAML 1.1 takes `1e+22` for a string, hence the `.0`. */
function printFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = printPythonFloat(value);
  return text.includes(".") ? text : text.replace("e", ".0e");
}

/**
 * A string in the plainest style that reads back the same. `column` is where it starts, `indent` that of the lines
 * it is folded onto.
 */
function printString(value: string, column: number, indent: number, mayFold: boolean): string {
  const text = value.replace(/\p{Surrogate}/gu, "\ufffd");
  const style = chooseStyle(text);
  if (style === "double") return printDoubleQuoted(text, column, indent, mayFold);
  const content = style === "plain" ? text : `'${text.replaceAll("'", "''")}'`;
  const fits = !mayFold || column + content.length <= WIDTH;
  if (fits && !(style === "single" && BREAK.test(text))) return content;
  return fold(content, column, indent, mayFold);
}

const BREAK = /[\n\r\x85\u2028\u2029]/;
/** All but line feed, printable ASCII, and the Basic Multilingual Plane without C1, surrogates and BOM. */
const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const SPACE_AT_BREAK = / [\n\u2028\u2029]|[\n\u2028\u2029] /;
const LEADING_INDICATOR =
  /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \0\t\n\r\x85\u2028\u2029]|$)|---|\.\.\.)/;
const INNER_INDICATOR = /:(?:[ \0\t\n\r\x85\u2028\u2029]|$)|[ \0\t\n\r\x85\u2028\u2029]#/;

/** libyaml's `yaml_emitter_analyze_scalar` and `yaml_emitter_select_scalar_style`, for block style. */
function chooseStyle(text: string): "plain" | "single" | "double" {
  if (SPECIAL.test(text) || SPACE_AT_BREAK.test(text)) return "double";
  const isPlain =
    readsAsString(text) &&
    !BREAK.test(text) &&
    !text.startsWith(" ") &&
    !text.endsWith(" ") &&
    !LEADING_INDICATOR.test(text) &&
    !INNER_INDICATOR.test(text);
  return isPlain ? "plain" : "single";
}

/** A plain or single quoted scalar over several lines: blanks past the width become line ends, line ends are doubled. */
function fold(content: string, start: number, indent: number, mayFold: boolean): string {
  const pad = " ".repeat(indent);
  const isQuoted = content.startsWith("'");
  const last = isQuoted ? content.length - 2 : content.length - 1;
  const first = isQuoted ? 1 : 0;
  let out = "";
  let column = start;
  let afterSpace = false;
  let afterBreak = false;
  for (let i = 0; i < content.length; i++) {
    const char = content.charAt(i);
    if (char === " ") {
      const foldsHere =
        mayFold && !afterSpace && column > WIDTH && i > first && i < last && content[i + 1] !== " ";
      out += foldsHere ? `\n${pad}` : " ";
      column = foldsHere ? indent : column + 1;
      afterSpace = true;
    } else if (BREAK.test(char)) {
      out += !afterBreak && char === "\n" ? "\n\n" : char;
      column = 0;
      afterBreak = true;
    } else {
      if (afterBreak) {
        out += pad;
        column = indent;
      }
      out += char;
      column++;
      afterSpace = false;
      afterBreak = false;
    }
  }
  return out;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\0", "0"],
  ["\x07", "a"],
  ["\b", "b"],
  ["\t", "t"],
  ["\n", "n"],
  ["\v", "v"],
  ["\f", "f"],
  ["\r", "r"],
  ["\x1b", "e"],
  ['"', '"'],
  ["\\", "\\"],
  ["\x85", "N"],
  ["\u2028", "L"],
  ["\u2029", "P"],
]);

function printDoubleQuoted(text: string, start: number, indent: number, mayFold: boolean): string {
  const pad = " ".repeat(indent);
  let out = '"';
  let column = start + 1;
  let afterSpace = false;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i) as number;
    const char = String.fromCodePoint(codePoint);
    if (char === " ") {
      if (mayFold && !afterSpace && column > WIDTH && i > 0 && i < text.length - 1) {
        // A blank at the start of a line would be lost.
        const mark = text[i + 1] === " " ? "\\" : "";
        out += `\n${pad}${mark}`;
        column = indent + mark.length;
      } else {
        out += " ";
        column++;
      }
      afterSpace = true;
      continue;
    }
    const printed = escapeChar(char, codePoint);
    out += printed;
    column += printed.length;
    afterSpace = false;
    i += char.length - 1;
  }
  return `${out}"`;
}

function escapeChar(char: string, codePoint: number): string {
  const short = ESCAPES.get(char);
  if (short !== undefined) return `\\${short}`;
  if (!SPECIAL.test(char)) return char;
  const hex = codePoint.toString(16).toUpperCase();
  if (codePoint <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return codePoint <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** Whether the key may stand before a `:` on its line. */
function isSimpleKey(key: string): boolean {
  if (key.length > MAX_SIMPLE_KEY || BREAK.test(key)) return false;
  let bytes = 0;
  for (const char of key) {
    const codePoint = char.codePointAt(0) as number;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes <= MAX_SIMPLE_KEY;
}

function isList(value: PrintableYaml): value is readonly PrintableYaml[] {
  return Array.isArray(value);
}

function isMap(value: PrintableYaml): value is PrintableYamlMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof YamlFloat)
  );
}
