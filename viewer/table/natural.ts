/** To make a collator takes as long as so many comparisons without one, and as drawing the first rows does. */
const PLAIN_MOST = 5_000;

let compared = 0;
let collator: Intl.Collator | null = null;

/** As people sort names: `run-2` before `run-10`, capitals beside small letters. */
export function compareNatural(a: string, b: string): number {
  const isPlain = collator === null && ++compared < PLAIN_MOST;
  const order = (isPlain ? comparePlain(a, b) : undefined) ?? compareAny(a, b);
  return order || (a < b ? -1 : a > b ? 1 : 0);
}

function compareAny(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  return collator.compare(a, b);
}

/** What the collator says of texts that differ first in a number or an ASCII letter; undefined for others. */
export function comparePlain(a: string, b: string): number | undefined {
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(j)];
    if (isDigit(x) && isDigit(y)) {
      const [m, n] = [digitsAt(a, i), digitsAt(b, j)];
      const difference = compareDigits(m, n);
      if (difference !== 0) return difference;
      i += m.length;
      j += n.length;
    } else {
      if (!isPrintable(x) || !isPrintable(y)) return undefined;
      const [p, q] = [small(x), small(y)];
      if (p !== q) return isWord(p) && isWord(q) ? p - q : undefined;
      i++;
      j++;
    }
  }
  const rest = a.slice(i) + b.slice(j);
  if (![...rest].every((character) => isPrintable(character.charCodeAt(0)))) return undefined;
  return a.length - i - (b.length - j);
}

function digitsAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return text.slice(start, end);
}

function compareDigits(a: string, b: string): number {
  const [m, n] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  if (m.length !== n.length) return m.length - n.length;
  return m < n ? -1 : m > n ? 1 : 0;
}

function isPrintable(code: number): boolean {
  return code >= 0x20 && code <= 0x7e;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A digit or a small letter; their codes have the collator's order. */
function isWord(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x7a);
}

function small(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

const PYTHON_WORDS = /^[-+]?(nan|inf|infinity)$/i;

/** The number that a param's text stands for, as Python reads it; undefined for any other text. */
export function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (PYTHON_WORDS.test(trimmed)) {
    if (/nan/i.test(trimmed)) return Number.NaN;
    return trimmed.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (trimmed === "" || !/^[-+]?(\d|\.\d)/.test(trimmed) || /[xbo_]/i.test(trimmed))
    return undefined;
  const value = Number(trimmed);
  return Number.isNaN(value) ? undefined : value;
}
