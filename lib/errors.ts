/**
 * MLflow's error codes that this package uses, with the HTTP status of MLflow's own table.
 * Two that surprise: RESOURCE_ALREADY_EXISTS is 400, not 409; INVALID_STATE is 500.
 *
 * @see MLflow 3.17 `mlflow.exceptions.ERROR_CODE_TO_HTTP_STATUS`
 */
export const HTTP_STATUS = {
  INVALID_PARAMETER_VALUE: 400,
  BAD_REQUEST: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  UNAUTHENTICATED: 401,
  CUSTOMER_UNAUTHORIZED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_DOES_NOT_EXIST: 404,
  NOT_FOUND: 404,
  ENDPOINT_NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_CONFLICT: 409,
  REQUEST_LIMIT_EXCEEDED: 429,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL_ERROR: 500,
  INVALID_STATE: 500,
  DATA_LOSS: 500,
  FEATURE_DISABLED: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

export type ErrorCode = keyof typeof HTTP_STATUS;

export interface ErrorDetails {
  /** What the reader can do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** File the error is about, relative to the root of the tree. */
  readonly path?: string;
  /** 1-based line in `path`. */
  readonly line?: number;
  /** Where the mistake is in the text that was parsed, such as a search filter. */
  readonly column?: ColumnSpan;
}

/** A piece of one text. Columns count UTF-16 units from 1; `end` is the column behind the last one. */
export interface ColumnSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * An error with a message for its reader, as opposed to a bug: bad input, a broken file, a missing run.
 * Message wording is MLflow's where MLflow has one, so that a search for it finds answers.
 */
export class MlrunsError extends Error {
  readonly errorCode: ErrorCode;
  readonly hint: string | undefined;
  readonly path: string | undefined;
  readonly line: number | undefined;
  readonly column: ColumnSpan | undefined;

  constructor(errorCode: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "MlrunsError";
    this.errorCode = errorCode;
    this.hint = details.hint;
    this.path = details.path;
    this.line = details.line;
    this.column = details.column;
  }

  /** The status with which MLflow's REST API answers this error. */
  get httpStatus(): number {
    return HTTP_STATUS[this.errorCode];
  }
}

/** The message of an error, after the file and the line that it is about. */
export function placedMessage({ path, line, message }: MlrunsError): string {
  if (path === undefined) return message;
  return `${path}${line === undefined ? "" : `, line ${line}`}: ${message}`;
}

/** A file of the tree that could not be read. Scans collect these and go on. */
export interface TreeProblem {
  /** Relative to the root of the tree, separated by `/`. */
  readonly path: string;
  /** 1-based; absent when the problem is the whole file or folder. */
  readonly line?: number;
  readonly message: string;
}

export function invalidParameter(message: string, details?: ErrorDetails): MlrunsError {
  return new MlrunsError("INVALID_PARAMETER_VALUE", message, details);
}

export function notFound(message: string, details?: ErrorDetails): MlrunsError {
  return new MlrunsError("RESOURCE_DOES_NOT_EXIST", message, details);
}
