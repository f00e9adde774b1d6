/** Connections that end, or bytes that are wrong, at each place of a request and its answer. */
import { randomBytes, randomUUID } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { type FaultProxy, startFaultProxy } from "../../helpers/fault-proxy.ts";
import { type Cloud, startStore, type TestStore } from "../../helpers/object-stores.ts";
import { TEARS, type Tear } from "../../helpers/tears.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

/** Bytes of a small file. */
const SMALL = 20_000;

beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
});

describe.each<Cloud>(["s3", "gs", "wasbs"])("with %s://", (cloud) => {
  let store: TestStore;
  let proxy: FaultProxy;
  beforeAll(async () => {
    store = await startStore(cloud);
    proxy = await startFaultProxy(store.server.url);
    // Silence is waited for so long, in seconds.
    vi.stubEnv("MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT", "1");
    for (const [name, value] of Object.entries(store.env)) {
      vi.stubEnv(name, value.replace(store.server.url, proxy.url));
    }
  });
  beforeEach(() => {
    proxy.choose = () => undefined;
    proxy.made.clear();
  });

  test("a request that is torn once, wherever it is, is made again, up and down", async () => {
    const from = await makeFiles();
    const [uri, to] = [`${store.uri}/${randomUUID()}`, join(await makeTempFolder(), "to")];

    proxy.choose = tearOnce();
    expect(await syncArtifacts(from, uri)).toMatchObject({
      copied: { files: TEARS.length },
      failures: [],
    });
    expect([...proxy.made.keys()].sort()).toEqual([...TEARS].sort());
    proxy.made.clear();
    proxy.choose = tearOnce();
    expect(await syncArtifacts(uri, to)).toMatchObject({
      copied: { files: TEARS.length },
      failures: [],
    });
    expect([...proxy.made.keys()].sort()).toEqual([...TEARS].sort());
    expect((await verifyArtifacts(from, to, { full: true })).differences).toEqual([]);
    expect((await readdir(to)).filter((name) => name.startsWith("."))).toEqual([]);
  }, 60_000);
});

function fileOf(tear: Tear): string {
  return `file${TEARS.indexOf(tear)}.bin`;
}

/** A file for each tear. */
async function makeFiles(size: number = SMALL): Promise<string> {
  const folder = await makeTempFolder();
  for (const tear of TEARS) await writeFile(join(folder, fileOf(tear)), randomBytes(size));
  return folder;
}

/** The tear that is meant for the file of a request. */
function tearOf({ method = "", url = "", headers }: IncomingMessage): Tear | undefined {
  if (!/^(GET|PUT|POST)$/.test(method)) return undefined;
  const name = /file(\d+)\.bin/.exec(`${url} ${headers["x-test"] ?? ""}`)?.[1];
  return TEARS[Number(name)];
}

function tearOnce(): FaultProxy["choose"] {
  const torn = new Set<Tear>();
  return (request) => {
    const tear = tearOf(request);
    if (tear === undefined || torn.has(tear)) return undefined;
    torn.add(tear);
    return tear;
  };
}
