import { MlrunsError } from "../../errors.ts";
import { type Endpoint, type Method, rawEndpoint } from "../endpoint.ts";

const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Features of MLflow that need a database, a gateway or workers. A hyphen or word more names one of their endpoints. */
const FEATURES = [
  "/3.0/mlflow/datasets",
  "/3.0/mlflow/scorers",
  "/3.0/mlflow/issues",
  "/3.0/mlflow/review-queues",
  "/3.0/mlflow/label-schemas",
  "/3.0/mlflow/gateway",
  "/3.0/mlflow/prompt-optimization",
  "/3.0/mlflow/workspaces",
  "/3.0/mlflow/jobs",
  "/2.0/mlflow/webhooks",
] as const;

/**
 * What this server does not do. Clients repeat what is answered with 500, and try an older endpoint after a 404 that is no
 * JSON: 501 tells them that there is nothing to wait for.
 */
export const unsupportedEndpoints: readonly Endpoint[] = FEATURES.flatMap((path) =>
  METHODS.flatMap((method) => [refusal(method, path), refusal(method, `${path}/*`)]),
);

function refusal(method: Method, path: string): Endpoint {
  return rawEndpoint(
    method,
    path,
    async () => {
      throw new MlrunsError(
        "NOT_IMPLEMENTED",
        `${path.replace("/*", "")} is not supported by a server over files.`,
      );
    },
    { isReading: true },
  );
}
