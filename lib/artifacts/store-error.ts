import { type ErrorCode, MlrunsError } from "../errors.ts";

/** What an SDK's error tells. */
export interface ErrorFacts {
  /** HTTP status, undefined when no answer came. */
  readonly status: number | undefined;
  /** The service's own word, such as `NoSuchBucket`. */
  readonly reason: string | undefined;
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: "BAD_REQUEST",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "RESOURCE_DOES_NOT_EXIST",
  409: "ABORTED",
  412: "ABORTED",
  416: "INVALID_PARAMETER_VALUE",
  429: "REQUEST_LIMIT_EXCEEDED",
  501: "NOT_IMPLEMENTED",
};

/** Words of the three services for "these credentials are wrong", whatever the status. */
const CREDENTIALS =
  /InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|AuthenticationFailed|CredentialsProviderError|CredentialUnavailableError|AuthenticationRequiredError|invalid_grant/;

/** What the services' own words leave open. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed: "this machine's clock is too far from the store's: set it",
  InvalidObjectState: "the object is archived: the store has to restore it first",
  ExpiredToken: "the credentials have expired, and newer ones were not found",
};

/** A store's refusal, or its silence. */
export class StoreError extends MlrunsError {
  /** As {@link ErrorFacts.status}. */
  readonly status: number | undefined;
  /** As {@link ErrorFacts.reason}. */
  readonly reason: string;

  constructor(errorCode: ErrorCode, message: string, { status, reason = "" }: ErrorFacts) {
    // The cause is left out: SDK errors carry requests with signed headers and URLs.
    super(errorCode, message);
    this.status = status;
    this.reason = reason;
  }
}

/** Words for a fault of this machine's settings or of the network's names: no retry helps. */
const SETTINGS = /Region is missing|Could not load the default credentials|ENOTFOUND/;

/** Words for bytes that were changed on the way: to send them again helps. */
const DAMAGED =
  /BadDigest|InvalidDigest|ChecksumMismatch|ContentSHA256Mismatch|Md5Mismatch|md5 hash|crc32c hash/i;

/**
 * Makes of an SDK's error one for the reader, which names what was done and where.
 *
 * @param doing - such as `read s3://bucket/path`
 */
export function storeError(error: unknown, facts: ErrorFacts, doing: string): MlrunsError {
  if (error instanceof MlrunsError) return error;
  const said = withoutSecrets(error instanceof Error ? error.message : String(error));
  if (isAbort(error)) return new MlrunsError("CANCELLED", `Stopped: ${doing}`, { cause: error });
  const reason = facts.reason ?? (error instanceof Error ? error.name : "");
  const status = facts.status === undefined ? "" : ` (${facts.status} ${reason})`;
  const explained = EXPLANATIONS[reason];
  const what = [said || reason, ...(explained === undefined ? [] : [explained])].join("; ");
  return new StoreError(
    codeOf(facts.status, reason, said),
    `Failed to ${doing}: ${what}${status}`,
    { status: facts.status, reason },
  );
}

/** Cuts signatures and tokens out of a text. */
export function withoutSecrets(text: string): string {
  return text
    .replace(
      /([?&](?:sig|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|X-Goog-Signature|token)=)[^&\s'"]+/gi,
      "$1…",
    )
    .replace(/\b(Bearer|SharedKey|AWS4-HMAC-SHA256)\s+\S[^'"\n]*/g, "$1 …")
    .split("\n", 1)[0] as string;
}

/** Whether a later try may succeed. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof MlrunsError)) return true;
  return [
    "TEMPORARILY_UNAVAILABLE",
    "REQUEST_LIMIT_EXCEEDED",
    "DEADLINE_EXCEEDED",
    "DATA_LOSS",
  ].includes(error.errorCode);
}

function codeOf(status: number | undefined, reason: string, said: string): ErrorCode {
  if (DAMAGED.test(reason) || DAMAGED.test(said)) return "DATA_LOSS";
  if (CREDENTIALS.test(reason) || CREDENTIALS.test(said)) return "UNAUTHENTICATED";
  if (SETTINGS.test(said)) return "BAD_REQUEST";
  // A success whose text cannot be read was cut, or is not the store's.
  if (status === undefined || status < 300) return "TEMPORARILY_UNAVAILABLE";
  return (
    CODES[status] ?? (status >= 500 || status === 408 ? "TEMPORARILY_UNAVAILABLE" : "BAD_REQUEST")
  );
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** The store holds something else than it was given. */
export function storeFault(message: string): MlrunsError {
  return new MlrunsError("DATA_LOSS", message, { hint: "Once more: what is there is wrong." });
}
