import { createRequire } from "node:module";
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import { environment, isOn, loadSdk, silenceLimit } from "../sdk.ts";

export type S3Sdk = typeof import("@aws-sdk/client-s3");

const require = createRequire(import.meta.url);

const ATTEMPTS = 6;
/** How long a server may be silent when nobody says. Milliseconds. */
export const SILENCE_MS = 60_000;
/** Has the SDK's chain of credentials read files anew when it is asked again; its types do not tell. */
const READ_AGAIN = { ignoreCache: true };

/** Clients by what they were made from: connections and credentials are kept, and variables may change. */
const clients = new Map<string, S3Client>();

/**
 * A client for S3 as MLflow's variables and AWS's own set it up.
 *
 * @param hasChecksums - sends a CRC32 with what it uploads, which some stores refuse
 * @param endpoint - where requests go instead of to AWS
 * @see MLflow 3.17 `s3_artifact_repo._get_s3_client`
 */
export async function openS3Client(
  hasChecksums = true,
  endpoint: string | undefined = s3Endpoint(),
): Promise<{ sdk: S3Sdk; client: S3Client }> {
  // Required, not imported: to look through CommonJS for its exports would take as long again as to load it.
  const sdk = await loadS3(async () => require("@aws-sdk/client-s3") as S3Sdk);
  const settings = Object.entries(process.env).filter(([name]) => /^(AWS_|MLFLOW_)/.test(name));
  const key = JSON.stringify([hasChecksums, endpoint, settings]);
  const make = (): S3Client =>
    withFreshCredentials(new sdk.S3Client(configuration(sdk, hasChecksums, endpoint)));
  const client = clients.get(key) ?? withoutVersionWarning(make);
  clients.set(key, client);
  return { sdk, client };
}

/** Where the environment has requests go instead of to AWS. */
export function s3Endpoint(): string | undefined {
  return (
    environment("MLFLOW_S3_ENDPOINT_URL") ??
    environment("AWS_ENDPOINT_URL_S3") ??
    environment("AWS_ENDPOINT_URL")
  );
}

/** The region of a server of one's own that nobody names. */
export const USUAL_REGION = "us-east-1";

/**
 * The region as the environment tells it; undefined lets the SDK look into the profile. The SDK does not read
 * AWS_DEFAULT_REGION, boto3's only name of it.
 */
export function region(): string | undefined {
  return environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION");
}

/** Makes sure that the SDK can be loaded, and leaves the loading to who needs it. @throws MlrunsError FEATURE_DISABLED */
export async function checkS3Sdk(): Promise<void> {
  await loadS3(async () => require.resolve("@aws-sdk/client-s3"));
}

function loadS3<Value>(load: () => Promise<Value>): Promise<Value> {
  return loadSdk("Storage on S3", "@aws-sdk/client-s3@3", load);
}

function configuration(
  sdk: S3Sdk,
  hasChecksums: boolean,
  endpoint: string | undefined,
): S3ClientConfig {
  const told = region() ?? (endpoint === undefined ? undefined : () => regionOfProfile(sdk));
  const addressing = environment("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE") ?? "auto";
  const silenceMs = silenceLimit(SILENCE_MS);
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(told === undefined ? {} : { region: told }),
    forcePathStyle: addressing === "path" || (addressing === "auto" && endpoint !== undefined),
    followRegionRedirects: true,
    maxAttempts: ATTEMPTS,
    // The whole object is checked where it is asked for, see `open`.
    responseChecksumValidation: "WHEN_REQUIRED",
    // Otherwise the SDK's own default holds, which AWS_REQUEST_CHECKSUM_CALCULATION changes.
    ...(hasChecksums ? {} : { requestChecksumCalculation: "WHEN_REQUIRED" as const }),
    requestHandler: {
      connectionTimeout: Math.min(10_000, silenceMs),
      socketTimeout: silenceMs,
      httpAgent: { keepAlive: true, maxSockets: 64 },
      httpsAgent: {
        keepAlive: true,
        maxSockets: 64,
        rejectUnauthorized: !isOn("MLFLOW_S3_IGNORE_TLS"),
      },
    },
    ...unsigned(),
    ...READ_AGAIN,
  };
}

/** A token may end sooner than it says, and files of credentials be written anew: then they are looked for again, once. */
function withFreshCredentials(client: S3Client): S3Client {
  const credentials = client.config.credentials as (options: object) => Promise<unknown>;
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!isExpired(error)) throw error;
        await credentials({ forceRefresh: true }).catch(() => {
          throw error;
        });
        return next(args);
      }
    },
    { step: "initialize", name: "freshCredentials" },
  );
  return client;
}

function isExpired(error: unknown): boolean {
  const { name, $metadata } = error as {
    name?: string;
    $metadata?: { httpStatusCode?: number };
  };
  return (
    /^(ExpiredToken|TokenRefreshRequired)/.test(name ?? "") || $metadata?.httpStatusCode === 401
  );
}

/** As the SDK finds it, which for a server of one's own need not be anywhere. */
async function regionOfProfile(sdk: S3Sdk): Promise<string> {
  try {
    return await withoutVersionWarning(() => new sdk.S3Client({})).config.region();
  } catch {
    return USUAL_REGION;
  }
}

/** Public buckets are read without a signature. */
function unsigned(): S3ClientConfig {
  const version = environment("MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION");
  if (version?.toLowerCase() !== "unsigned") return {};
  return {
    credentials: { accessKeyId: "", secretAccessKey: "" },
    signer: { sign: async (request) => request },
  };
}

/** The SDK warns about Node 20 on standard error when its first client is made. That is ours to know, not the user's. */
function withoutVersionWarning<Client>(make: () => Client): Client {
  const name = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";
  const before = process.env[name];
  process.env[name] = "true";
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}
