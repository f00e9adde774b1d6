/**
 * Line ends inside a quoted scalar: one is a blank, more are one fewer, and blanks around them vanish. Line and
 * paragraph separators stay what they are.
 *
 * @see libyaml `yaml_parser_scan_flow_scalar`
 */
export function foldQuoted(text: string): string {
  if (!LINE_END.test(text)) return text;
  return text.replace(
    /[ \t]*([\n\u2028\u2029](?:[ \t]*[\n\u2028\u2029])*)[ \t]*/g,
    (_, breaks: string) => {
      const ends = breaks.replace(/[ \t]/g, "");
      if (!ends.startsWith("\n")) return ends;
      return ends.length === 1 ? " " : ends.slice(1);
    },
  );
}

const LINE_END = /[\n\u2028\u2029]/;

/** The text between double quotes, or undefined when an escape is malformed. */
export function unescapeDoubleQuoted(content: string): string | undefined {
  let out = "";
  let from = 0;
  for (;;) {
    const at = content.indexOf("\\", from);
    if (at === -1) return out + foldQuoted(content.slice(from));
    out += foldQuoted(content.slice(from, at));
    const escaped = readEscape(content, at + 1);
    if (escaped === undefined) return undefined;
    out += escaped.text;
    from = escaped.next;
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["0", "\0"],
  ["a", "\x07"],
  ["b", "\b"],
  ["t", "\t"],
  ["\t", "\t"],
  ["n", "\n"],
  ["v", "\v"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\x1b"],
  [" ", " "],
  ['"', '"'],
  ["/", "/"],
  ["\\", "\\"],
  ["N", "\x85"],
  ["_", "\xa0"],
  ["L", "\u2028"],
  ["P", "\u2029"],
]);

const HEX_DIGITS: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);

const ESCAPED_LINE_END = /[\n\u2028\u2029][ \t]*(?![ \t\n\u2028\u2029])/y;

function readEscape(content: string, at: number): { text: string; next: number } | undefined {
  const char = content.charAt(at);
  const short = ESCAPES.get(char);
  if (short !== undefined) return { text: short, next: at + 1 };

  const length = HEX_DIGITS.get(char);
  if (length !== undefined) {
    const hex = content.slice(at + 1, at + 1 + length);
    const codePoint = Number.parseInt(hex, 16);
    if (hex.length < length || !/^[0-9a-fA-F]+$/.test(hex) || codePoint > 0x10ffff)
      return undefined;
    return { text: String.fromCodePoint(codePoint), next: at + 1 + length };
  }

  // A line end that is escaped vanishes, with the indent of the next line.
  ESCAPED_LINE_END.lastIndex = at;
  if (!ESCAPED_LINE_END.test(content)) return undefined;
  return { text: "", next: ESCAPED_LINE_END.lastIndex };
}
