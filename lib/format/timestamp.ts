import { MlrunsError } from "../errors.ts";

/** As protobuf writes a time into JSON: `2026-11-23T00:43:31.593Z`, without a fraction for a whole second. */
export function printTimestamp(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) {
    throw new MlrunsError("INVALID_PARAMETER_VALUE", `Expected a time, found ${milliseconds}`);
  }
  return date.toISOString().replace(".000Z", "Z");
}

/** Milliseconds since the epoch; undefined when the text is no RFC 3339 time. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/.test(text)) {
    return undefined;
  }
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
