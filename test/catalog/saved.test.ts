/** What is saved of a tree, and what becomes of it when it is damaged, stale or foreign. */
import {
  appendFile,
  cp,
  mkdir,
  readdir,
  readFile,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { expectTruth } from "./compare.ts";

let cache: string;
let root: string;

beforeEach(async () => {
  cache = join(await makeTempFolder(), "cache");
  vi.stubEnv("MLRUNS_CACHE_DIR", cache);
  root = await makeTree("v3-basic");
  await age(root);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a tree that was saved is opened without reading its runs", async () => {
  await new MlrunsClient(root).updateCatalog();
  const tampered = await tamper(root);

  expect(await paramsOf(new MlrunsClient(root), tampered)).toEqual(tampered.before);
});

test("verifying finds a change that left size and time as they were", async () => {
  await new MlrunsClient(root).updateCatalog();
  const { experimentId, runId, after } = await tamper(root);
  const client = new MlrunsClient(root);

  expect(await client.verifyCatalog()).toEqual([{ experimentId, runId }]);
  expect(await paramsOf(client, { experimentId, runId })).toEqual(after);
  expect(await client.verifyCatalog()).toEqual([]);
});

test("rebuilding reads everything anew", async () => {
  await new MlrunsClient(root).updateCatalog();
  const tampered = await tamper(root);
  await new MlrunsClient(root).rebuildCatalog();

  expect(await paramsOf(new MlrunsClient(root), tampered)).toEqual(tampered.after);
});

test("a change after saving is seen, and a few runs are appended", async () => {
  const { folder } = await new MlrunsClient(root).updateCatalog();
  const { experimentId, runId } = await firstRun(root);
  const before = await readFile(join(folder, `${experimentId}.shard`));
  await appendFile(join(root, experimentId, runId, "tags", "added"), "1");
  await age(join(root, experimentId, runId), "2026-02-02T00:00:00Z");
  await new MlrunsClient(root).updateCatalog();

  expect(await readFile(join(folder, `${experimentId}.shard`))).toEqual(before);
  expect(await readdir(folder)).toContain(`${experimentId}.delta`);
  await expectTruth(new MlrunsClient(root));
});

test.each([
  ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["empty", () => Buffer.alloc(0)],
  ["of another version", (bytes: Buffer) => flip(bytes, 7)],
  ["with a wrong bit in its numbers", (bytes: Buffer) => flip(bytes, 100)],
  ["with a wrong bit in its texts", (bytes: Buffer) => flip(bytes, bytes.length - 30)],
])("a saved shard that is %s is no error, and no answer", async (_, damage) => {
  const { folder } = await new MlrunsClient(root).updateCatalog();
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".shard")) continue;
    await writeFile(join(folder, name), damage(await readFile(join(folder, name))));
  }
  await tamper(root);

  await expectTruth(new MlrunsClient(root));
});

test("the shard of another experiment is not taken", async () => {
  const { folder } = await new MlrunsClient(root).updateCatalog();
  const names = (await readdir(folder)).filter((name) => name.endsWith(".shard")).sort();
  const bytes = await Promise.all(names.map((name) => readFile(join(folder, name))));
  for (const [i, name] of names.entries()) {
    await writeFile(join(folder, name), bytes[(i + 1) % names.length] as Buffer);
  }

  await expectTruth(new MlrunsClient(root));
});

test("where nothing can be written the catalog stays in memory", async () => {
  await mkdir(dirname(cache), { recursive: true });
  await writeFile(cache, "a file where the folder should be");
  const client = new MlrunsClient(root);
  await client.updateCatalog();

  await expectTruth(client);
});

test("looking at a tree and saving the catalog writes nothing into the tree", async () => {
  const before = await listing(root);
  const client = new MlrunsClient(root);
  await client.updateCatalog();
  await expectTruth(client);

  expect(await listing(root)).toEqual(before);
});

test("a catalog in the tree goes with its copies", async () => {
  await new MlrunsClient(root).writeCatalogInTree();
  const copy = join(await makeTempFolder(), "mlruns");
  await cp(root, copy, { recursive: true });
  await age(copy);
  const tampered = await tamper(copy);

  expect(await paramsOf(new MlrunsClient(copy), tampered)).toEqual(tampered.before);
});

test("clearing removes what was saved", async () => {
  const { folder, bytes } = await new MlrunsClient(root).updateCatalog();

  expect(await new MlrunsClient(root).clearCatalog()).toBe(bytes);
  await expect(stat(folder)).rejects.toThrow("ENOENT");
});

interface Place {
  readonly experimentId: string;
  readonly runId: string;
}

/** A run that has a param; the first by experiment and id. */
async function firstRun(tree: string): Promise<Place & { readonly key: string }> {
  const client = new MlrunsClient(tree);
  for (const { experimentId } of (await client.searchExperiments()).experiments) {
    for (const { info, data } of (await client.searchRuns([experimentId])).runs) {
      const [key] = Object.keys(data.params);
      if (key !== undefined) return { experimentId, runId: info.runId, key };
    }
  }
  throw new Error("The tree has no run with a param");
}

/** Changes a param so that neither size nor time of its file tell. @returns the run's params before and after */
async function tamper(tree: string): Promise<Place & { before: unknown; after: unknown }> {
  const place = await firstRun(tree);
  const params = (await new MlrunsClient(tree).getRun(place.runId)).data.params;
  const file = join(tree, place.experimentId, place.runId, "params", place.key);
  const { atime, mtime } = await stat(file);
  const value = (params[place.key] ?? "").replace(/./g, "#");
  await writeFile(file, value);
  await utimes(file, atime, mtime);
  return { ...place, before: params, after: { ...params, [place.key]: value } };
}

async function paramsOf(client: MlrunsClient, { experimentId, runId }: Place): Promise<unknown> {
  const { runs } = await client.searchRuns([experimentId], { filter: `run_id = '${runId}'` });
  return runs[0]?.data.params;
}

/** Gives every file and folder a time that is long past: fresh ones may change unseen and are not saved. */
async function age(folder: string, time = "2026-01-01T00:00:00Z"): Promise<void> {
  const then = new Date(time);
  for (const name of await readdir(folder, { recursive: true })) {
    await utimes(join(folder, name), then, then);
  }
  await utimes(folder, then, then);
}

async function listing(folder: string): Promise<unknown> {
  const names = (await readdir(folder, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return [name, size, mtimeMs];
    }),
  );
}

function flip(bytes: Buffer, at: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[at] = (damaged[at] ?? 0) ^ 1;
  return damaged;
}
