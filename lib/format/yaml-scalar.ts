/**
 * How PyYAML types a scalar without quotes: YAML 1.1 with patterns of its own, in which `1e3`, `y` and `0o17` are
 * strings, while `yes`, `017` and `1:30` are not.
 *
 * @see PyYAML 6 `yaml.resolver.Resolver` and `yaml.constructor.SafeConstructor`
 */

const BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const TIMESTAMP =
  /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$/;

/** Python refuses to convert longer integers; beyond it we keep the text. */
const MAX_INTEGER_DIGITS = 4300;

export type YamlScalar = null | boolean | number | bigint | string;

/**
 * The value of a plain (unquoted) scalar. Dates, `=` and `<<` stay text: no file of the tree has them as values.
 */
export function resolvePlain(text: string): YamlScalar {
  if (canBeNumber(text)) return resolveNumber(text);
  if (!canBeWord(text)) return text;
  if (NULL.test(text)) return null;
  if (BOOLEAN.test(text)) return isTrue(text);
  return text;
}

/** Whether the text, written without quotes, reads back as a string. */
export function readsAsString(text: string): boolean {
  if (canBeNumber(text)) {
    return !(INTEGER.test(text) || FLOAT.test(text) || TIMESTAMP.test(text));
  }
  if (text === "=" || text === "<<") return false;
  return !canBeWord(text) || !(NULL.test(text) || BOOLEAN.test(text));
}

function canBeNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  return (first >= 0x30 && first <= 0x39) || first === 0x2d || first === 0x2b || first === 0x2e;
}

/** Null and booleans have at most five characters and start with one of few letters. */
function canBeWord(text: string): boolean {
  return text.length <= 5 && /^[~nNyYtTfFoO]|^$/.test(text);
}

function isTrue(text: string): boolean {
  const lower = text.toLowerCase();
  return lower === "yes" || lower === "true" || lower === "on";
}

function resolveNumber(text: string): YamlScalar {
  if (/^[0-9]{1,15}$/.test(text) && (text.length === 1 || text.charCodeAt(0) !== 0x30)) {
    return Number(text);
  }
  if (INTEGER.test(text)) return parseInteger(text);
  if (FLOAT.test(text)) return parseFloat11(text);
  return text;
}

function parseInteger(text: string): YamlScalar {
  const { sign, digits } = split(text);
  if (digits.length > MAX_INTEGER_DIGITS) return text;
  let value: bigint;
  if (digits === "0") value = 0n;
  else if (/^0[bx]$/.test(digits)) return text;
  else if (/^0[bx]/.test(digits)) value = BigInt(digits);
  else if (digits.startsWith("0")) value = BigInt(`0o${digits}`);
  else if (digits.includes(":")) {
    value = digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  } else value = BigInt(digits);
  return narrow(sign < 0 ? -value : value);
}

function parseFloat11(text: string): number {
  const { sign, digits } = split(text.toLowerCase());
  if (digits === ".inf") return sign * Number.POSITIVE_INFINITY;
  if (digits === ".nan") return Number.NaN;
  if (!digits.includes(":")) return sign * Number(digits);
  // From the last to the first, as Python adds them: the order decides about rounding.
  return sign * digits.split(":").reduceRight(addPlace, { sum: 0, base: 1 }).sum;
}

function addPlace(
  total: { sum: number; base: number },
  part: string,
): { sum: number; base: number } {
  return { sum: total.sum + Number(part) * total.base, base: total.base * 60 };
}

function split(text: string): { sign: 1 | -1; digits: string } {
  const digits = text.replaceAll("_", "");
  if (digits.startsWith("-")) return { sign: -1, digits: digits.slice(1) };
  return { sign: 1, digits: digits.startsWith("+") ? digits.slice(1) : digits };
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
