import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import pMap from "p-map";
import { expect, test } from "vitest";
import type { ArtifactRepository } from "../../lib/artifacts/artifact-repository.ts";
import { compareText } from "../../lib/entities/record.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { type LargeFileOptions, largeFileContract } from "./large-files.ts";
import { collect, md5, outline } from "./outline.ts";

/** Names that stores, SDKs, URLs and shells like to get wrong. */
const ODD_NAMES = [
  "a#b.txt",
  "a?b.txt",
  "a%20b.txt",
  "a%b.txt",
  "a+b.txt",
  "a b.txt",
  " leading and trailing ",
  "a&b=c;d,e@f:g$h!i.txt",
  "quote\"quote'`<>|*^~.txt",
  "[brackets]{braces}(parens).txt",
  ".hidden",
  "..two-dots",
  "caf\u00e9.txt",
  "cafe\u0301.txt",
  "\u65e5\u672c\u8a9e.txt",
  "\u{1f600}.txt",
  "\uff5e\ufffd-after-emoji-in-utf16.txt",
  "UPPER.txt",
  "upper.txt",
  "deep/er/and/deeper/file.txt",
  `${"long".repeat(50)}.txt`,
] as const;

export interface ContractOptions extends LargeFileOptions {
  /** Names that this server, not the service it stands for, cannot hold. */
  readonly refusedNames?: readonly string[];
  /** Bytes that the store takes in parts; 0 for a store that has none. */
  readonly largeSize: number;
  /** Deletes also what is no longer the listed file: a folder of this machine, and servers that do not look at conditions. */
  readonly deletesAnything?: boolean;
}

/**
 * What every artifact repository promises, asked of a real one.
 *
 * @param open - a repository with a fresh root
 */
export function artifactRepositoryContract(
  open: () => Promise<ArtifactRepository>,
  { refusedNames = [], largeSize, forgetsParts, deletesAnything = false }: ContractOptions,
): void {
  test("a root without files has none", async () => {
    const artifacts = await open();

    expect(await collect(artifacts.list(""))).toEqual([]);
    expect(await artifacts.listFolder("")).toEqual([]);
    expect(await artifacts.listFolder("no/such")).toEqual([]);
    expect(await artifacts.find("no/such")).toBeUndefined();
    await artifacts.delete("no/such");
    await artifacts.deleteFiles([{ path: "no/such" }]);
  });

  test("what is written is read back, whole and in ranges", async () => {
    const artifacts = await open();
    await artifacts.write("digits.txt", Readable.from(["01234", "56789"]));

    const reading = async (range?: { start: number; end?: number }): Promise<string> =>
      text(await artifacts.read("digits.txt", range));
    expect(await reading()).toBe("0123456789");
    expect(await reading({ start: 3, end: 5 })).toBe("345");
    expect(await reading({ start: 7 })).toBe("789");
    expect(await reading({ start: 8, end: 100 })).toBe("89");
  });

  test("an empty file is a file", async () => {
    const artifacts = await open();
    await artifacts.write("empty/written", Readable.from([]));
    const local = join(await makeTempFolder(), "empty");
    await writeFile(local, "");
    await artifacts.upload(local, "empty/uploaded");

    expect(await outline(artifacts.list(""))).toEqual(["empty/uploaded 0", "empty/written 0"]);
    expect(await text(await artifacts.read("empty/written"))).toBe("");
    await artifacts.download("empty/uploaded", `${local}.copy`);
    expect(await readFile(`${local}.copy`, "utf8")).toBe("");
  });

  test("files with odd names are listed, read, copied and removed under these names", async () => {
    const artifacts = await open();
    const names = ODD_NAMES.filter((name) => !refusedNames.includes(name));
    const folder = await makeTempFolder();
    await pMap(names, (name) => artifacts.write(`odd/${name}`, Readable.from([name])));

    const sorted = names.map((name) => `odd/${name}`).sort(compareText);
    expect((await collect(artifacts.list("odd"))).map(({ path }) => path)).toEqual(sorted);
    for (const name of names) {
      expect(await text(await artifacts.read(`odd/${name}`))).toBe(name);
      expect((await artifacts.find(`odd/${name}`))?.fileSize).toBe(Buffer.byteLength(name));
      await artifacts.download(`odd/${name}`, join(folder, "copies", name));
      expect(await readFile(join(folder, "copies", name), "utf8")).toBe(name);
    }
    await artifacts.deleteFiles(sorted.map((path) => ({ path })));
    expect(await collect(artifacts.list(""))).toEqual([]);
  });

  test("a file that was written anew since it was listed is not deleted, where the store can tell", async () => {
    const artifacts = await open();
    await artifacts.write("kept", Readable.from(["old"]));
    await artifacts.write("gone", Readable.from(["old"]));
    const listed = await collect(artifacts.list(""));
    await artifacts.write("kept", Readable.from(["newer"]));

    const deleting = artifacts.deleteFiles(listed);
    if (deletesAnything) return deleting;
    await expect(deleting).rejects.toMatchObject({ errorCode: "ABORTED" });
    expect(await outline(artifacts.list(""))).toContain("kept 5");
  });

  test("a folder is shown by what lies in it, sorted, with paths from the root", async () => {
    const artifacts = await open();
    for (const path of ["b.txt", "a/2.txt", "a/1/x", "a.txt", "a-b/c"]) {
      await artifacts.write(path, Readable.from([path]));
    }

    expect(await outline(await artifacts.listFolder(""))).toEqual([
      "a/",
      "a-b/",
      "a.txt 5",
      "b.txt 5",
    ]);
    expect(await outline(await artifacts.listFolder("a"))).toEqual(["a/1/", "a/2.txt 7"]);
    expect(await outline(await artifacts.listFolder("a.txt"))).toEqual([]);
    expect(await outline(artifacts.list(""))).toEqual([
      "a-b/c 5",
      "a.txt 5",
      "a/1/x 5",
      "a/2.txt 7",
      "b.txt 5",
    ]);
    expect(await outline(artifacts.list("a"))).toEqual(["a/1/x 5", "a/2.txt 7"]);
    expect(await artifacts.find("a")).toEqual({
      path: "a",
      isDir: true,
      fileSize: null,
      modified: null,
    });
    expect(await artifacts.find("b.txt")).toMatchObject({
      path: "b.txt",
      isDir: false,
      fileSize: 5,
      modified: expect.closeTo(Date.now(), -6),
    });
  });

  test("a name that begins like a folder's is not in that folder", async () => {
    const artifacts = await open();
    await artifacts.write("run/a", Readable.from(["1"]));
    await artifacts.write("run2/a", Readable.from(["2"]));

    expect(await outline(artifacts.list("run"))).toEqual(["run/a 1"]);
    await artifacts.delete("run");
    expect(await outline(artifacts.list(""))).toEqual(["run2/a 1"]);
  });

  test("more than a thousand files are all listed, in byte order, and all deleted", async () => {
    const artifacts = await open();
    const paths = Array.from({ length: 1_010 }, (_, i) => `many/${i % 7}/${i}`);
    await pMap(paths, (path) => artifacts.write(path, Readable.from([path])), { concurrency: 16 });

    expect((await collect(artifacts.list("many"))).map(({ path }) => path)).toEqual(
      [...paths].sort(compareText),
    );
    await artifacts.delete("many");
    expect(await collect(artifacts.list(""))).toEqual([]);
  }, 120_000);

  test("overwriting is atomic: a reader sees one version or the other", async () => {
    const artifacts = await open();
    const versions = ["a", "b"].map((letter) => letter.repeat(200_000));
    await artifacts.write("file", Readable.from([versions[0]]));

    const seen = new Set<string>();
    const writing = (async () => {
      for (let i = 1; i < 12; i++) await artifacts.write("file", Readable.from([versions[i % 2]]));
    })();
    for (let i = 0; i < 24; i++) {
      try {
        seen.add(await text(await artifacts.read("file")));
      } catch (error) {
        // A store that names versions refuses to read one that is gone.
        expect(error).toMatchObject({ errorCode: "ABORTED" });
      }
    }
    await writing;
    for (const content of seen) expect(versions).toContain(content);
    expect(await text(await artifacts.read("file"))).toBe(versions[1]);
  });

  test("a write that fails leaves what was there, and nothing else", async () => {
    const artifacts = await open();
    await artifacts.write("kept", Readable.from(["before"]));
    const failing = (): Readable =>
      Readable.from(
        (async function* () {
          yield "half";
          throw new Error("the source broke");
        })(),
      );

    await expect(artifacts.write("kept", failing())).rejects.toThrow("the source broke");
    await expect(artifacts.write("new", failing())).rejects.toThrow("the source broke");
    expect(await outline(artifacts.list(""))).toEqual(["kept 6"]);
    expect(await text(await artifacts.read("kept"))).toBe("before");
  });

  test("a file that is not there is an error that names it, and no file is made", async () => {
    const artifacts = await open();
    await artifacts.write("folder/file", Readable.from(["x"]));
    const folder = await makeTempFolder();

    const missing = {
      errorCode: "RESOURCE_DOES_NOT_EXIST",
      message:
        "Failed to download artifacts from path 'no/such', please ensure that the path is correct.",
    };
    await expect(artifacts.read("no/such")).rejects.toMatchObject(missing);
    await expect(artifacts.download("no/such", join(folder, "copy"))).rejects.toMatchObject(
      missing,
    );
    const isFolder = { errorCode: "INVALID_PARAMETER_VALUE" };
    await expect(artifacts.read("folder")).rejects.toMatchObject(isFolder);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each(["../out", "a/../../out", "/etc/passwd", "a//b", "a/./b", "a\\b", "a\0b"])(
    "the path %j is refused",
    async (path) => {
      const artifacts = await open();
      const local = join(await makeTempFolder(), "local");
      await writeFile(local, "x");

      const refused = { errorCode: "INVALID_PARAMETER_VALUE" };
      await expect(artifacts.write(path, Readable.from(["x"]))).rejects.toMatchObject(refused);
      await expect(artifacts.upload(local, path)).rejects.toMatchObject(refused);
      await expect(artifacts.read(path)).rejects.toMatchObject(refused);
      await expect(artifacts.find(path)).rejects.toMatchObject(refused);
      await expect(artifacts.delete(path)).rejects.toMatchObject(refused);
      await expect(artifacts.listFolder(path)).rejects.toMatchObject(refused);
      await expect(collect(artifacts.list(path))).rejects.toMatchObject(refused);
    },
  );

  test("what went up comes down the same, and the bytes are told as they move", async () => {
    const artifacts = await open();
    const folder = await makeTempFolder();
    const content = randomBytes(300_000);
    await mkdir(join(folder, "from"));
    await writeFile(join(folder, "from", "data.bin"), content);
    let moved = 0;
    const pace = async (bytes: number): Promise<void> => {
      moved += bytes;
    };

    await artifacts.upload(join(folder, "from", "data.bin"), "model/data.bin", { pace });
    const [listed] = await collect(artifacts.list("model"));
    await artifacts.download("model/data.bin", join(folder, "to", "data.bin"), { pace, listed });

    expect(await readFile(join(folder, "to", "data.bin"))).toEqual(content);
    expect(await readdir(join(folder, "to"))).toEqual(["data.bin"]);
    expect(moved).toBe(2 * content.length);
    if (artifacts.capabilities.listsMd5) expect(listed?.md5).toBe(md5(content));
  });

  test("a download that is stopped leaves nothing behind", async () => {
    const artifacts = await open();
    await artifacts.write("file", Readable.from([randomBytes(500_000)]));
    const folder = await makeTempFolder();
    const stop = new AbortController();
    const pace = async (): Promise<void> => stop.abort();

    const stopped = artifacts.download("file", join(folder, "copy"), { signal: stop.signal, pace });
    await expect(stopped).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => !name.startsWith("."))).toEqual([]);
  });

  test("a file changed since it was listed is not downloaded", async () => {
    const artifacts = await open();
    if (!artifacts.capabilities.listsMd5) return;
    await artifacts.write("file", Readable.from(["one"]));
    const [listed] = await collect(artifacts.list(""));
    await artifacts.write("file", Readable.from(["two"]));
    const copy = join(await makeTempFolder(), "copy");

    await expect(artifacts.download("file", copy, { listed })).rejects.toMatchObject({
      errorCode: "ABORTED",
    });
  });

  if (largeSize > 0) largeFileContract(open, { largeSize, forgetsParts });
}
