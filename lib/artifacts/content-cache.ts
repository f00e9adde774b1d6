import { randomUUID } from "node:crypto";
import { constants, linkSync, type Stats, statSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import pMap from "p-map";
import writeFileAtomic from "write-file-atomic";
import { invalidParameter } from "../errors.ts";
import { cacheFolder } from "../state/cache-folder.ts";
import { takeLock } from "../state/process-lock.ts";
import type { StoredObject } from "./object-store.ts";
import { environment } from "./sdk.ts";

const DEFAULT_SIZE = "10G";
/** What is left when room has been made. */
const FULL_ENOUGH = 0.8;
/** Room is made after so much of the bound was added, or when nobody has looked for so long. */
const LOOK_AFTER = 1 / 20;
const LOOK_EVERY_MS = 3_600_000;
const CONCURRENCY = 16;

/**
 * What was downloaded before, by its content: the same content comes a second time without a download. Everything in it can
 * go at any time. Processes share it without locks: files appear whole and under the name of their content.
 */
export interface ContentCache {
  /** Path of a file that should have an object's content; undefined when there is none. Who reads it checks it. */
  find(object: StoredObject): Promise<string | undefined>;
  /** Whether a file of this size is kept at all: not one that would take the room of many others. Bytes. */
  takes(size: number): boolean;
  /**
   * Takes in a file that was downloaded: as a link where the file system can, so that it takes no room.
   *
   * @param digest - MD5 of the whole content, or SHA-256 of an object that came in parts
   */
  keep(object: StoredObject, digest: string, file: string): Promise<void>;
  /** Throws away a file that has other content than it should. */
  drop(file: string): Promise<void>;
}

const caches = new Map<string, ContentCache | undefined>();

/** The user's cache, as the environment says; undefined when its size is 0. @throws MlrunsError INVALID_PARAMETER_VALUE */
export function openContentCache(): ContentCache | undefined {
  const size = environment("MLRUNS_ARTIFACT_CACHE_SIZE") ?? DEFAULT_SIZE;
  const folder = join(cacheFolder(), "artifacts");
  const key = `${size} ${folder}`;
  if (!caches.has(key)) {
    const bound = parseSize(size);
    caches.set(key, bound === 0 ? undefined : makeCache(folder, bound));
  }
  return caches.get(key);
}

function makeCache(folder: string, bound: number): ContentCache {
  const made = new Set<string>();
  let added = 0;
  let isFirst = true;

  async function shard(kind: string, name: string): Promise<string> {
    const path = join(folder, kind, name.slice(0, 2));
    if (!made.has(path)) await mkdir(path, { recursive: true, mode: 0o700 });
    made.add(path);
    return join(path, name);
  }
  const makeRoom = async (size: number): Promise<void> => {
    added += size;
    if (!isFirst && added < bound * LOOK_AFTER) return;
    const isDue = !isFirst || (await age(join(folder, "looked"))) > LOOK_EVERY_MS;
    isFirst = false;
    if (!isDue) return;
    added = 0;
    await sweep(folder, bound);
  };

  return {
    async find(object) {
      const { md5, parts, size } = object;
      if (md5 === undefined || size === 0) return undefined;
      if (parts === undefined) return fileIn(await shard("md5", `${md5}-${size}`), size);
      // The digest of the whole was learned when it was downloaded.
      const whole = await readFile(await shard("parts", partsName(object)), "utf8").catch(() => "");
      return whole === "" ? undefined : fileIn(await shard("md5", `${whole}-${size}`), size);
    },

    takes: (size) => size > 0 && size <= bound * (1 - FULL_ENOUGH),

    async keep(object, digest, file) {
      const { size, parts } = object;
      try {
        await linkOrCopy(file, await shard("md5", `${digest}-${size}`));
        if (parts !== undefined) {
          await writeFileAtomic(await shard("parts", partsName(object)), digest, { fsync: false });
        }
        await makeRoom(size);
      } catch {
        // A cache that cannot be written, or a disk that is full, is no reason for a download to fail.
        made.clear();
      }
    },

    async drop(file) {
      await rm(file, { force: true });
    },
  };
}

function partsName({ md5, parts, size }: StoredObject): string {
  return `${md5}-${parts}-${size}`;
}

async function fileIn(path: string, size: number): Promise<string | undefined> {
  // At once: most often it is not there, and to ask another thread takes longer.
  return statSync(path, { throwIfNoEntry: false })?.size === size ? path : undefined;
}

async function linkOrCopy(file: string, entry: string): Promise<void> {
  try {
    linkSync(file, entry);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    // Another file system, or one without links.
    const temporary = `${entry}.${randomUUID()}`;
    await copyFile(file, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, entry);
  }
}

/** Removes what was not read for the longest time until there is room again; nothing while another process does. */
async function sweep(folder: string, bound: number): Promise<void> {
  const lock = await takeLock(join(folder, "sweeping"));
  if (typeof lock === "number") return;
  try {
    await writeFileAtomic(join(folder, "looked"), "", { fsync: false });
    const files = await filesOf(join(folder, "md5"));
    let total = files.reduce((sum, { found }) => sum + found.size, 0);
    if (total <= bound) return;
    files.sort((a, b) => lastUse(a.found) - lastUse(b.found));
    for (const { path, found } of files) {
      if (total <= bound * FULL_ENOUGH) return;
      await rm(path, { force: true });
      total -= found.size;
    }
  } finally {
    await lock.release();
  }
}

async function filesOf(folder: string): Promise<{ path: string; found: Stats }[]> {
  const names = await readdir(folder, { recursive: true });
  const files = await pMap(
    names,
    async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      return found?.isFile() ? { path, found } : undefined;
    },
    { concurrency: CONCURRENCY },
  );
  return files.filter((file) => file !== undefined);
}

/** File systems note the time of reading only now and then; that of linking stands for it. */
function lastUse({ atimeMs, ctimeMs }: Stats): number {
  return Math.max(atimeMs, ctimeMs);
}

async function age(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? Number.POSITIVE_INFINITY : Date.now() - found.mtimeMs;
}

function parseSize(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]?)$/i.exec(text) ?? [];
  if (number !== undefined)
    return Number(number) * 1024 ** " KMGT".indexOf(unit.toUpperCase() || " ");
  throw invalidParameter(
    `MLRUNS_ARTIFACT_CACHE_SIZE is '${text}': a number is expected, with K, M, G or T for its unit.`,
  );
}
