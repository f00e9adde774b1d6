import { randomUUID } from "node:crypto";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type SyncReport, syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import {
  FAULTS,
  type FaultProxy,
  seededRandom,
  startFaultProxy,
} from "../../helpers/fault-proxy.ts";
import { type Cloud, startStore, type TestStore } from "../../helpers/object-stores.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

/** Of requests. */
const FAULT_RATE = 0.15;

beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
});

describe.each<[Cloud, readonly number[]]>([
  ["s3", [1, 2, 3, 4, 5, 6, 7, 8]],
  ["gs", [11, 12]],
  ["wasbs", [21, 22]],
])("with %s:// behind a connection that fails at random", (cloud, seeds) => {
  let store: TestStore;
  let proxy: FaultProxy;
  beforeAll(async () => {
    store = await startStore(cloud);
    proxy = await startFaultProxy(store.server.url);
    // Google's SDK never answers when an answer was cut: that is waited for so long, in seconds.
    vi.stubEnv("MLFLOW_ARTIFACT_UPLOAD_DOWNLOAD_TIMEOUT", cloud === "gs" ? "2" : "60");
    for (const [name, value] of Object.entries(store.env)) {
      vi.stubEnv(name, value.replace(store.server.url, proxy.url));
    }
  });

  test.each(seeds)(
    "seed %i: all is right, or said to be wrong and then repaired",
    async (seed) => {
      const from = await makeFiles(seed);
      const [uri, to] = [`${store.uri}/${randomUUID()}`, join(await makeTempFolder(), "to")];

      await converge(proxy, seed, () => syncArtifacts(from, uri));
      expect((await verifyArtifacts(from, uri, { full: true })).differences).toEqual([]);
      await converge(proxy, seed + 100, () => syncArtifacts(uri, to));
      expect((await verifyArtifacts(from, to, { full: true })).differences).toEqual([]);
      expect(await hiddenFiles(to)).toEqual([]);
    },
    180_000,
  );

  test("faults were met, most kinds of them", () => {
    const all = [...proxy.made.values()].reduce((sum, times) => sum + times, 0);

    expect(all).toBeGreaterThan(10 * seeds.length);
    expect(proxy.made.size).toBeGreaterThanOrEqual(FAULTS.length - 2);
  });
});

/** Runs under faults. What it says is failed or unfinished has to be all that is; a run without faults repairs it. */
async function converge(
  proxy: FaultProxy,
  seed: number,
  run: () => Promise<SyncReport>,
): Promise<void> {
  const random = seededRandom(seed);
  proxy.choose = () =>
    random() < FAULT_RATE ? FAULTS[Math.floor(random() * FAULTS.length)] : undefined;
  // To list may fail for good too: then nothing was said to be done.
  const first = await run().catch(() => undefined);
  proxy.choose = () => undefined;
  const second = await run();
  expect(second.failures).toEqual([]);
  // What the first run did not count as failed was right: the second one left it alone.
  if (first !== undefined) {
    expect(second.copied.files).toBeLessThanOrEqual(first.failures.length);
    const failed = new Set(first.failures.map(({ path }) => path));
    expect(failed.size).toBe(first.failures.length);
  }
}

async function makeFiles(seed: number): Promise<string> {
  const folder = await makeTempFolder();
  const random = seededRandom(seed);
  for (let i = 0; i < 40; i++) {
    const path = join(folder, `folder ${i % 4}`, `file#${i}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.alloc(Math.floor(random() * 20_000), String(random())));
  }
  return folder;
}

async function hiddenFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.includes(".artifact.uploading."));
}
