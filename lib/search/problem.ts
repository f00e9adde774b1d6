import { type ColumnSpan, invalidParameter, type MlrunsError } from "../errors.ts";

/** A piece of the text: offsets from 0, `end` behind the last character. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Columns count from 1. */
export function toColumns({ start, end }: Piece): ColumnSpan {
  return { start: start + 1, end: end + 1 };
}

/** The error for a mistake in a filter or order_by: INVALID_PARAMETER_VALUE, as MLflow has it, with its place. */
export function mistake(message: string, place: Piece, hint?: string): MlrunsError {
  return invalidParameter(message, {
    column: toColumns(place),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Puts text in quotes for a hint; the quote that it does not contain. */
export function quoteForHint(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}
