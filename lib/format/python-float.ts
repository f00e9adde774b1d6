import { MlrunsError } from "../errors.ts";
import { quote, stripAroundNumber } from "./python-text.ts";

const DECIMAL =
  /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const NAMED = /^([+-]?)(?:(inf(?:inity)?)|nan)$/i;

/**
 * Reads a number as Python's `float` does: `0.25`, `1e-07`, `7`, `1.`, `1_000.5`, `inf`, `-Infinity`, `nan`.
 *
 * Not `Number(text)`: that reads `inf` as NaN, an empty field as 0 and `0x10` as 16. Only ASCII digits are
 * understood, while Python also takes those of other scripts.
 *
 * @throws MlrunsError INTERNAL_ERROR, in Python's wording, when the text is no number
 */
export function parsePythonFloat(text: string): number {
  const stripped = stripAroundNumber(text);
  if (DECIMAL.test(stripped)) {
    return Number(stripped.includes("_") ? stripped.replaceAll("_", "") : stripped);
  }
  const named = NAMED.exec(stripped);
  if (named === null) {
    throw new MlrunsError("INTERNAL_ERROR", `could not convert string to float: ${quote(text)}`);
  }
  if (named[2] === undefined) return Number.NaN;
  return named[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/**
 * Writes a number as Python's `repr(float)` does: `3.0`, `1e-07`, `1e+16`, `inf`, `nan`, `-0.0`. The digits are
 * JavaScript's (both languages print the fewest that read back the same); only the form differs.
 */
export function printPythonFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return value > 0 ? "inf" : "-inf";
  if (size === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (size < 1e-4 || size >= 1e16) {
    const text = value.toExponential();
    const sign = text[text.length - 2];
    // Python writes at least two digits of the exponent.
    return sign === "-" || sign === "+" ? `${text.slice(0, -1)}0${text.slice(-1)}` : text;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
