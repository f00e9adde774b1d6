import type { ByteRange } from "../client/artifact-client.ts";

/** What a Range header asks of a file. */
export type RangeAsked =
  | { readonly kind: "whole" }
  | ({ readonly kind: "part" } & Required<ByteRange>)
  /** None of the file is meant: 416. */
  | { readonly kind: "unsatisfiable" }
  /** 400, with the reason as text. */
  | { readonly kind: "malformed"; readonly reason: string };

const WHOLE: RangeAsked = { kind: "whole" };

/**
 * Reads a Range header. Several ranges are answered with the whole file, as HTTP allows.
 *
 * @param size - of the file, in bytes
 * @see Starlette's `FileResponse`, which MLflow 3.17 serves files with and whose words these are
 */
export function parseRange(header: string | undefined, size: number): RangeAsked {
  if (header === undefined) return WHOLE;
  const [unit = "", list] = header.split(/=(.*)/s);
  if (list === undefined) return malformed("Malformed range header.");
  if (unit.trim().toLowerCase() !== "bytes") return malformed("Only support bytes range");
  const ranges = list.split(",").flatMap((range) => parsePart(range.trim(), size));
  if (ranges.length === 0) return malformed("Range header: range must be requested");
  if (ranges.some(({ start }) => start >= size)) return { kind: "unsatisfiable" };
  if (ranges.some(({ start, end }) => start > end)) {
    return malformed("Range header: start must be less than end");
  }
  const [range] = ranges;
  return range === undefined || ranges.length > 1 ? WHOLE : { kind: "part", ...range };
}

function parsePart(range: string, size: number): readonly Required<ByteRange>[] {
  const match = /^\+?(\d*)\s*-\s*(\d*)$/.exec(range);
  if (match === null || (match[1] === "" && match[2] === "")) return [];
  const [, first = "", last = ""] = match;
  if (first === "") return [{ start: Math.max(0, size - Number(last)), end: size - 1 }];
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return [{ start: Number(first), end }];
}

function malformed(reason: string): RangeAsked {
  return { kind: "malformed", reason };
}
