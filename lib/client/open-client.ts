import { MlrunsClient } from "./client.ts";
import { isServer, variable } from "./environment.ts";
import type { ClientOptions } from "./experiment-client.ts";
import { RestClient } from "./rest/rest-client.ts";
import type { TrackingClient } from "./tracking-client.ts";

/**
 * Opens what a tracking URI names: a tree of files, or a server for `http://…` and `https://…`.
 *
 * @param trackingUri - MLFLOW_TRACKING_URI, else `./mlruns`, when left out
 */
export function openClient(trackingUri?: string, options: ClientOptions = {}): TrackingClient {
  return isServer(trackingUri)
    ? new RestClient(trackingUri ?? variable("MLFLOW_TRACKING_URI") ?? "")
    : new MlrunsClient(trackingUri, options);
}
