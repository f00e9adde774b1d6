/** Names and sizes at the edges of what stores and disks take, and files that change while they are read. */
import { randomBytes, randomUUID } from "node:crypto";
import { appendFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ArtifactRepository } from "../../../lib/artifacts/artifact-repository.ts";
import { openArtifacts } from "../../../lib/artifacts/registry.ts";
import { openSide } from "../../../lib/artifacts/sync/side.ts";
import { syncArtifacts, syncSides } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { startFaultProxy } from "../../helpers/fault-proxy.ts";
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
  const freshUri = (): string => `${store.uri}/${randomUUID()}`;

  test("sizes on both sides of each limit, and empty files, come back as they were", async () => {
    const [from, uri, to] = [await makeTempFolder(), freshUri(), await makeTempFolder()];
    // Put at once up to the limit; a byte more, and it goes in parts of 5 MiB; exactly two, or four, of them.
    const [limit, whole] = cloud === "gs" ? [8, 10] : [16, 20];
    const sizes = [0, 1, limit * MEBIBYTE, limit * MEBIBYTE + 1, whole * MEBIBYTE];
    for (const size of sizes) await writeFile(join(from, `size ${size}`), randomBytes(size));

    const options = { partSize: 5 * MEBIBYTE };
    expect(await syncArtifacts(from, uri, options)).toMatchObject({
      copied: { files: 5 },
      failures: [],
    });
    expect(await syncArtifacts(from, uri, options)).toMatchObject({ copied: { files: 0 } });
    expect(await syncArtifacts(uri, to)).toMatchObject({ copied: { files: 5 }, failures: [] });
    expect((await verifyArtifacts(from, to, { full: true })).differences).toEqual([]);
  });

  test("names that differ by case, by accents' form or by control characters are files of their own", async () => {
    const [from, uri, to] = [
      await makeTempFolder(),
      freshUri(),
      join(await makeTempFolder(), "to"),
    ];
    const names = [
      "a",
      "A",
      "caf\u00e9",
      "cafe\u0301",
      "tab\there",
      "line\nfeed",
      "del\u007f",
      "con",
      "aux.txt",
      "end.",
      "ab:c",
      'x"<>|*?',
    ];
    // Azure's emulator takes a dot at the end for none.
    const taken = names.filter((name) => cloud !== "wasbs" || name !== "end.");
    for (const name of taken) await writeFile(join(from, name), `this is ${name}`);

    expect(await syncArtifacts(from, uri)).toMatchObject({
      copied: { files: taken.length },
      failures: [],
    });
    expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 0 }, extra: 0 });
    expect(await syncArtifacts(uri, to)).toMatchObject({ failures: [] });
    expect((await readdir(to)).sort()).toEqual([...taken].sort());
    expect((await verifyArtifacts(from, to, { full: true })).differences).toEqual([]);
  });
});

describe("with a store of S3", () => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore("s3");
  });
  beforeEach(() => void vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", store.server.url));
  const freshUri = (): string => `${store.uri}/${randomUUID()}`;

  test("a key may have 1,024 bytes; a longer one is refused by its name", async () => {
    const [from, uri, to] = [
      await makeTempFolder(),
      freshUri(),
      join(await makeTempFolder(), "to"),
    ];
    const room = 1_024 - Buffer.byteLength(`${uri.slice("s3://mlruns-test/".length)}/`);
    const folders = Array.from({ length: Math.floor(room / 200) }, () => "é".repeat(99)).join("/");
    const longest = `${folders}/${"x".repeat(room - Buffer.byteLength(folders) - 1)}`;
    await mkdir(join(from, longest, ".."), { recursive: true });
    await writeFile(join(from, longest), "longest");
    await writeFile(join(from, `${longest}y`), "too long");
    await writeFile(join(from, "short"), "short");

    expect(await syncArtifacts(from, uri)).toMatchObject({
      copied: { files: 2 },
      failures: [
        {
          path: `${longest}y`,
          errorCode: "BAD_REQUEST",
          message: expect.stringMatching(/KeyTooLong/),
        },
      ],
    });
    expect(await syncArtifacts(uri, to)).toMatchObject({ copied: { files: 2 }, failures: [] });
    expect(await readFile(join(to, longest), "utf8")).toBe("longest");
  });

  test.each<[string, (file: string) => void]>([
    ["grows", (file) => appendFileSync(file, "more")],
    ["shrinks", (file) => truncateSync(file, 16 * MEBIBYTE)],
    ["is written anew in place", (file) => writeFileSync(file, randomBytes(17 * MEBIBYTE))],
    [
      "is replaced",
      (file) => {
        rmSync(file);
        writeFileSync(file, randomBytes(17 * MEBIBYTE));
      },
    ],
    ["is deleted", (file) => rmSync(file)],
  ])(
    "a file that %s while it is sent fails or is sent as it was, never mixed",
    async (_what, change) => {
      const [from, uri] = [await makeTempFolder(), freshUri()];
      const content = randomBytes(17 * MEBIBYTE);
      await writeFile(join(from, "large"), content);
      await writeFile(join(from, "other"), "other");
      const proxy = await startFaultProxy(store.server.url);
      vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", proxy.url);
      let isChanged = false;
      proxy.choose = ({ url = "" }) => {
        if (url.includes("partNumber=1") && !isChanged) {
          isChanged = true;
          change(join(from, "large"));
        }
        return undefined;
      };

      const first = await syncArtifacts(from, uri, { partSize: 5 * MEBIBYTE });
      expect(isChanged).toBe(true);
      const remote = await openArtifacts({ kind: "remote", uri });
      if (first.failures.length === 0) {
        await remote.download("large", join(from, "..", "large"));
        expect((await readFile(join(from, "..", "large"))).equals(content)).toBe(true);
      } else {
        expect(first.failures).toMatchObject([{ path: "large", errorCode: "ABORTED" }]);
        expect(await remote.find("large")).toBeUndefined();
      }
      expect(await syncArtifacts(from, uri, { delete: true })).toMatchObject({ failures: [] });
      expect((await verifyArtifacts(from, uri, { full: true })).differences).toEqual([]);
    },
  );

  test("links to themselves and nowhere are no files; links out of the tree are followed", async () => {
    const [from, outside, uri] = [await makeTempFolder(), await makeTempFolder(), freshUri()];
    await writeFile(join(outside, "file"), "outside");
    await writeFile(join(from, "file"), "inside");
    await symlink("loop", join(from, "loop"));
    await symlink("../a", join(from, "b"));
    await symlink(from, join(from, "again"));
    await symlink(outside, join(from, "out"));

    expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 2 }, failures: [] });
    expect((await verifyArtifacts(from, uri, { full: true })).same.files).toBe(2);
  });

  test("what others deleted or changed in the store between listing and download is named, and repaired", async () => {
    const [from, uri, to] = [
      await makeTempFolder(),
      freshUri(),
      join(await makeTempFolder(), "to"),
    ];
    for (const name of ["a", "b", "c"]) await writeFile(join(from, name), `1 ${name}`);
    await syncArtifacts(from, uri);
    const remote = await openArtifacts({ kind: "remote", uri });
    const side = await openSide(uri);
    const meddled: ArtifactRepository = {
      ...remote,
      async *list(folder) {
        yield* remote.list(folder);
        await remote.delete("a");
        await remote.write("b", Readable.from(["2 b"]));
      },
    };

    const first = await syncSides({ ...side, artifacts: meddled }, await openSide(to));
    expect(first).toMatchObject({
      copied: { files: 1 },
      failures: [
        { path: "a", errorCode: "RESOURCE_DOES_NOT_EXIST" },
        { path: "b", errorCode: "ABORTED" },
      ],
    });
    expect(await syncArtifacts(uri, to, { delete: true })).toMatchObject({ failures: [] });
    expect((await verifyArtifacts(uri, to, { full: true })).differences).toEqual([]);
  });
});
