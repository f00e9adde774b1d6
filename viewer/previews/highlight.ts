import type { Piece } from "./text-lines.ts";

/** How a family of languages writes comments and strings, and its words. */
interface Language {
  readonly token: RegExp;
  readonly keywords: ReadonlySet<string>;
}

const PYTHON =
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield None True False match case";
const C_LIKE =
  "as async await break case catch class const continue default delete do else enum export extends false finally fn for from func function if impl import in instanceof interface let match mut new null of package private protected public pub readonly return static struct super switch this throw trait true try type typeof undefined use var void while yield";
const SHELL =
  "if then else elif fi for in do done while until case esac function return export local set";
const R = "if else for while repeat function return TRUE FALSE NULL NA in next break library";

const HASH_COMMENT = /(#[^\n]*)/.source;
const SLASH_COMMENT = /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/.source;
const TRIPLE = /"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)/.source;
const QUOTED = /"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?/.source;
const TICKED = /`(?:\\.|[^`\\])*`?/.source;
const NUMBER = /(\b0[xob][\da-fA-F_]+\b|\b\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?\b)/.source;
const WORD = /([A-Za-z_]\w*)/.source;

const PYTHON_LIKE = language([HASH_COMMENT, `(${TRIPLE}|${QUOTED})`, NUMBER, WORD], PYTHON);
const CURLY = language([SLASH_COMMENT, `(${QUOTED}|${TICKED})`, NUMBER, WORD], C_LIKE);

const LANGUAGES: Readonly<Record<string, Language>> = {
  py: PYTHON_LIKE,
  pyi: PYTHON_LIKE,
  toml: PYTHON_LIKE,
  ...Object.fromEntries(
    "js mjs cjs ts tsx jsx java c h cc cpp hpp rs go kt swift scala cs php css"
      .split(" ")
      .map((ending) => [ending, CURLY]),
  ),
  sh: language([HASH_COMMENT, `(${QUOTED})`, NUMBER, WORD], SHELL),
  bash: language([HASH_COMMENT, `(${QUOTED})`, NUMBER, WORD], SHELL),
  r: language([HASH_COMMENT, `(${QUOTED})`, NUMBER, WORD], R),
  yaml: language([HASH_COMMENT, `(${QUOTED})`, NUMBER, WORD], "true false null yes no"),
  yml: language([HASH_COMMENT, `(${QUOTED})`, NUMBER, WORD], "true false null yes no"),
  json: language([/($^)/.source, `(${QUOTED})`, NUMBER, WORD], "true false null"),
  cfg: language([/([#;][^\n]*)/.source, `(${QUOTED})`, NUMBER, WORD], ""),
  ini: language([/([#;][^\n]*)/.source, `(${QUOTED})`, NUMBER, WORD], ""),
  sql: language(
    [/(--[^\n]*)/.source, `(${QUOTED})`, NUMBER, WORD],
    "SELECT FROM WHERE JOIN ON GROUP BY ORDER LIMIT AND OR NOT NULL AS CREATE TABLE INSERT INTO VALUES UPDATE SET DELETE select from where join on group by order limit and or not null as",
  ),
};

/** Colours the words of a file by its ending: comments, strings, numbers and the words of the language. */
export function highlight(text: string, ending: string): Piece[] | undefined {
  const found = Object.hasOwn(LANGUAGES, ending) ? LANGUAGES[ending] : undefined;
  if (found === undefined) return undefined;
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(found.token)) {
    const kind = kindOf(match, found.keywords);
    if (kind === undefined) continue;
    if (match.index > done) pieces.push({ text: text.slice(done, match.index), kind: "plain" });
    pieces.push({ text: match[0], kind });
    done = match.index + match[0].length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), kind: "plain" });
  return pieces;
}

function kindOf(match: RegExpMatchArray, keywords: ReadonlySet<string>): Piece["kind"] | undefined {
  const [, comment, string, number, word] = match;
  if (comment !== undefined) return "comment";
  if (string !== undefined) return "string";
  if (number !== undefined) return "number";
  return word !== undefined && keywords.has(word) ? "keyword" : undefined;
}

function language(parts: readonly string[], keywords: string): Language {
  return { token: new RegExp(parts.join("|"), "g"), keywords: new Set(keywords.split(" ")) };
}
