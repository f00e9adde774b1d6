import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openArtifacts } from "../../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { collectVersions } from "../../../lib/artifacts/versions/collect.ts";
import {
  printVersion,
  restoreManifest,
  restoreVersion,
} from "../../../lib/artifacts/versions/restore.ts";
import {
  diffVersions,
  listVersions,
  tagVersion,
} from "../../../lib/artifacts/versions/versions.ts";
import { collect } from "../../contract/outline.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
import { type Cloud, startStore, type TestStore } from "../../helpers/object-stores.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

/** Path to content. */
type Files = Readonly<Record<string, string>>;

const FIRST: Files = { MLmodel: "one", "model/weights.bin": "weights", "notes/a b#c.txt": "odd" };
const SECOND: Files = { MLmodel: "two", "model/weights.bin": "weights", "new/file": "new" };

beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
});

describe.each<Cloud | "folder">(["s3", "gs", "wasbs", "folder"])("with %s", (kind) => {
  let store: TestStore;
  beforeAll(async () => {
    if (kind !== "folder") store = await startStore(kind);
  });
  const freshPlace = async (): Promise<string> =>
    kind === "folder"
      ? join(await makeTempFolder(), "artifacts")
      : `${store.uri}/0/${randomUUID()}/artifacts`;

  test("each push is a version, which is listed, compared, tagged and restored", async () => {
    const place = await freshPlace();
    const first = await push(FIRST, place);
    await push(FIRST, place);
    const second = await push(SECOND, place, { delete: true });
    await tagVersion(place, "v1", "HEAD~1");

    expect(await listVersions(place)).toEqual([
      {
        manifest: second,
        time: expect.any(Number),
        files: 3,
        bytes: 13,
        tags: [],
        isHead: true,
      },
      {
        manifest: first,
        time: expect.any(Number),
        files: 3,
        bytes: 13,
        tags: ["v1"],
        isHead: false,
      },
    ]);
    expect(await diffVersions(place, "v1", "HEAD")).toEqual([
      { path: "MLmodel", change: "changed", before: 3, after: 3 },
      { path: "new/file", change: "added", before: null, after: 3 },
      { path: "notes/a b#c.txt", change: "removed", before: 3, after: null },
    ]);
    // The mirror is what was pushed last, and shows nothing of versions.
    expect(await filesAt(place)).toEqual(SECOND);

    const copy = await makeTempFolder();
    expect(await restoreVersion(place, "v1", copy)).toMatchObject({ copied: { files: 3 } });
    expect(await filesAt(copy)).toEqual(FIRST);
    // Only what is not there moves, here and back again.
    expect(await restoreVersion(place, second.slice(0, 8), copy, { delete: true })).toMatchObject({
      copied: { files: 2 },
      unchanged: { files: 1 },
      deleted: 1,
    });
    expect(await filesAt(copy)).toEqual(SECOND);
    expect(await restoreVersion(place, "HEAD", copy)).toMatchObject({ copied: { files: 0 } });
  });

  test("a version is brought back over the mirror itself, which makes it the newest", async () => {
    const place = await freshPlace();
    const first = await push(FIRST, place);
    await push(SECOND, place, { delete: true });
    const report = await restoreVersion(place, "HEAD~1", place, { delete: true, versions: true });

    expect(report).toMatchObject({ copied: { files: 2 }, deleted: 1, version: first });
    expect(await filesAt(place)).toEqual(FIRST);
    expect((await listVersions(place)).map(({ manifest }) => manifest === first)).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("what was written to the mirror by others is kept as well, before a push overwrites it", async () => {
    const place = await freshPlace();
    const first = await push(FIRST, place);
    const others = await openArtifacts(placeOf(place));
    await others.write("MLmodel", Readable.from(["by others"]));
    await push(FIRST, place);
    const third = await push({ ...FIRST, MLmodel: "three" }, place);

    const copy = await makeTempFolder();
    await restoreVersion(place, first, copy);
    expect(await filesAt(copy)).toEqual(FIRST);
    expect((await listVersions(place)).map(({ manifest }) => manifest)).toEqual([third, first]);
  });

  test("of two pushes at once one begins anew, and both versions are whole", async () => {
    const place = await freshPlace();
    const sets = [1, 2, 3].map((n) =>
      Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f${i}`, `${n} ${i}`])),
    );
    const pushed = await Promise.allSettled(sets.map((files) => push(files, place)));

    const versions = await listVersions(place);
    // To a folder one push at a time is let.
    const expected = kind === "folder" ? 1 : 3;
    expect(pushed.filter(({ status }) => status === "fulfilled")).toHaveLength(expected);
    expect(versions.length).toBeGreaterThanOrEqual(expected);
    for (const { manifest } of versions) {
      const copy = await makeTempFolder();
      expect(await restoreVersion(place, manifest, copy)).toMatchObject({ failures: [] });
      expect(Object.keys(await filesAt(copy))).toHaveLength(12);
    }
    const copy = await makeTempFolder();
    await restoreVersion(place, "HEAD", copy);
    expect(await filesAt(copy)).toEqual(await filesAt(place));
  }, 120_000);

  test("the collector takes what no version needs, and nothing that one needs", async () => {
    const place = await freshPlace();
    for (const content of ["1", "2", "3", "4"]) await push({ a: content, b: "same" }, place);
    await tagVersion(place, "good", "HEAD~2");

    expect(await collectVersions(place, { keep: 1 })).toMatchObject({ versions: 2, objects: 0 });
    expect(await collectVersions(place, { keep: 1, graceMs: -5_000, dryRun: true })).toEqual({
      versions: 0,
      manifests: 2,
      objects: 2,
      bytes: 2,
    });
    expect(await collectVersions(place, { keep: 1, graceMs: -5_000 })).toMatchObject({
      objects: 2,
    });
    const copy = await makeTempFolder();
    await restoreVersion(place, "good", copy);
    expect(await filesAt(copy)).toEqual({ a: "2", b: "same" });
    await restoreVersion(place, "HEAD", copy);
    expect(await filesAt(copy)).toEqual({ a: "4", b: "same" });
    expect(await collectVersions(place, { graceMs: -5_000 })).toMatchObject({ objects: 0 });
  });
});

describe("with s3", () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore("s3");
  });
  const freshPlace = (): string => `${store.uri}/0/${randomUUID()}/artifacts`;

  test("a manifest in git brings the files anywhere, also when others were pushed since", async () => {
    const place = freshPlace();
    await push(FIRST, place);
    const file = join(await makeTempFolder(), "artifacts.manifest.jsonl");
    await writeFile(file, await printVersion(place, "HEAD"));
    await push(SECOND, place, { delete: true });

    const lines = (await readFile(file, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, 2)).toEqual([
      {
        format: "mlruns-manifest/1",
        uri: place,
        version: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      {
        path: "MLmodel",
        size: 3,
        sha256: "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
        md5: "f97c5d29941bfb1b2fdab0874906ab82",
      },
    ]);
    const copy = await makeTempFolder();
    await restoreManifest(file, copy);
    expect(await filesAt(copy)).toEqual(FIRST);
    await writeFile(file, (await readFile(file, "utf8")).replace("MLmodel", "MLnodel"));
    await expect(restoreManifest(file, copy)).rejects.toMatchObject({ errorCode: "DATA_LOSS" });
  });

  test("a file that came in parts is kept and restored like any other", async () => {
    const place = freshPlace();
    const folder = await makeTempFolder();
    const content = randomBytes(20 * 1024 * 1024);
    await writeFile(join(folder, "large"), content);
    const { version = "" } = await syncArtifacts(folder, place, { versions: true });
    // Nothing is read again to know that it is the same.
    await rm(process.env.MLRUNS_CACHE_DIR ?? "", { recursive: true });
    expect(await syncArtifacts(folder, place, { versions: true })).toMatchObject({ version });
    await writeFile(join(folder, "large"), "small");
    await syncArtifacts(folder, place, { versions: true });

    const copy = await makeTempFolder();
    await restoreVersion(place, version, copy);
    expect((await readFile(join(copy, "large"))).equals(content)).toBe(true);
  });

  test("a push of the folder above neither copies nor deletes the versions", async () => {
    const place = freshPlace();
    await push(FIRST, place);
    await push(SECOND, place);
    const above = dirname(place);
    const folder = await makeTempFolder();
    await syncArtifacts(above, folder);
    expect(Object.keys(await filesAt(folder)).every((path) => path.startsWith("artifacts/"))).toBe(
      true,
    );
    await syncArtifacts(folder, above, { delete: true });

    expect(await listVersions(place)).toHaveLength(2);
    expect((await verifyArtifacts(folder, above)).differences).toEqual([]);
  });

  test("a collector beside pushes takes nothing that a version needs, and HEAD is always whole", async () => {
    const place = freshPlace();
    // What was in one state comes again in a later one, so that old bytes may be needed anew; but for one file.
    const stateOf = (i: number): Files => ({ a: `${i % 3}`, b: `b ${i % 3}`, own: `push ${i}` });
    const begun = new Map<number, number>();
    let isOver = false;
    let removed = 0;
    const pushing = [0, 1].map(async (pusher) => {
      for (let i = pusher; !isOver && (i < 12 || removed === 0); i++) {
        begun.set(pusher, Date.now());
        await push(stateOf(i), place);
      }
      begun.delete(pusher);
    });
    const looking = async (): Promise<void> => {
      while (!isOver) {
        // Longer than any push takes, however slow the machine is; stores tell times to the second.
        const graceMs = Date.now() - Math.min(Date.now(), ...begun.values()) + 1_000;
        removed += (await collectVersions(place, { keep: 4, graceMs })).objects;
        if ((await listVersions(place)).length === 0) continue;
        const copy = await makeTempFolder();
        // Of a HEAD that is overwritten while it is read, files are refused; never are they gone.
        const { failures } = await restoreVersion(place, "HEAD", copy);
        expect(failures.filter(({ errorCode }) => errorCode !== "ABORTED")).toEqual([]);
      }
    };
    const end = (): void => {
      isOver = true;
    };
    await Promise.all([Promise.all(pushing).finally(end), looking().finally(end)]);

    expect(removed).toBeGreaterThan(0);
    for (const { manifest } of await listVersions(place)) {
      const copy = await makeTempFolder();
      expect(await restoreVersion(place, manifest, copy)).toMatchObject({ failures: [] });
      const files = await filesAt(copy);
      expect(files).toEqual(stateOf(Number(files.own?.slice(5))));
    }
  }, 120_000);

  test("what is being removed and comes again meanwhile is there when its push is done", async () => {
    const place = freshPlace();
    const proxy = await startFaultProxy(store.server.url);
    const first = await push(FIRST, place);
    await push(SECOND, place, { delete: true });
    vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", proxy.url);
    let again: Promise<string> | undefined;
    proxy.hold = async ({ method, url = "" }) => {
      if (method !== "POST" || !url.includes("delete") || again !== undefined) return;
      // When the collector has found the first manifest, it is written again: the push is done, or it looks again and again.
      let looks = 0;
      const waiting = new Promise<void>((resolve) => {
        proxy.choose = (request) => {
          if (request.method === "GET" && request.url?.includes("HEAD.json") && ++looks === 3) {
            resolve();
          }
          return undefined;
        };
      });
      again = push(FIRST, place, { delete: true });
      await Promise.race([again, waiting]);
    };

    expect(await collectVersions(place, { keep: 1, graceMs: -5_000 })).toMatchObject({
      versions: 1,
      manifests: 1,
    });
    expect(await again).toBe(first);
    vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", store.server.url);
    const copy = await makeTempFolder();
    expect(await restoreVersion(place, "HEAD", copy)).toMatchObject({ failures: [] });
    expect(await filesAt(copy)).toEqual(FIRST);
  }, 60_000);

  test("a version, tag or id that is not there is told", async () => {
    const place = freshPlace();
    await push(FIRST, place);

    for (const name of ["nothing", "HEAD~1", "ab"]) {
      await expect(restoreVersion(place, name, "copy")).rejects.toMatchObject({
        errorCode: "RESOURCE_DOES_NOT_EXIST",
      });
    }
    await expect(tagVersion(place, "HEAD", "HEAD")).rejects.toThrow("Invalid tag 'HEAD'");
    expect(await listVersions(freshPlace())).toEqual([]);
  });

  test("bytes that were damaged in the store are not restored", async () => {
    const place = freshPlace();
    const first = await push(FIRST, place);
    await push(SECOND, place);
    const parent = await openArtifacts(placeOf(dirname(place)));
    const kept = (await collect(parent.list(".mlruns-versions/artifacts/objects")))[0];
    await parent.write(kept?.path ?? "", Readable.from(["eno"]));

    const copy = await makeTempFolder();
    expect(await restoreVersion(place, first, copy)).toMatchObject({
      failures: [{ path: "MLmodel", errorCode: "DATA_LOSS" }],
    });
  });
});

async function push(
  files: Files,
  place: string,
  options: { readonly delete?: boolean } = {},
): Promise<string> {
  const folder = await makeTempFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const report = await syncArtifacts(folder, place, { ...options, versions: true });
  expect(report.failures).toEqual([]);
  return report.version ?? "";
}

function placeOf(place: string): Parameters<typeof openArtifacts>[0] {
  return place.includes("://") ? { kind: "remote", uri: place } : { kind: "folder", folder: place };
}

async function filesAt(place: string): Promise<Files> {
  const artifacts = await openArtifacts(placeOf(place));
  const files: Record<string, string> = {};
  for (const { path } of await collect(artifacts.list(""))) {
    files[path] = await text(await artifacts.read(path));
  }
  return files;
}
