/** What a param or tag may be given as. Text is what is stored: `true`, `0.1`, `[1,2]`. */
export type LogValue = string | number | boolean | bigint | null | readonly unknown[] | object;

/** JSON for lists and objects; everything else as JavaScript prints it. */
export function toText(value: LogValue): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
