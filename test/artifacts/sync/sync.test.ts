import { randomBytes, randomUUID } from "node:crypto";
import {
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  unlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openArtifacts } from "../../../lib/artifacts/registry.ts";
import {
  type SyncOptions,
  type SyncReport,
  type SyncStep,
  syncArtifacts,
} from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { collect } from "../../contract/outline.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
import { type Cloud, startStore, type TestStore } from "../../helpers/object-stores.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

/** Path to content. */
type Files = Readonly<Record<string, string>>;

const FILES: Files = {
  MLmodel: "model",
  "model/weights.bin": "weights",
  "model/empty": "",
  "notes/a b#c%20.txt": "odd",
};

let cache: string;
beforeEach(async () => {
  cache = await makeTempFolder();
  vi.stubEnv("MLRUNS_CACHE_DIR", cache);
});

describe.each<Cloud>(["s3", "gs", "wasbs"])("with %s://", (cloud) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(cloud);
  });
  const freshUri = (): string => `${store.uri}/${randomUUID()}`;

  test("what is pushed can be pulled anywhere, and a second time nothing moves", async () => {
    const [from, uri, to] = [
      await makeFiles(FILES),
      freshUri(),
      join(await makeTempFolder(), "to"),
    ];

    expect(counts(await syncArtifacts(from, uri))).toEqual({ copied: 4, unchanged: 0 });
    expect(counts(await syncArtifacts(uri, to))).toEqual({ copied: 4, unchanged: 0 });
    expect(await contents(to)).toEqual(FILES);
    expect(counts(await syncArtifacts(from, uri))).toEqual({ copied: 0, unchanged: 4 });
    expect(counts(await syncArtifacts(uri, to))).toEqual({ copied: 0, unchanged: 4 });
    expect((await verifyArtifacts(from, uri, { full: true })).differences).toEqual([]);
  });

  test("a file of the same size and time with other content is seen, both ways", async () => {
    const [from, uri, to] = [await makeFiles(FILES), freshUri(), await makeTempFolder()];
    await syncArtifacts(from, uri);
    await syncArtifacts(uri, to);
    const { mtime } = await stat(join(from, "MLmodel"));
    await writeFile(join(from, "MLmodel"), "MODEL");
    await utimes(join(from, "MLmodel"), mtime, mtime);

    expect(await verifyArtifacts(from, uri)).toMatchObject({
      differences: [{ path: "MLmodel", difference: "content" }],
    });
    expect(counts(await syncArtifacts(from, uri))).toEqual({ copied: 1, unchanged: 3 });
    expect(counts(await syncArtifacts(uri, to))).toEqual({ copied: 1, unchanged: 3 });
    expect((await contents(to)).MLmodel).toBe("MODEL");
  });

  test("a file that came in parts is known again without a download", async () => {
    const [from, uri, to] = [await makeTempFolder(), freshUri(), await makeTempFolder()];
    await writeFile(join(from, "large"), randomBytes(20 * 1024 * 1024));
    await syncArtifacts(from, uri);
    await rm(cache, { recursive: true });

    expect(counts(await syncArtifacts(from, uri))).toEqual({ copied: 0, unchanged: 1 });
    expect(counts(await syncArtifacts(uri, to))).toEqual({ copied: 1, unchanged: 0 });
    expect(counts(await syncArtifacts(uri, to))).toEqual({ copied: 0, unchanged: 1 });
  });
});

describe("between all kinds of places", () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore("s3");
  });
  const freshUri = (): string => `${store.uri}/${randomUUID()}`;

  test("a dry run says what a run then does, and writes nothing", async () => {
    const [from, uri] = [await makeFiles(FILES), freshUri()];
    await syncArtifacts(await makeFiles({ MLmodel: "other", extra: "x" }), uri);
    await rm(cache, { recursive: true });
    await mkdir(cache);

    const dry = await stepsOf(from, uri, { dryRun: true, delete: true });
    expect(await readdir(cache)).toEqual([]);
    expect((await verifyArtifacts(from, uri)).differences).toHaveLength(5);
    const done = await stepsOf(from, uri, { delete: true });
    expect(done).toEqual(dry);
    expect(dry).toEqual([
      "copy MLmodel content",
      "copy model/empty new",
      "copy model/weights.bin new",
      "copy notes/a b#c%20.txt new",
      "delete extra",
    ]);
    expect((await verifyArtifacts(from, uri, { full: true })).differences).toEqual([]);
  });

  test("by size only, a change that leaves the size is not seen, and no version is recorded", async () => {
    const [from, uri] = [await makeFiles({ a: "1", b: "1" }), freshUri()];
    await syncArtifacts(from, uri);
    await writeFile(join(from, "a"), "2");
    await writeFile(join(from, "b"), "12");

    const report = await syncArtifacts(from, uri, { sizeOnly: true, versions: true });
    expect(counts(report)).toEqual({ copied: 1, unchanged: 1 });
    expect(report.version).toBeUndefined();
    expect(counts(await syncArtifacts(from, uri))).toEqual({ copied: 1, unchanged: 1 });
  });

  test("nothing is deleted unless asked, and then only what is meant", async () => {
    const uri = freshUri();
    await syncArtifacts(await makeFiles({ "a.txt": "1", "b.log": "2", "c.txt": "3" }), uri);
    const from = await makeFiles({ "a.txt": "1" });

    expect(await syncArtifacts(from, uri)).toMatchObject({ deleted: 0, extra: 2 });
    const filters = [{ take: false, glob: "*.log" }];
    expect(await syncArtifacts(from, uri, { delete: true, filters })).toMatchObject({ deleted: 1 });
    expect(await paths(uri)).toEqual(["a.txt", "b.log"]);
  });

  test("an empty source deletes everything only when that is said", async () => {
    const [empty, uri] = [await makeTempFolder(), freshUri()];
    await syncArtifacts(await makeFiles(FILES), uri);

    await expect(syncArtifacts(empty, uri, { delete: true })).rejects.toMatchObject({
      errorCode: "INVALID_PARAMETER_VALUE",
      message: `'${empty}' has no files: all 4 of the target would be deleted.`,
    });
    const missing = join(empty, "missing");
    await expect(
      syncArtifacts(missing, uri, { delete: true, deleteAll: true }),
    ).rejects.toMatchObject({ message: `No such folder: '${missing}'` });
    expect(await paths(uri)).toHaveLength(4);
    await syncArtifacts(empty, uri, { delete: true, deleteAll: true });
    expect(await paths(uri)).toEqual([]);
  });

  test("a source in a store that has no files is a mistake in its name", async () => {
    const uri = freshUri();

    await expect(syncArtifacts(uri, await makeTempFolder())).rejects.toMatchObject({
      errorCode: "RESOURCE_DOES_NOT_EXIST",
      message: `There are no files at '${uri}'.`,
    });
  });

  test("places of which one lies in the other are refused, also through a link; a part of the name is no place", async () => {
    const [folder, uri] = [await makeFiles({ "sub/a": "a" }), freshUri()];
    const link = join(await makeTempFolder(), "link");
    await symlink(folder, link);

    for (const [from, to] of [
      [folder, join(folder, "sub")],
      [join(link, "sub"), folder],
      [uri, `${uri}/sub`],
      [`${uri}/sub/`, uri],
    ] as const) {
      const refused = {
        errorCode: "INVALID_PARAMETER_VALUE",
        message: expect.stringMatching(/' lies in '/),
      };
      await expect(syncArtifacts(from, to, { delete: true })).rejects.toMatchObject(refused);
    }
    expect(await syncArtifacts(folder, uri)).toMatchObject({ copied: { files: 1 } });
    expect(await syncArtifacts(uri, `${uri}2`)).toMatchObject({ copied: { files: 1 } });
  });

  test("one file that fails is named, the others are copied, nothing is deleted, and the next run repairs", async () => {
    const [from, uri] = [await makeFiles(FILES), freshUri()];
    await syncArtifacts(await makeFiles({ extra: "x" }), uri);
    await writeFile(join(from, "back\\slash"), "x");

    const report = await syncArtifacts(from, uri, { delete: true });
    expect(report).toMatchObject({
      copied: { files: 4 },
      deleted: 0,
      failures: [
        { path: "back\\slash", op: "copy", errorCode: "INVALID_PARAMETER_VALUE", attempts: 1 },
      ],
    });
    await unlink(join(from, "back\\slash"));
    expect(await syncArtifacts(from, uri, { delete: true })).toMatchObject({
      copied: { files: 0 },
      deleted: 1,
      failures: [],
    });
  });

  test("a folder in the way of a file is a conflict that is named", async () => {
    const [uri, to] = [freshUri(), await makeFiles({ "a/b": "kept" })];
    await syncArtifacts(await makeFiles({ a: "file", c: "1" }), uri);

    expect(await syncArtifacts(uri, to)).toMatchObject({
      copied: { files: 1 },
      failures: [{ path: "a", errorCode: "RESOURCE_CONFLICT" }],
    });
    expect(await contents(to)).toEqual({ "a/b": "kept", c: "1" });
  });

  test("from store to store and from folder to folder", async () => {
    const [from, uri, other, to] = [
      await makeFiles(FILES),
      freshUri(),
      freshUri(),
      join(await makeTempFolder(), "to"),
    ];
    await syncArtifacts(from, uri);

    expect(counts(await syncArtifacts(uri, other))).toEqual({ copied: 4, unchanged: 0 });
    expect(counts(await syncArtifacts(uri, other))).toEqual({ copied: 0, unchanged: 4 });
    expect(counts(await syncArtifacts(from, to))).toEqual({ copied: 4, unchanged: 0 });
    expect(counts(await syncArtifacts(from, to))).toEqual({ copied: 0, unchanged: 4 });
    expect(await contents(to)).toEqual(FILES);
    expect((await verifyArtifacts(to, other, { full: true })).differences).toEqual([]);
  });

  test("within a bucket the store copies: no bytes of files come here", async () => {
    const content = randomBytes(20 * 1024 * 1024);
    const [from, uri, other] = [await makeTempFolder(), freshUri(), freshUri()];
    await writeFile(join(from, "large #1"), content);
    await writeFile(join(from, "small"), "small");
    await syncArtifacts(from, uri);
    const proxy = await startFaultProxy(store.server.url);
    vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", proxy.url);

    expect(counts(await syncArtifacts(uri, other))).toEqual({ copied: 2, unchanged: 0 });
    expect(proxy.bytesUp).toBeLessThan(100_000);
    vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", store.server.url);
    expect((await verifyArtifacts(from, other, { full: true })).differences).toEqual([]);
  });

  test("a run that is stopped says so, and the next one finishes it", async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}`, String(i)]));
    const [from, uri] = [await makeFiles(files), freshUri()];
    const stop = new AbortController();
    const onProgress = ({ files: done }: { files: number }): void => {
      if (done >= 5) stop.abort();
    };

    const first = await syncArtifacts(from, uri, {
      concurrency: 2,
      signal: stop.signal,
      onProgress,
    });
    expect(first.interrupted).toBe(true);
    expect(first.failures).toEqual([]);
    expect(first.copied.files).toBeLessThan(10);
    expect((await syncArtifacts(from, uri)).copied.files).toBeGreaterThan(30);
    expect((await verifyArtifacts(from, uri)).differences).toEqual([]);
  });

  test("two runs between the same places do not work at once", async () => {
    const [from, uri] = [await makeFiles(FILES), freshUri()];

    const results = await Promise.allSettled([syncArtifacts(from, uri), syncArtifacts(from, uri)]);
    expect(results.filter(({ status }) => status === "rejected")).toEqual([
      {
        status: "rejected",
        reason: expect.objectContaining({ errorCode: "RESOURCE_CONFLICT" }),
      },
    ]);
  });

  test("bandwidth is held", async () => {
    const [from, uri] = [
      await makeFiles({ a: "x".repeat(50_000), b: "y".repeat(50_000) }),
      freshUri(),
    ];

    const { seconds } = await syncArtifacts(from, uri, { bandwidth: 100_000 });
    expect(seconds).toBeGreaterThan(0.9);
  });

  test("a linked file is pushed as the file that it leads to", async () => {
    const [from, uri] = [await makeFiles({ a: "1" }), freshUri()];
    await symlink("a", join(from, "link"));
    await symlink("gone", join(from, "dangling"));

    expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 2 }, failures: [] });
    expect(await paths(uri)).toEqual(["a", "link"]);
  });

  test("verify names each file that differs, by what is listed or byte by byte", async () => {
    const [from, uri] = [await makeFiles(FILES), freshUri()];
    await syncArtifacts(
      await makeFiles({ ...FILES, MLmodel: "MODEL", "model/empty": "no", extra: "x" }),
      uri,
    );
    const remote = await openArtifacts({ kind: "remote", uri });
    await remote.delete("model/weights.bin");

    for (const full of [false, true]) {
      expect(await verifyArtifacts(from, uri, { full })).toMatchObject({
        same: { files: 1, bytes: 3 },
        differences: [
          { path: "MLmodel", difference: "content" },
          { path: "model/empty", difference: "size" },
          { path: "model/weights.bin", difference: "missing" },
          { path: "extra", difference: "extra" },
        ],
      });
    }
  });
});

async function makeFiles(files: Files): Promise<string> {
  const folder = await makeTempFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function contents(folder: string): Promise<Files> {
  const artifacts = await openArtifacts({ kind: "folder", folder });
  const files: Record<string, string> = {};
  for await (const { path } of artifacts.list("")) {
    files[path] = await readFile(join(folder, path), "utf8");
  }
  return files;
}

async function paths(uri: string): Promise<string[]> {
  const artifacts = await openArtifacts({ kind: "remote", uri });
  return (await collect(artifacts.list(""))).map(({ path }) => path);
}

async function stepsOf(from: string, to: string, options: SyncOptions): Promise<string[]> {
  const steps: string[] = [];
  const onStep = ({ op, path, reason }: SyncStep): void => {
    steps.push(reason === undefined ? `${op} ${path}` : `${op} ${path} ${reason}`);
  };
  await syncArtifacts(from, to, { ...options, onStep });
  return steps.sort();
}

function counts({ copied, unchanged, failures }: SyncReport): object {
  expect(failures).toEqual([]);
  return { copied: copied.files, unchanged: unchanged.files };
}
