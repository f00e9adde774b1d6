import { MlrunsError } from "../errors.ts";
import { quote, stripAroundNumber } from "./python-text.ts";

const INTEGER = /^[+-]?\d+(?:_\d+)*$/;

/**
 * Reads a whole number as Python's `int` does: `7`, `-3`, `+1`, `007`, `1_000`; not `1.0`, not `1e3`.
 * Beyond 2^53 the nearest double is returned.
 *
 * @throws MlrunsError INTERNAL_ERROR, in Python's wording, when the text is no whole number
 */
export function parsePythonInt(text: string): number {
  const stripped = stripAroundNumber(text);
  if (!INTEGER.test(stripped)) {
    throw new MlrunsError(
      "INTERNAL_ERROR",
      `invalid literal for int() with base 10: ${quote(text)}`,
    );
  }
  // Adding 0 turns -0, which Python's integers do not have, into 0.
  return Number(stripped.includes("_") ? stripped.replaceAll("_", "") : stripped) + 0;
}

/**
 * Writes a whole number as Python's `str(int)` does: never with an exponent.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the number is not whole: MLflow writes such a step or time and
 *   then cannot read the run
 */
export function printPythonInt(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  if (!Number.isInteger(value)) {
    throw new MlrunsError("INVALID_PARAMETER_VALUE", `Expected a whole number, found ${value}`);
  }
  return BigInt(value).toString();
}
