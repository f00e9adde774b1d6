import { type ErrorCode, HTTP_STATUS, MlrunsError } from "../errors.ts";

export interface ErrorJson {
  readonly error_code: string;
  readonly message: string;
}

export function encodeError(error: MlrunsError): ErrorJson {
  return { error_code: error.errorCode, message: error.message };
}

/** The error that an answer tells of. @param status - tells the kind when the code is not one of MLflow's */
export function decodeError(json: Partial<ErrorJson>, status: number): MlrunsError {
  const code = json.error_code ?? "";
  return new MlrunsError(
    isErrorCode(code) ? code : codeOf(status),
    json.message || `The server answered with status ${status}`,
  );
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(HTTP_STATUS, code);
}

function codeOf(status: number): ErrorCode {
  switch (status) {
    case 401:
      return "UNAUTHENTICATED";
    case 403:
      return "PERMISSION_DENIED";
    case 404:
      return "ENDPOINT_NOT_FOUND";
    case 429:
      return "REQUEST_LIMIT_EXCEEDED";
    case 503:
      return "TEMPORARILY_UNAVAILABLE";
    default:
      return status < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR";
  }
}
