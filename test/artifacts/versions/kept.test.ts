/** Versions in a bucket that itself keeps what is overwritten or deleted: nothing is copied there. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { VersionedRepository } from "../../../lib/artifacts/artifact-repository.ts";
import { openArtifacts } from "../../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { collectVersions, removeVersions } from "../../../lib/artifacts/versions/collect.ts";
import { restoreVersion } from "../../../lib/artifacts/versions/restore.ts";
import { openVersionSide } from "../../../lib/artifacts/versions/version-side.ts";
import { listVersions, tagVersion } from "../../../lib/artifacts/versions/versions.ts";
import { collect, outline } from "../../contract/outline.ts";
import { makeVersionedBucket, startStore } from "../../helpers/object-stores.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

type Files = Readonly<Record<string, string | Buffer>>;

const LARGE = randomBytes(20 * 1024 * 1024);
const FIRST: Files = {
  MLmodel: "one",
  "model/weights": LARGE,
  "notes/a b#c.txt": "odd",
  same: "s",
};
const SECOND: Files = { MLmodel: "two", "model/weights": "small", same: "s" };

beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
  vi.stubEnv("MLRUNS_ARTIFACT_CACHE_SIZE", "0");
});

describe("in a bucket that keeps versions", () => {
  let bucket: string;
  let place: string;
  let above: VersionedRepository;
  beforeAll(async () => {
    bucket = await makeVersionedBucket(await startStore("s3"));
  });
  beforeEach(async () => {
    const uri = `${bucket}/${randomUUID()}`;
    place = `${uri}/artifacts`;
    above = await openArtifacts({ kind: "remote", uri });
  });
  const copies = async (): Promise<string[]> =>
    outline(above.list(".mlruns-versions/artifacts/objects"));
  /** A line a version of a file that is there no more. */
  const kept = async (folder: string): Promise<string[]> => {
    const names: string[] = [];
    for await (const { path, isCurrent } of above.listVersions?.(folder) ?? []) {
      if (!isCurrent) names.push(path);
    }
    return names.sort();
  };

  test("what is overwritten or deleted is not copied, and restored all the same", async () => {
    await push(FIRST, place);
    await push(SECOND, place);

    expect(await copies()).toEqual([]);
    expect(await kept("artifacts")).toEqual([
      "artifacts/MLmodel",
      "artifacts/model/weights",
      "artifacts/notes/a b#c.txt",
    ]);
    const copy = await makeTempFolder();
    expect(await restoreVersion(place, "HEAD~1", copy)).toMatchObject({
      copied: { files: 4 },
      failures: [],
    });
    for (const [path, content] of Object.entries(FIRST)) {
      expect((await readFile(join(copy, path))).equals(Buffer.from(content))).toBe(true);
    }
    const { artifacts } = await openVersionSide(place, "HEAD~1");
    expect(await text(await artifacts.read("MLmodel", { start: 1 }))).toBe("ne");
  });

  test("a version is brought back over the mirror itself, which makes it the newest", async () => {
    await push({ a: "1", b: "same" }, place);
    await push({ a: "2", b: "same" }, place);
    const report = await restoreVersion(place, "HEAD~1", place, { versions: true });

    expect(report).toMatchObject({ copied: { files: 1 }, failures: [] });
    const contents = await Promise.all(
      ["HEAD~2", "HEAD~1", "HEAD"].map(async (version) => {
        const { artifacts } = await openVersionSide(place, version);
        return text(await artifacts.read("a"));
      }),
    );
    expect(contents).toEqual(["1", "2", "1"]);
    expect(await copies()).toEqual([]);
  });

  test("what others wrote has no version that a manifest names: it is copied", async () => {
    await push({ a: "1" }, place);
    await above.write("artifacts/a", Readable.from(["by others"]));
    await push({ a: "1" }, place);

    expect(await copies()).toHaveLength(1);
  });

  test("the collector removes versions that nothing needs, for good, and never what is there now", async () => {
    for (const content of ["1", "2", "3", "4"]) await push({ a: content, b: "same" }, place);
    await tagVersion(place, "good", "HEAD~2");
    expect(await kept("artifacts")).toHaveLength(3);

    expect(await collectVersions(place, { keep: 1 })).toMatchObject({ versions: 2, objects: 0 });
    const report = { manifests: 2, objects: 2, bytes: 2 };
    const settings = { keep: 1, graceMs: -5_000 };
    expect(await collectVersions(place, { ...settings, dryRun: true })).toMatchObject(report);
    expect(await kept("artifacts")).toHaveLength(3);
    expect(await collectVersions(place, settings)).toMatchObject(report);
    expect(await kept("artifacts")).toEqual(["artifacts/a"]);
    expect(await kept(".mlruns-versions")).toEqual([]);
    const copy = await makeTempFolder();
    await restoreVersion(place, "good", copy);
    expect(await readFile(join(copy, "a"), "utf8")).toBe("2");
    await restoreVersion(place, "HEAD", copy);
    expect(await readFile(join(copy, "a"), "utf8")).toBe("4");
    expect(await listVersions(place)).toHaveLength(2);
  });

  test("with all versions of a place, those go that the bucket keeps", async () => {
    await push(FIRST, place);
    await push(SECOND, place);
    await above.deleteFiles(await collect(above.list("artifacts")));
    await removeVersions(place);

    expect(await kept("")).toEqual([]);
    expect(await collect(above.list(""))).toEqual([]);
  });
});

async function push(files: Files, place: string): Promise<void> {
  const folder = await makeTempFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const report = await syncArtifacts(folder, place, { delete: true, versions: true });
  expect(report.failures).toEqual([]);
}
