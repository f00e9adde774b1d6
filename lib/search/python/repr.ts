/** Python's `repr` of a text, as MLflow's messages show it: `'a'`, `"it's"`, `'\n'`. */
export function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(UNPRINTABLE, (char) => ESCAPES.get(char) ?? numericEscape(char));
  return `${quote}${quote === "'" ? body.replaceAll("'", "\\'") : body}${quote}`;
}

/** Python's `repr` of what JSON can hold: `{'offset': 0}`, `[None, True]`. */
export function reprJson(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") return reprText(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(reprJson).join(", ")}]`;
  const entries = Object.entries(value).map(([key, item]) => `${reprText(key)}: ${reprJson(item)}`);
  return `{${entries.join(", ")}}`;
}

/** Python's `repr` of bytes: `b'\xffa'`. */
export function reprBytes(bytes: Uint8Array): string {
  const text = reprText(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `b${text.replace(/[\u0080-\u00ff]/g, numericEscape)}`;
}

/** A Python set of texts. Python prints them in a random order, this in that of code points. */
export function reprSet(texts: Iterable<string>): string {
  return `{${[...texts].sort().map(reprText).join(", ")}}`;
}

const UNPRINTABLE = /(?! )[\\\p{C}\p{Z}]/gu;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function numericEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, "0")}`;
  return `\\U${code.toString(16).padStart(8, "0")}`;
}
