import { wordType } from "./words.ts";

/** What a piece of a filter is to sqlparse. Sub-types follow a dot: `Keyword.Order` is a `Keyword` too. */
export type TokenType =
  | "Assignment"
  | "Command"
  | "Comment"
  | "Comparison"
  | "Error"
  | "Float"
  | "Group"
  | "Integer"
  | "Hexadecimal"
  | "Keyword"
  | "Keyword.Order"
  | "Keyword.Statement"
  | "Keyword.TimeZone"
  | "Literal"
  | "Name"
  | "Name.Builtin"
  | "Name.Placeholder"
  | "Operator"
  | "Punctuation"
  | "SingleQuoted"
  | "DoubleQuoted"
  | "Whitespace"
  | "Whitespace.Newline"
  | "Wildcard";

/** A piece of the text. Offsets count UTF-16 units from 0. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Cuts a text as sqlparse 0.6.1 does, with which MLflow reads filters and order_by. Nothing is left out and nothing
 * fails: a quote without its partner is a token of type Error.
 *
 * @see sqlparse `Lexer.get_tokens`; the order of RULES is that of its `SQL_REGEX`
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const simple = simplify(text);
  let at = 0;
  while (at < text.length) {
    const [type, length] = spanAt(text, simple, at) ?? ruleAt(text, simple, at);
    const piece = text.slice(at, at + length);
    tokens.push({
      type: type === "Word" ? wordType(piece) : type,
      text: piece,
      start: at,
      end: at + length,
    });
    at += length;
  }
  return tokens;
}

/**
 * The same text for the rules, in which characters beyond ASCII stand for their kind: a letter that sqlparse lists (à),
 * another letter or a digit (ª), a blank, or anything else (¿). Expressions that know all of Unicode take many times as
 * long to compile, and there are many.
 */
function simplify(text: string): string {
  return text.replace(/[\u0080-\u{10ffff}]/gu, (char) => kindOf(char).repeat(char.length));
}

function kindOf(char: string): string {
  if (char === "´") return char;
  if (/[À-Üà-öø-üıİſ\u212a\u212b]/.test(char)) return "à";
  if (/[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(char)) return "\xa0";
  return /[\p{L}\p{N}]/u.test(char) ? "ª" : "¿";
}

const W = "[\\wàª]";
const END = `(?!${W})`;
const LETTER = "[a-zà]";
const NO_LETTER = "(?![_a-zà])";
const S = "[\\t-\\r\\x1c-\\x20\\xa0]";

/** The first rule that fits wins. `Word` is looked up in the list of SQL words. */
const RULES: readonly (readonly [RegExp, TokenType | "Word"])[] = (
  [
    ["(?:--|# )[^\\n]*?(?:\\r\\n|\\r|\\n|$)", "Comment"],
    ["\\r\\n|\\r|\\n", "Whitespace.Newline"],
    [S, "Whitespace"],
    [":=", "Assignment"],
    ["::", "Punctuation"],
    ["\\*", "Wildcard"],
    ["`(?:``|[^`])*`", "Name"],
    ["´(?:´´|[^´])*´", "Name"],
    ["\\?", "Name.Placeholder"],
    [`%(?:\\(${W}+\\))?s`, "Name.Placeholder"],
    [`(?<!${W})[$:?]${W}+`, "Name.Placeholder"],
    [`\\\\${W}+`, "Command"],
    [`(?:CASE|IN|VALUES|USING|FROM|AS)${END}`, "Keyword"],
    [`(?:@|##|#)${LETTER}${W}+`, "Name"],
    // A word before a dot is a name, also when SQL has a meaning for it.
    [`${LETTER}${W}*(?=${S}*\\.(?!\\d))`, "Name"],
    [`(?<=\\.)${LETTER}${W}*`, "Name"],
    [`${LETTER}${W}*(?=\\()`, "Name"],
    ["-?0x[\\dA-F]+", "Hexadecimal"],
    // Python also reads the digits of other scripts as numbers; nobody writes filters with them.
    ["-?\\d+(?:\\.\\d+)?E-?\\d+", "Float"],
    [`${NO_LETTER}-?(?:\\d+\\.\\d*|\\.\\d+)${NO_LETTER}`, "Float"],
    [`${NO_LETTER}-?\\d+${NO_LETTER}`, "Integer"],
    ["'(?:''|\\\\'|[^'])*'", "SingleQuoted"],
    ['"(?:""|\\\\"|[^"])*"', "DoubleQuoted"],
    [`(?<![\\wàª\\])])\\[[^\\]\\[]+\\]`, "Name"],
    [
      `(?:(?:(?:LEFT|RIGHT|FULL)${S}+)?(?:(?:INNER|OUTER|STRAIGHT)${S}+)?|(?:(?:CROSS|NATURAL)${S}+)?)?JOIN${END}`,
      "Keyword",
    ],
    [`END(?:${S}+(?:IF|LOOP|WHILE|FOR|CASE))?${END}`, "Keyword"],
    [`IF${S}+(?:NOT${S}+)?EXISTS${END}`, "Keyword"],
    [`NOT${S}+NULL${END}`, "Keyword"],
    [`(?:ASC|DESC)(?:${S}+NULLS${S}+(?:FIRST|LAST))?${END}`, "Keyword.Order"],
    [`NULLS${S}+(?:FIRST|LAST)${END}`, "Keyword.Order"],
    [`UNION${S}+ALL${END}`, "Keyword"],
    [`CREATE(?:${S}+OR${S}+REPLACE)?${END}`, "Keyword.Statement"],
    [`DOUBLE${S}+PRECISION${END}`, "Name.Builtin"],
    [`(?:GROUP|ORDER)${S}+BY${END}`, "Keyword"],
    [`PRIMARY${S}+KEY${END}`, "Keyword"],
    [`HANDLER${S}+FOR${END}`, "Keyword"],
    [`GO${S}\\d+${END}`, "Keyword"],
    [`LATERAL${S}+VIEW${S}+(?:EXPLODE|INLINE|PARSE_URL_TUPLE|POSEXPLODE|STACK)${END}`, "Keyword"],
    [`(?:AT|WITH')${S}+TIME${S}+ZONE${S}+'[^']+'`, "Keyword.TimeZone"],
    [`(?:NOT${S}+)?(?:LIKE|ILIKE|RLIKE)${END}`, "Comparison"],
    [`(?:NOT${S}+)?REGEXP(?:${S}+BINARY)?${END}`, "Comparison"],
    [`${W}[$#\\wàª]*`, "Word"],
    ["[;:()\\[\\],.]", "Punctuation"],
    ["->>?|#>>?|@>|<@|-|#-", "Operator"],
    ["[<>=~!]+", "Comparison"],
    ["[+/@#%^&|-]+", "Operator"],
  ] as const
).map(([source, type]) => [new RegExp(source, "iy"), type]);

function ruleAt(text: string, simple: string, at: number): readonly [TokenType | "Word", number] {
  for (const [rule, type] of RULES) {
    rule.lastIndex = at;
    if (rule.test(simple)) return [type, rule.lastIndex - at];
  }
  return ["Error", (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1];
}

const DOLLAR_QUOTE = new RegExp(`(?<![\\wàª"$])\\$(?:(?:_|${LETTER})${W}*)?\\$`, "iy");

/** A comment between slashes and stars, or text between two equal tags such as `$tag$`, when it is closed. */
function spanAt(
  text: string,
  simple: string,
  at: number,
): readonly [TokenType, number] | undefined {
  const first = text[at];
  if (first === "/" && text[at + 1] === "*") {
    const close = text.indexOf("*/", at + (text[at + 2] === "+" ? 3 : 2));
    return close < 0 ? undefined : ["Comment", close + 2 - at];
  }
  if (first !== "$") return undefined;
  DOLLAR_QUOTE.lastIndex = at;
  if (!DOLLAR_QUOTE.test(simple)) return undefined;
  const tag = text.slice(at, DOLLAR_QUOTE.lastIndex);
  const close = text.indexOf(tag, at + tag.length);
  return close < 0 ? undefined : ["Literal", close + tag.length - at];
}
