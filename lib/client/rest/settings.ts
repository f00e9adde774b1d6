import { readFileSync } from "node:fs";
import { invalidParameter } from "../../errors.ts";
import { isSet, numberOf, variable } from "../environment.ts";

/** How a server is spoken to. */
export interface ConnectionSettings {
  /** Address without a slash at the end and without credentials. */
  readonly url: string;
  /** Value of the header `Authorization`. */
  readonly authorization: string | undefined;
  readonly tls: {
    readonly rejectUnauthorized: boolean;
    readonly ca?: Buffer;
    readonly cert?: Buffer;
    readonly key?: Buffer;
  };
  readonly maxRetries: number;
  /** Seconds; doubled with each retry. */
  readonly backoffFactor: number;
  /** Seconds at most that are added by chance. */
  readonly backoffJitter: number;
  readonly timeoutMs: number;
  readonly respectsRetryAfter: boolean;
}

/**
 * The settings for a server, by the variables that MLflow's own client reads.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the URI is no address, or a variable no number
 * @see MLflow 3.17 `mlflow.environment_variables`
 */
export function connectionSettings(trackingUri: string): ConnectionSettings {
  const address = parseUrl(trackingUri);
  const clientCertificate = readCertificate(variable("MLFLOW_TRACKING_CLIENT_CERT_PATH"));
  const serverCertificate = readCertificate(variable("MLFLOW_TRACKING_SERVER_CERT_PATH"));
  return {
    url: `${address.origin}${address.pathname.replace(/\/+$/, "")}`,
    authorization: authorizationOf(address),
    tls: {
      rejectUnauthorized: !isSet("MLFLOW_TRACKING_INSECURE_TLS"),
      ...(serverCertificate && { ca: serverCertificate }),
      // One file has both, as Python's requests takes it.
      ...(clientCertificate && { cert: clientCertificate, key: clientCertificate }),
    },
    maxRetries: numberOf("MLFLOW_HTTP_REQUEST_MAX_RETRIES", 7),
    backoffFactor: numberOf("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", 2),
    backoffJitter: numberOf("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", 1),
    timeoutMs: numberOf("MLFLOW_HTTP_REQUEST_TIMEOUT", 120) * 1_000,
    respectsRetryAfter:
      variable("MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER") === undefined ||
      isSet("MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER"),
  };
}

function parseUrl(uri: string): URL {
  const isAddress = /^https?:\/\//i.test(uri) && URL.canParse(uri);
  if (isAddress) return new URL(uri);
  throw invalidParameter(`Tracking URI '${uri}' is no address of a server.`);
}

/** User and password come before a token, as in MLflow; those in the address count when no variable is set. */
function authorizationOf({ username, password }: URL): string | undefined {
  const user = variable("MLFLOW_TRACKING_USERNAME");
  const secret = variable("MLFLOW_TRACKING_PASSWORD");
  const token = variable("MLFLOW_TRACKING_TOKEN");
  if (user !== undefined && secret !== undefined) return basic(user, secret);
  if (token !== undefined) return `Bearer ${token}`;
  if (username === "") return undefined;
  return basic(decodeURIComponent(username), decodeURIComponent(password));
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function readCertificate(path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    throw invalidParameter(`The certificate '${path}' cannot be read.`, { cause });
  }
}
