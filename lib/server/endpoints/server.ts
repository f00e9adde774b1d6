import * as v from "valibot";
import { textAnswer, wordAnswer } from "../answer.ts";
import { type Endpoint, endpoint, rawEndpoint } from "../endpoint.ts";

/**
 * The release of MLflow whose API this is. Clients decide by it what to send: from 3.4 on spans over OTLP.
 */
export const MLFLOW_VERSION = "3.17.2";

const SERVER_INFO = {
  store_type: "FileStore",
  workspaces_enabled: false,
  trace_archival_enabled: false,
  // What requests may say, not what each location of artifacts can do.
  presigned_upload_run_id_supported: true,
  presigned_upload_model_id_supported: true,
  features_enabled: { gateway: true },
};

/** Schemes of stores that sign addresses, with most credentials; clients who are refused then use the proxy. */
const UPLOADS_IN_PARTS = /^(s3|gs|wasbs|abfss|azure)$/;

/** What clients ask about the server itself. */
export const serverEndpoints: readonly Endpoint[] = [
  rawEndpoint("GET", "/health", async () => textAnswer("OK"), { mount: "root" }),
  rawEndpoint(
    "GET",
    "/version",
    async ({ options }) => wordAnswer(options.version ?? MLFLOW_VERSION),
    { mount: "root" },
  ),
  endpoint("GET", "/3.0/mlflow/server-info", v.object({}), async ({ options }) => {
    const { artifactsRoot = "", proxyArtifactsRoot = false } = options;
    const scheme = proxyArtifactsRoot ? artifactsRoot.split(":")[0]?.toLowerCase() : undefined;
    return {
      ...SERVER_INFO,
      multipart_uploads_enabled: UPLOADS_IN_PARTS.test(scheme ?? ""),
      multipart_downloads_enabled: scheme === "s3",
    };
  }),
];
