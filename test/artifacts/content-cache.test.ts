import { randomBytes, randomUUID } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { ArtifactFile, VersionedRepository } from "../../lib/artifacts/artifact-repository.ts";
import { openContentCache } from "../../lib/artifacts/content-cache.ts";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { collect } from "../contract/outline.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let store: TestStore;
beforeAll(async () => {
  store = await startStore("s3");
});

let cache: string;
let folder: string;
let artifacts: VersionedRepository;
beforeEach(async () => {
  cache = await makeTempFolder();
  folder = await makeTempFolder();
  vi.stubEnv("MLRUNS_CACHE_DIR", cache);
  vi.stubEnv("MLRUNS_ARTIFACT_CACHE_SIZE", "10G");
  artifacts = await openArtifacts({ kind: "remote", uri: `${store.uri}/${randomUUID()}` });
});

/** Writes a file to the store, downloads it once, and takes it away from the store. */
async function downloadedOnce(content: Buffer): Promise<{ listed: ArtifactFile; first: string }> {
  await artifacts.write("file", Readable.from([content]));
  const [listed] = await collect(artifacts.list(""));
  if (listed === undefined) throw new Error("nothing was listed");
  const first = join(folder, "first");
  await artifacts.download("file", first, { listed });
  await artifacts.delete("file");
  return { listed, first };
}

const again = async (listed: ArtifactFile): Promise<Buffer> => {
  const file = join(folder, randomUUID());
  await artifacts.download("file", file, { listed });
  return readFile(file);
};

test.each([
  ["a small file", 1_000],
  ["a file that came in parts", 20 * 1024 * 1024],
])("%s that was downloaded once is there without the store", async (_what, size) => {
  const content = randomBytes(size);
  const { listed } = await downloadedOnce(content);

  expect((await again(listed)).equals(content)).toBe(true);
});

test("what was written into a downloaded file since is not taken for its content", async () => {
  const { listed, first } = await downloadedOnce(Buffer.from("content"));
  await writeFile(first, "CONTENT");

  await expect(again(listed)).rejects.toMatchObject({ errorCode: "RESOURCE_DOES_NOT_EXIST" });
});

test("a cache of no size keeps nothing", async () => {
  vi.stubEnv("MLRUNS_ARTIFACT_CACHE_SIZE", "0");
  const { listed } = await downloadedOnce(Buffer.from("content"));

  await expect(again(listed)).rejects.toMatchObject({ errorCode: "RESOURCE_DOES_NOT_EXIST" });
  vi.stubEnv("MLRUNS_ARTIFACT_CACHE_SIZE", "lots");
  expect(() => openContentCache()).toThrow("MLRUNS_ARTIFACT_CACHE_SIZE is 'lots'");
});

test("its size stays bounded, and what was used last stays", async () => {
  vi.stubEnv("MLRUNS_ARTIFACT_CACHE_SIZE", "100K");
  const contents = Array.from({ length: 30 }, () => randomBytes(10_000));
  let last: ArtifactFile | undefined;
  for (const content of contents) last = (await downloadedOnce(content)).listed;

  const names = await readdir(join(cache, "artifacts", "md5"), { recursive: true });
  const files = names.filter((name) => name.endsWith("-10000"));
  expect(files.length).toBeGreaterThan(5);
  expect(files.length).toBeLessThan(13);
  expect(last && (await again(last)).equals(contents[29] ?? Buffer.alloc(0))).toBe(true);
});

test("many downloads of the same content at once are all right", async () => {
  const content = randomBytes(50_000);
  await artifacts.write("file", Readable.from([content]));
  const [listed] = await collect(artifacts.list(""));
  const files = Array.from({ length: 40 }, (_, i) => join(folder, `copy${i}`));
  await Promise.all(files.map((file) => artifacts.download("file", file, { listed })));

  for (const file of files) expect((await readFile(file)).equals(content)).toBe(true);
});
