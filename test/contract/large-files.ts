import { randomBytes } from "node:crypto";
import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import type {
  ArtifactRepository,
  BegunUpload,
  UploadJournal,
} from "../../lib/artifacts/artifact-repository.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { collect, md5 } from "./outline.ts";

/** The size of an upload's parts. */
const PART = 16 * 1024 * 1024;

export interface LargeFileOptions {
  /** Bytes that the store takes in parts. */
  readonly largeSize: number;
  /** The server, not the service it stands for, cannot tell what it has of an upload. */
  readonly forgetsParts?: boolean;
}

/**
 * What repositories promise of files that move in parts.
 *
 * @param open - a repository with a fresh root
 */
export function largeFileContract(
  open: () => Promise<ArtifactRepository>,
  { largeSize, forgetsParts = false }: LargeFileOptions,
): void {
  test("a large file goes up in parts, from a file as from a stream, and comes down the same", async () => {
    const artifacts = await open();
    const folder = await makeTempFolder();
    const content = randomBytes(largeSize);
    await writeFile(join(folder, "large"), content);

    await artifacts.upload(join(folder, "large"), "uploaded");
    await artifacts.write("written", Readable.from(slices(content, 1_000_003)));
    for (const name of ["uploaded", "written"]) {
      await artifacts.download(name, join(folder, name));
      expect((await stat(join(folder, name))).size).toBe(largeSize);
      expect(md5(await readFile(join(folder, name)))).toBe(md5(content));
    }
    const range = await buffer(await artifacts.read("uploaded", { start: largeSize - 5 }));
    expect(range).toEqual(content.subarray(-5));
  });

  test("a large upload that is stopped shows nothing under its name", async () => {
    const artifacts = await open();
    const local = join(await makeTempFolder(), "large");
    await writeFile(local, randomBytes(largeSize));
    const stop = new AbortController();
    const pace = async (): Promise<void> => stop.abort(new Error("stopped"));

    await expect(artifacts.upload(local, "large", { signal: stop.signal, pace })).rejects.toThrow();
    expect(await collect(artifacts.list(""))).toEqual([]);
  });

  test("a large file that changes while it is uploaded is not stored", async () => {
    const artifacts = await open();
    const local = join(await makeTempFolder(), "large");
    await writeFile(local, randomBytes(largeSize));
    const pace = async (): Promise<void> => appendFile(local, "more");

    await expect(artifacts.upload(local, "large", { pace })).rejects.toMatchObject({
      errorCode: "ABORTED",
      message: `'${local}' changed while it was read.`,
    });
    expect(await collect(artifacts.list(""))).toEqual([]);
  });

  if (!forgetsParts) {
    test("a stopped upload goes on where it ended, and starts again when the file has changed", async () => {
      const artifacts = await open();
      const folder = await makeTempFolder();
      // Three parts are sent at a time: when the fourth begins, one at least has arrived.
      const size = 4 * PART;
      const content = randomBytes(size);
      await writeFile(join(folder, "large"), content);
      const journal = memoryJournal();
      const uploading = async (stopAtPart: number): Promise<number> => {
        let moved = 0;
        let parts = 0;
        const stop = new AbortController();
        const pace = async (bytes: number): Promise<void> => {
          moved += bytes;
          if (++parts === stopAtPart) stop.abort();
        };
        await artifacts
          .upload(join(folder, "large"), "large", { journal, pace, signal: stop.signal })
          .catch((error: unknown) => expect(stop.signal.aborted, String(error)).toBe(true));
        return moved;
      };

      await uploading(4);
      expect(await collect(artifacts.list(""))).toEqual([]);
      expect(await uploading(Number.POSITIVE_INFINITY)).toBeLessThan(size);
      await artifacts.download("large", join(folder, "copy"));
      expect(md5(await readFile(join(folder, "copy")))).toBe(md5(content));

      await uploading(4);
      const changed = randomBytes(size);
      await writeFile(join(folder, "large"), changed);
      await uploading(Number.POSITIVE_INFINITY);
      await artifacts.download("large", join(folder, "copy"));
      expect(md5(await readFile(join(folder, "copy")))).toBe(md5(changed));
    });
  }

  test("a stopped download goes on where it ended", async () => {
    const artifacts = await open();
    const folder = await makeTempFolder();
    const content = randomBytes(largeSize);
    await writeFile(join(folder, "large"), content);
    await artifacts.upload(join(folder, "large"), "large");
    const journal = memoryJournal();
    let moved = 0;
    const stop = new AbortController();
    const pace = async (bytes: number): Promise<void> => {
      moved += bytes;
      if (moved > largeSize / 2) stop.abort();
    };
    const copy = join(folder, "copy");

    const stopped = artifacts.download("large", copy, { journal, pace, signal: stop.signal });
    await expect(stopped).rejects.toThrow();
    moved = -largeSize;
    await artifacts.download("large", copy, { journal, pace });
    expect(moved).toBeLessThan(-largeSize / 3);
    expect(md5(await readFile(copy))).toBe(md5(content));
  });
}

/** What the engine keeps on disk. */
function memoryJournal(): UploadJournal {
  const uploads = new Map<string, BegunUpload>();
  return {
    get: (path) => uploads.get(path),
    set: async (path, upload) => {
      if (upload === undefined) uploads.delete(path);
      else uploads.set(path, upload);
    },
  };
}

function* slices(content: Buffer, size: number): Generator<Buffer> {
  for (let i = 0; i < content.length; i += size) yield content.subarray(i, i + size);
}
