import { sep } from "node:path";
import { invalidParameter, MlrunsError } from "../errors.ts";
import { encodeError } from "../wire/error.ts";

const JSON_HEADERS = { "content-type": "application/json" };

export function jsonAnswer(value: unknown, status = 200): Response {
  return new Response(JSON.stringify(value), { status, headers: JSON_HEADERS });
}

export function textAnswer(text: string, status = 200): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

/** MLflow answers a fixed word as a page, and so do we. */
export function wordAnswer(word: string): Response {
  return new Response(word, { headers: { "content-type": "text/html; charset=utf-8" } });
}

/**
 * The answer to a request that failed. Clients repeat requests that got 500, for minutes, so only a bug gets it: what a
 * `MlrunsError` says will be no different next time.
 *
 * @param root - of the tree; where it lies on the server is not told
 */
export function errorAnswer(error: unknown, root: string): Response {
  const known = error instanceof MlrunsError ? error : fromSystemError(error);
  if (known === undefined) {
    process.stderr.write(`mlruns: ${error instanceof Error ? error.stack : String(error)}\n`);
    const message = "An unexpected error occurred. The server's log has the details.";
    return jsonAnswer({ error_code: "INTERNAL_ERROR", message }, 500);
  }
  const { message, ...rest } = encodeError(known);
  const told = { ...rest, message: message.replaceAll(root + sep, "") };
  return jsonAnswer(told, known.httpStatus === 500 ? 400 : known.httpStatus);
}

/** What the file system refuses because of a name or a right, and a client that goes away, are not the server's fault. */
function fromSystemError(error: unknown): MlrunsError | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  switch (error.code) {
    case "ENAMETOOLONG":
      return invalidParameter("A name is longer than the file system allows.", { cause: error });
    case "ENOTDIR":
    case "EISDIR":
    case "EEXIST":
    case "ENOTEMPTY":
      return invalidParameter("A file stands where a folder is needed, or the reverse.", {
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new MlrunsError("PERMISSION_DENIED", "The server may not write there.", {
        cause: error,
      });
    case "ECONNRESET":
    case "ERR_STREAM_PREMATURE_CLOSE":
      return new MlrunsError("CANCELLED", "The client broke off.", { cause: error });
    case "ENOSPC":
    case "EDQUOT":
      return new MlrunsError("TEMPORARILY_UNAVAILABLE", "The server's disk is full.", {
        cause: error,
      });
    default:
      return undefined;
  }
}
