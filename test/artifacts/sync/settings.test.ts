/** What a user sets about how files move: the parts of large ones, and whether they are on the disk. */
import { randomBytes, randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import fs from "node:fs";
import { writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { type Cloud, startStore, type TestStore } from "../../helpers/object-stores.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

const MEBIBYTE = 1024 * 1024;

beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
});

describe.each<Cloud>(["s3", "gs", "wasbs"])("with %s://", (cloud) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(cloud);
  });

  test("a large file in parts of a size of one's own is whole, and known again", async () => {
    const [from, uri] = [await makeTempFolder(), `${store.uri}/${randomUUID()}`];
    await writeFile(join(from, "large"), randomBytes(20 * MEBIBYTE + 1));

    const settings = { partSize: 7 * MEBIBYTE, parts: 2 };
    expect(await syncArtifacts(from, uri, settings)).toMatchObject({ copied: { files: 1 } });
    expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 0 } });
    expect((await verifyArtifacts(from, uri, { full: true })).differences).toEqual([]);
  });
});

describe("with S3", () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore("s3");
  });
  const freshUri = (): string => `${store.uri}/${randomUUID()}`;

  test("what is downloaded is written through to the disk when that is asked for", async () => {
    const [from, uri] = [await makeTempFolder(), freshUri()];
    for (const name of ["a", "b"]) await writeFile(join(from, name), name);
    await writeFile(join(from, "large"), randomBytes(2 * MEBIBYTE));
    await syncArtifacts(from, uri);
    const pull = async (fsync: boolean): Promise<number> => {
      const to = join(await makeTempFolder(), "to");
      return countSyncs(() => syncArtifacts(uri, to, { fsync }));
    };

    expect(await pull(false)).toBe(0);
    // Each file's bytes, and each file's name.
    expect(await pull(true)).toBe(6);
  });

  test.each([
    ["one", { partSize: 5 * MEBIBYTE }, 1, 5],
    ["as many as are asked for", { partSize: 5 * MEBIBYTE, parts: 3 }, 3, 5],
    ["one of the usual size", {}, 1, 2],
  ])("of a file's parts %s is under way at a time", async (_what, settings, most, count) => {
    const from = await makeTempFolder();
    await writeFile(join(from, "large"), randomBytes(22 * MEBIBYTE));

    const seen = await watchParts(() => syncArtifacts(from, freshUri(), settings));
    expect(seen).toEqual({ most, count });
  });

  test.each([[1], [MEBIBYTE], [5 * MEBIBYTE + 1], [1_025 * MEBIBYTE]])(
    "parts of %d bytes are refused before anything is done",
    async (partSize) => {
      const from = await makeTempFolder();

      await expect(syncArtifacts(from, freshUri(), { partSize })).rejects.toMatchObject({
        errorCode: "INVALID_PARAMETER_VALUE",
        message: `A part of ${partSize} bytes: from 5 MiB to 1 GiB, in whole MiB.`,
      });
    },
  );
});

/** The parts that are sent meanwhile: how many, and how many at a time. */
async function watchParts(
  action: () => Promise<unknown>,
): Promise<{ most: number; count: number }> {
  const underWay = new Set<unknown>();
  const seen = { most: 0, count: 0 };
  const begin = (message: unknown): void => {
    const { request } = message as { request: { path: string } };
    if (!request.path.includes("partNumber=")) return;
    underWay.add(request);
    seen.count++;
    seen.most = Math.max(seen.most, underWay.size);
  };
  const end = (message: unknown): void =>
    void underWay.delete((message as { request: unknown }).request);
  subscribe("undici:request:create", begin);
  subscribe("undici:request:trailers", end);
  try {
    await action();
    return seen;
  } finally {
    unsubscribe("undici:request:create", begin);
    unsubscribe("undici:request:trailers", end);
  }
}

/** How often something waits for the disk meanwhile. */
async function countSyncs(action: () => Promise<unknown>): Promise<number> {
  const original = fs.fsyncSync;
  let count = 0;
  fs.fsyncSync = (file) => {
    count++;
    original(file);
  };
  syncBuiltinESMExports();
  try {
    await action();
    return count;
  } finally {
    fs.fsyncSync = original;
    syncBuiltinESMExports();
  }
}
