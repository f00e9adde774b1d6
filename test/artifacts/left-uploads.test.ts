import { randomBytes, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { abortUploads, type LeftUpload, listUploads } from "../../lib/artifacts/left-uploads.ts";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { runCli } from "../helpers/killing.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const MEBIBYTE = 1024 * 1024;
const NOW = { olderThanMs: -60_000 };

let store: TestStore;
let uri: string;
beforeAll(async () => {
  store = await startStore("s3");
});
beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
  uri = `${store.uri}/${randomUUID()}`;
});

/** Begins an upload as another program does, and leaves it. */
async function begin(root: string, path: string): Promise<void> {
  const artifacts = await openArtifacts({ kind: "remote", uri: root });
  await artifacts.direct?.beginUpload(path, 1);
}

/** Pushes a large file, and stops when its second part is about to be sent. */
async function leavePush(): Promise<string> {
  const from = await makeTempFolder();
  await writeFile(join(from, "large"), randomBytes(20 * MEBIBYTE));
  const stop = new AbortController();
  const onProgress = ({ bytes }: { bytes: number }): void => {
    if (bytes > 5 * MEBIBYTE) stop.abort();
  };
  await syncArtifacts(from, uri, { partSize: 5 * MEBIBYTE, signal: stop.signal, onProgress });
  return from;
}

function outline(uploads: readonly LeftUpload[] | undefined): unknown {
  return uploads?.map(({ path, bytes, isResumable }) => ({ path, bytes, isResumable }));
}

test("uploads that were left are told with what they hold, only those below the URI", async () => {
  await begin(uri, "folder/a");
  await begin(`${uri}2`, "b");
  await leavePush();

  const found = await listUploads(uri);
  expect(outline(found)).toEqual([
    { path: "folder/a", bytes: 0, isResumable: false },
    { path: "large", bytes: 5 * MEBIBYTE, isResumable: true },
  ]);
  for (const { begun } of found ?? [])
    expect(Math.abs((begun ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(outline(await listUploads(`${uri}2`))).toHaveLength(1);
});

test("what was begun lately, or will be gone on with, is aborted only when that is asked for", async () => {
  await begin(uri, "a");
  const from = await leavePush();

  expect(await abortUploads(uri)).toEqual([]);
  expect(outline(await abortUploads(uri, { ...NOW, dryRun: true }))).toHaveLength(1);
  expect(await listUploads(uri)).toHaveLength(2);
  expect(outline(await abortUploads(uri, NOW))).toEqual([
    { path: "a", bytes: 0, isResumable: false },
  ]);
  expect(outline(await abortUploads(uri, { ...NOW, resumable: true }))).toEqual([
    { path: "large", bytes: 5 * MEBIBYTE, isResumable: true },
  ]);
  expect(await listUploads(uri)).toEqual([]);
  // The next push begins anew.
  expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 1 }, failures: [] });
});

test("`mlruns uploads` tells and aborts, and says where nothing can be told", async () => {
  await begin(uri, "a");
  const tell = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, exit } = await runCli(["uploads", ...args]);
    expect(exit).toBe("0");
    return stdout + stderr;
  };

  expect(await tell(uri)).toMatch(
    /^path\tbegun\tsize\tnext push\na\t.*\t0 B\t?\n1 not finished \(0 B\)\n$/,
  );
  expect(JSON.parse(await tell(uri, "--json"))).toMatchObject({ path: "a", bytes: 0 });
  expect(await tell(uri, "--abort")).toBe("0 aborted (0 B)\n");
  expect(await tell(uri, "--abort", "--older-than", "0s", "-n")).toMatch(/\n1 would be aborted /);
  expect(await tell(uri, "--abort", "--older-than", "0s")).toMatch(/\n1 aborted \(0 B\)\n$/);
  expect(await tell(uri)).toBe("0 not finished (0 B)\n");
  expect(await tell(await makeTempFolder())).toMatch(/^Only S3 tells of uploads/);
});
