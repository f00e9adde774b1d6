/**
 * Compiles a LIKE pattern: `%` is any text on one line, `_` one character other than a line end, there is no escape.
 * A pattern without a final `%` must reach the end, where one line end is overlooked; with one it need not.
 *
 * Made of one search for each piece between two `%`, so that it takes linear time, unlike one expression with many `.*`.
 *
 * @see MLflow 3.17 `_convert_like_pattern_to_regex`, whose expressions Python's `re.match` runs
 */
export function compileLike(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const pieces = pattern.split("%");
  const last = pieces.length - 1;
  const searches = pieces.map((piece, index) => {
    const anchors = { start: index === 0, end: index === last && (piece !== "" || last === 0) };
    return compilePiece(piece, anchors, ignoreCase);
  });
  if (last === 0) return (text) => searches[0]?.(text, 0) !== -1;
  return (text) => {
    let from = 0;
    for (const search of searches) {
      from = search(text, from);
      if (from === -1) return false;
    }
    return true;
  };
}

/** Finds a piece from an offset on and returns the offset behind it, or -1. */
type Search = (text: string, from: number) => number;

function compilePiece(
  piece: string,
  anchors: { readonly start: boolean; readonly end: boolean },
  ignoreCase: boolean,
): Search {
  if (anchors.start && piece === "" && !anchors.end) return (_, from) => from;
  const source = Array.from(piece, (char) => charSource(char, ignoreCase)).join("");
  const end = anchors.end ? "(?=\\n?$)" : "";
  const flags = `${anchors.start ? "y" : "g"}${ignoreCase ? "iu" : "u"}`;
  const expression = new RegExp(`${source}${end}`, flags);
  return (text, from) => {
    expression.lastIndex = from;
    const match = expression.exec(text);
    if (match === null) return -1;
    // What % stands for has no line end in it. A later match would only be further away.
    if (!anchors.start && hasLineEnd(text, from, match.index)) return -1;
    return match.index + match[0].length;
  };
}

function hasLineEnd(text: string, from: number, to: number): boolean {
  const at = text.indexOf("\n", from);
  return at !== -1 && at < to;
}

function charSource(char: string, ignoreCase: boolean): string {
  if (char === "_") return "[^\\n]";
  // Python takes all four for the same letter, JavaScript the first two.
  if (ignoreCase && "iIıİ".includes(char)) return "[iIıİ]";
  return char.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}
