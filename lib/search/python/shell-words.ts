/** Python's blanks of `shlex`. */
const BLANKS = " \t\r\n";

/**
 * Splits a text as Python's `shlex.split` does: quotes group, a backslash takes the next character as it is.
 *
 * @returns undefined when a quote or a backslash is left open, where Python raises ValueError
 */
export function splitShellWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote === "" && BLANKS.includes(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === quote) {
      quote = "";
    } else if (quote === "" && (char === "'" || char === '"')) {
      quote = char;
      word ??= "";
    } else if (char === "\\" && quote !== "'") {
      at += 1;
      if (at === text.length) return undefined;
      const next = text.charAt(at);
      // Between double quotes a backslash counts only before a quote or another backslash.
      const kept = quote === '"' && next !== '"' && next !== "\\" ? char : "";
      word = (word ?? "") + kept + next;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== "") return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
