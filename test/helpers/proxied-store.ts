import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, vi } from "vitest";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { startStore, type TestStore } from "./object-stores.ts";
import { makeTempFolder } from "./tree.ts";

/** An S3 server that is reached through a proxy which breaks requests, and two places to sync. */
export interface ProxiedStore {
  readonly store: TestStore;
  readonly proxy: FaultProxy;
  /** An empty folder, another one for each test. */
  readonly from: string;
  /** Where nothing is, another place for each test. */
  uri: string;
}

/** Gives each test of a file the same server, but a proxy that breaks nothing, and a cache in which nothing is known. */
export function useProxiedStore(): ProxiedStore {
  const used = {} as { -readonly [Key in keyof ProxiedStore]: ProxiedStore[Key] };
  beforeAll(async () => {
    used.store = await startStore("s3");
    used.proxy = await startFaultProxy(used.store.server.url);
  });
  beforeEach(async () => {
    vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", used.proxy.url);
    await forgetAll();
    used.proxy.choose = () => undefined;
    used.from = await makeTempFolder();
    used.uri = `${used.store.uri}/${randomUUID()}`;
  });
  return used;
}

/** From then on nothing is known, as on another machine. */
export async function forgetAll(): Promise<void> {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
}
