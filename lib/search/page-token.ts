import { invalidParameter, type MlrunsError } from "../errors.ts";
import { reprBytes, reprJson } from "./python/repr.ts";

/** MLflow's token for the page that starts at an offset: base64 of `{"offset": 3}`, spaced as Python prints it. */
export function printPageToken(offset: number): string {
  return btoa(`{"offset": ${offset}}`);
}

/**
 * The offset in a page token; 0 without one.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for anything that is no token of a next page
 * @see MLflow 3.17 `SearchUtils.parse_start_offset_from_page_token`
 */
export function parsePageToken(token: string | undefined): number {
  if (token === undefined || token === "") return 0;
  const bytes = decodeBase64(token);
  if (bytes === undefined) throw invalidToken("could not base64-decode");
  const parsed = parseJson(bytes);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw invalidToken(`decoded value=${reprBytes(bytes)}`);
  }
  const offset = "offset" in parsed ? parsed.offset : undefined;
  if (isFalse(offset)) throw invalidToken(`parsed value=${reprJson(parsed)}`);
  const number = toInteger(offset);
  if (number === undefined) {
    throw invalidToken(`not stringable ${typeof offset === "string" ? offset : reprJson(offset)}`);
  }
  return number;
}

function invalidToken(what: string): MlrunsError {
  return invalidParameter(`Invalid page token, ${what}`, {
    hint: "Pass on the nextPageToken of the page before as it is, or leave it out for the first page.",
  });
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** As lenient as Python's `b64decode`: other characters are passed over, only the number of digits must fit. */
function decodeBase64(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  let digits = 0;
  let pads = 0;
  for (const char of text) {
    if (char > "\x7f") return undefined;
    const place = digits % 4;
    if (char === "=") {
      pads += 1;
      if (place >= 2 && place + pads >= 4) return Uint8Array.from(bytes);
      continue;
    }
    const value = ALPHABET.indexOf(char);
    if (value < 0) continue;
    pads = 0;
    digits += 1;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  return digits % 4 === 0 ? Uint8Array.from(bytes) : undefined;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    // SyntaxError of JSON, TypeError of UTF-8.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** What Python takes for false. */
function isFalse(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return !value;
}

/** Python's `int`. */
function toInteger(value: unknown): number | undefined {
  if (value === true) return 1;
  if (typeof value === "number") return Number.isFinite(value) ? Math.trunc(value) : undefined;
  if (typeof value !== "string" || !/^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value)) return undefined;
  return Number(value.replaceAll("_", ""));
}
