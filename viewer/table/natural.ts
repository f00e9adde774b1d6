const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** As people sort names: `run-2` before `run-10`, capitals beside small letters. */
export function compareNatural(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
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
