import type { MlrunsError } from "../../lib/errors.ts";

/** A filter with its mistake mended. */
export interface FilterFix {
  /** What is written instead. */
  readonly replacement: string;
  readonly text: string;
}

/**
 * Mends a filter as the hint of its mistake says: `… write params.lr = '0.1'` or `Write = instead.` The hint may
 * repeat what stands before the mistake.
 */
export function fixFilter(text: string, mistake: MlrunsError): FilterFix | null {
  const { column, hint = "" } = mistake;
  const said = /^Write (\S+) instead\.$/.exec(hint)?.[1] ?? /\bwrite (.+)$/.exec(hint)?.[1];
  if (column === undefined || said === undefined || said.endsWith("without quotes")) return null;
  const start = column.start - 1;
  const before = text.slice(0, start);
  let repeated = Math.min(said.length, before.length);
  while (!before.endsWith(said.slice(0, repeated))) repeated--;
  const replacement = said.slice(repeated);
  return { replacement, text: before + replacement + text.slice(column.end - 1) };
}
