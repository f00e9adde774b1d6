/** A piece of a text in the viewer's search box. Offsets count UTF-16 units from 0. */
export interface ViewerToken {
  readonly type: "word" | "text" | "pattern" | "operator" | "open" | "close" | "comma";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** False for a quote without its partner. */
  readonly isClosed: boolean;
}

/**
 * Cuts a search box's text into words, quoted texts, `/patterns/`, operators and punctuation; blanks are left out. A
 * quoted part behind a dot belongs to its word, as in metrics."val loss". Nothing fails.
 */
export function scan(text: string): ViewerToken[] {
  const tokens: ViewerToken[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const [piece] = match;
    const start = match.index;
    const type = typeOf(match.groups ?? {});
    const isClosed = type === "text" || type === "word" ? !UNCLOSED.test(piece) : true;
    tokens.push({ type, text: piece, start, end: start + piece.length, isClosed });
  }
  return tokens;
}

const QUOTED = "\"[^\"]*(?:\"|$)|'[^']*(?:'|$)|`[^`]*(?:`|$)";

const TOKEN = new RegExp(
  [
    "(?<pattern>/(?:\\\\.|[^/\\\\\\s])(?:\\\\.|[^/\\\\\\n])*/i?(?=[\\s)]|$))",
    "(?<text>\"[^\"]*(?:\"|$)|'[^']*(?:'|$))",
    "(?<operator>[=<>!~]+)",
    "(?<open>\\()",
    "(?<close>\\))",
    "(?<comma>,)",
    `(?<word>(?:\`[^\`]*(?:\`|$))?(?:[^\\s"'\`=<>!~(),]|(?<=\\.)(?:${QUOTED}))+|\`[^\`]*(?:\`|$))`,
    // A quote in the middle of a word starts a text.
    "(?<rest>\\S)",
  ].join("|"),
  "g",
);

/** Whether the last quote of a piece is still open. */
const UNCLOSED = /^(?:[^"'`]|"[^"]*"|'[^']*'|`[^`]*`)*(?:"[^"]*|'[^']*|`[^`]*)$/;

function typeOf(groups: Readonly<Record<string, string | undefined>>): ViewerToken["type"] {
  const [name] = Object.entries(groups).find(([, value]) => value !== undefined) ?? [];
  switch (name) {
    case "pattern":
    case "text":
    case "operator":
    case "open":
    case "close":
    case "comma":
      return name;
    default:
      return "word";
  }
}

/** Whether a token is one of these bare words, in any case. */
export function isWord(token: ViewerToken | undefined, ...words: readonly string[]): boolean {
  return token?.type === "word" && words.includes(token.text.toUpperCase());
}
