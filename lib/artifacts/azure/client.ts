import type { BlobServiceClient, StoragePipelineOptions } from "@azure/storage-blob";
import { invalidParameter } from "../../errors.ts";
import { environment, loadSdk } from "../sdk.ts";
import type { AzurePlace } from "../uri.ts";

export type AzureSdk = typeof import("@azure/storage-blob");

/** Seconds that a request may take, as MLflow's own default. */
const TIMEOUT = 600;

const clients = new Map<string, Promise<BlobServiceClient>>();

/**
 * A client for an account of Azure Blob Storage. Credentials are looked for as MLflow does: connection string, access
 * key, SAS token, then Azure's default ones. MLFLOW_AZURE_STORAGE_BLOB_ENDPOINT (ours alone) names another endpoint.
 *
 * @param endpoint - goes before all of those
 * @see MLflow 3.17 `AzureBlobArtifactRepository.__init__`
 */
export async function openAzureClient(
  place: AzurePlace,
  endpoint?: string,
): Promise<{ sdk: AzureSdk; service: BlobServiceClient }> {
  const load = (): Promise<AzureSdk> => import("@azure/storage-blob");
  const packages = "@azure/storage-blob@12.32 @azure/identity@4.13";
  const sdk = await loadSdk("Azure Blob Storage", packages, load);
  const settings = Object.entries(process.env).filter(([name]) => /^(AZURE_|MLFLOW_)/.test(name));
  const key = JSON.stringify([endpoint, place.account, place.domain, settings]);
  const service = clients.get(key) ?? connect(sdk, place, endpoint, packages);
  clients.set(key, service);
  return { sdk, service: await service };
}

async function connect(
  sdk: AzureSdk,
  place: AzurePlace,
  endpoint: string | undefined,
  packages: string,
): Promise<BlobServiceClient> {
  const seconds = Number(environment("MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT") ?? TIMEOUT);
  const options: StoragePipelineOptions = {
    retryOptions: {
      maxTries: 6,
      retryDelayInMs: 200,
      maxRetryDelayInMs: 20_000,
      ...(seconds > 0 ? { tryTimeoutInMs: seconds * 1_000 } : {}),
    },
  };
  const connection = parseConnection(environment("AZURE_STORAGE_CONNECTION_STRING"));
  const url = (endpoint ?? endpointOf(place, connection)).replace(/\/+$/, "");
  const account = connection.AccountName ?? place.account ?? environment("AZURE_STORAGE_ACCOUNT");
  const accessKey = connection.AccountKey ?? environment("AZURE_STORAGE_ACCESS_KEY");
  const sas = connection.SharedAccessSignature ?? environment("AZURE_STORAGE_SAS_TOKEN");
  if (accessKey !== undefined && account !== undefined) {
    const credential = new sdk.StorageSharedKeyCredential(account, accessKey);
    return new sdk.BlobServiceClient(url, credential, options);
  }
  if (sas !== undefined) {
    return new sdk.BlobServiceClient(`${url}?${sas.replace(/^\?/, "")}`, undefined, options);
  }
  const identity = await loadSdk(
    "Azure's default credentials",
    packages,
    () => import("@azure/identity"),
  );
  return new sdk.BlobServiceClient(url, new identity.DefaultAzureCredential(), options);
}

type Connection = Readonly<Record<string, string | undefined>>;

/** The account's URL: the variable's, else the connection string's, else the one that the URI names. */
function endpointOf(place: AzurePlace, connection: Connection): string {
  const named = environment("MLFLOW_AZURE_STORAGE_BLOB_ENDPOINT") ?? connection.BlobEndpoint;
  if (named !== undefined) return named;
  const account = connection.AccountName ?? place.account ?? environment("AZURE_STORAGE_ACCOUNT");
  if (account === undefined) {
    throw invalidParameter(`'azure://${place.bucket}' names no storage account.`, {
      hint: "Set AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT.",
    });
  }
  const protocol = connection.DefaultEndpointsProtocol ?? "https";
  return `${protocol}://${account}.blob.${connection.EndpointSuffix ?? place.domain}`;
}

/** `Name=value;Name=value`, whose values may hold `=`. */
function parseConnection(text: string | undefined): Connection {
  const emulator = text?.includes("UseDevelopmentStorage=true") ? EMULATOR : text;
  const pairs = (emulator ?? "").split(";").flatMap((pair) => {
    const sign = pair.indexOf("=");
    return sign > 0 ? [[pair.slice(0, sign).trim(), pair.slice(sign + 1).trim()]] : [];
  });
  return Object.fromEntries(pairs) as Connection;
}

/** What `UseDevelopmentStorage=true` stands for: a key that Azure's documentation publishes. */
const EMULATOR =
  "AccountName=devstoreaccount1;" +
  "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;" +
  "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1";
