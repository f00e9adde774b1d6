import { userInfo } from "node:os";
import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { invalidParameter } from "../errors.ts";

/** The variables of MLflow's own client that are read here. An empty one counts as unset, as in MLflow. */
export type Variable =
  | "MLFLOW_TRACKING_URI"
  | "MLFLOW_EXPERIMENT_NAME"
  | "MLFLOW_EXPERIMENT_ID"
  | "MLFLOW_RUN_ID"
  | "MLFLOW_TRACKING_USERNAME"
  | "MLFLOW_TRUNCATE_LONG_VALUES"
  | "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"
  | "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL"
  | "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING"
  | "MLFLOW_SYSTEM_METRICS_NODE_ID"
  | "MLFLOW_TRACKING_PASSWORD"
  | "MLFLOW_TRACKING_TOKEN"
  | "MLFLOW_TRACKING_INSECURE_TLS"
  | "MLFLOW_TRACKING_SERVER_CERT_PATH"
  | "MLFLOW_TRACKING_CLIENT_CERT_PATH"
  | "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
  | "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"
  | "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER"
  | "MLFLOW_HTTP_REQUEST_TIMEOUT"
  | "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER"
  | "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"
  | "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"
  | "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"
  // Ours alone: MLflow does not see it.
  | "MLRUNS_UNSENT_DIR";

export function variable(name: Variable): string | undefined {
  return process.env[name] || undefined;
}

/** Whether a variable says `true` or `1`. @throws MlrunsError INVALID_PARAMETER_VALUE when it says neither that nor `false` or `0` */
export function isSet(name: Variable): boolean {
  const text = variable(name)?.toLowerCase() ?? "false";
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw invalidParameter(
    `${name} value must be one of ['true', 'false', '1', '0'] (case-insensitive), but got ${text}`,
  );
}

/** The number that a variable names. @throws MlrunsError INVALID_PARAMETER_VALUE when it is none */
export function numberOf(name: Variable, fallback: number): number {
  const text = variable(name);
  if (text === undefined) return fallback;
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  throw invalidParameter(`Failed to convert '${text}' to a number for ${name}`);
}

/** Whether a tracking URI, or MLFLOW_TRACKING_URI without one, is the address of a server. */
export function isServer(trackingUri?: string): boolean {
  return /^https?:/i.test(trackingUri || variable("MLFLOW_TRACKING_URI") || "");
}

/**
 * The root folder that a tracking URI names: the one given, else MLFLOW_TRACKING_URI, else `./mlruns`.
 * Takes what MLflow takes: `mlruns`, `./mlruns`, `/abs/mlruns`, `file:mlruns`, `file:///abs/mlruns`.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE for a URI of something else than a folder
 */
export function rootOf(trackingUri?: string): string {
  const uri = trackingUri || variable("MLFLOW_TRACKING_URI") || "mlruns";
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]+):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return resolve(uri);
  if (scheme !== "file") {
    throw invalidParameter(
      `Tracking URI '${uri}' is no folder: '${scheme}:' is not supported here.`,
      {
        hint: BUCKETS.test(scheme)
          ? hintOfBucket(uri)
          : "Give a path such as ./mlruns, or a file: URI.",
      },
    );
  }
  const rest = uri.slice("file:".length);
  if (!rest.startsWith("/")) return resolve(decodeURIComponent(rest));
  const path = rest.replace(/^\/\/(localhost)?(?=\/)/i, "");
  if (isAbsolute(path)) return fileURLToPath(`file://${path}`);
  throw invalidParameter(
    `Tracking URI '${uri}' names a host; a folder of this machine is file:///path.`,
  );
}

const BUCKETS = /^(s3|gs|wasbs|abfss|azure)$/;

function hintOfBucket(uri: string): string {
  return (
    `A tree in a bucket is read-only: \`mlruns serve ${uri}\` shows it. ` +
    `To change it, \`mlruns pull ${uri} TREE\`, change that, and \`mlruns push TREE ${uri} --delete\`.`
  );
}

/** Name of the user, as MLflow's tag `mlflow.user` has it. */
export function userName(): string {
  const named = variable("MLFLOW_TRACKING_USERNAME");
  if (named !== undefined) return named;
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return process.env.USER ?? process.env.USERNAME ?? "unknown";
  }
}
