import type { Storage, StorageOptions } from "@google-cloud/storage";
import { environment, loadSdk } from "../sdk.ts";

type GcsSdk = typeof import("@google-cloud/storage");

const clients = new Map<string, Promise<Storage>>();

/**
 * A client for Google Cloud Storage, or for the endpoint that MLFLOW_GCS_ENDPOINT (ours alone) or
 * STORAGE_EMULATOR_HOST names. Without credentials it is an anonymous one, as MLflow's is.
 *
 * @param named - an endpoint that goes before those
 */
export async function openGcsClient(named?: string): Promise<Storage> {
  const load = (): Promise<GcsSdk> => import("@google-cloud/storage");
  const sdk = await loadSdk("Google Cloud Storage", "@google-cloud/storage@7", load);
  const endpoint =
    named ?? environment("MLFLOW_GCS_ENDPOINT") ?? environment("STORAGE_EMULATOR_HOST");
  const key = `${endpoint} ${environment("GOOGLE_APPLICATION_CREDENTIALS")}`;
  const client = clients.get(key) ?? connect(sdk, endpoint);
  clients.set(key, client);
  return client;
}

async function connect(sdk: GcsSdk, endpoint: string | undefined): Promise<Storage> {
  const make = (place: StorageOptions): Storage => {
    const retryOptions = {
      autoRetry: true,
      maxRetries: 5,
      // Objects are written whole, with their MD5: to repeat is safe.
      idempotencyStrategy: sdk.IdempotencyStrategy.RetryAlways,
    };
    // A token is replaced before its end. One that is refused all the same is asked for anew, once, where the SDK lets its
    // credentials send the request: not where it signs and sends it by itself.
    const clientOptions = { forceRefreshOnFailure: true };
    return withoutEmulatorVariable(
      () => new sdk.Storage({ retryOptions, clientOptions, ...place }),
    );
  };
  if (endpoint !== undefined) {
    const apiEndpoint = /^https?:\/\//.test(endpoint) ? endpoint : `http://${endpoint}`;
    return make({ apiEndpoint, projectId: "none", useAuthWithCustomEndpoint: false });
  }
  const client = make({});
  try {
    await client.authClient.getClient();
    return client;
  } catch {
    // The slash makes it another endpoint than the usual one, which is what leaves credentials out.
    const apiEndpoint = "https://storage.googleapis.com/";
    return make({ apiEndpoint, projectId: "none", useAuthWithCustomEndpoint: false });
  }
}

/** The SDK reads STORAGE_EMULATOR_HOST another way than Google's other clients, and wrongly, whatever its value. */
function withoutEmulatorVariable<Client>(make: () => Client): Client {
  const before = process.env.STORAGE_EMULATOR_HOST;
  delete process.env.STORAGE_EMULATOR_HOST;
  try {
    return make();
  } finally {
    if (before !== undefined) process.env.STORAGE_EMULATOR_HOST = before;
  }
}
