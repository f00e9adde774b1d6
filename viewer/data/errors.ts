export type DataErrorKind =
  /** There is no such file. */
  | "missing"
  /** The host did not answer. */
  | "unreachable"
  /** The host answered with an error. */
  | "refused"
  /** The file could not be understood. */
  | "damaged"
  /** The data was made by a newer version. */
  | "newer";

/** A data file that could not be had, with words for its reader. */
export class DataError extends Error {
  readonly kind: DataErrorKind;
  readonly path: string;
  readonly hint: string | undefined;

  constructor(
    kind: DataErrorKind,
    path: string,
    message: string,
    details: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.name = "DataError";
    this.kind = kind;
    this.path = path;
    this.hint = details.hint;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
