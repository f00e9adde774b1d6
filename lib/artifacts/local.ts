import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, type Stats } from "node:fs";
import { dirname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import fs from "fs-extra";
import { validateArtifactPath } from "../entities/artifact-path.ts";
import { compareText } from "../entities/record.ts";
import { invalidParameter, MlrunsError, notFound } from "../errors.ts";
import { takeLock } from "../state/process-lock.ts";
import type {
  ArtifactFile,
  ByteRange,
  Capabilities,
  LoadedFile,
  Receipt,
  TransferOptions,
  VersionedRepository,
} from "./artifact-repository.ts";
import {
  changedMeanwhile,
  isSameFile,
  isUploading,
  replaceWith,
  walkFiles,
} from "./local-files.ts";
import { contentOf } from "./parts.ts";

const CAPABILITIES: Capabilities = {
  listsMd5: false,
  checksReplaced: false,
  keepsVersions: false,
  resumesUploads: false,
  transfers: 16,
};

const NOTHING_LEARNED: Receipt = { md5: null, sha256: null, etag: null, isListed: false };

export interface LocalOptions {
  /** Follows links that lead out of the root. For the user's own calls; never for what a browser asks. */
  readonly followLinks?: boolean;
}

/** Artifacts in a folder of this machine. The folder is made with the first file. */
export function openLocal(root: string, options: LocalOptions = {}): VersionedRepository {
  const followLinks = options.followLinks ?? true;

  async function locate(path: string): Promise<string> {
    validateArtifactPath(path);
    const file = join(root, path);
    if (!followLinks) await refuseLinkOut(root, file, path);
    return file;
  }

  return {
    capabilities: CAPABILITIES,

    async *list(folder) {
      const start = await locate(folder);
      for await (const { path, stat } of walkFiles(start, { followLinks })) {
        const full = folder === "" ? path : `${folder}/${path}`;
        yield stat === undefined
          ? unreadable(full)
          : { ...toArtifactFile(full, stat), found: stat };
      }
    },

    async listFolder(folder) {
      const start = await locate(folder);
      const names = await namesIn(start);
      const files = await Promise.all(
        names
          .filter((name) => !isUploading(name))
          .map(async (name) => {
            const stat = await statOrLink(join(start, name));
            return stat && toArtifactFile(folder === "" ? name : `${folder}/${name}`, stat);
          }),
      );
      return files.filter((file) => file !== undefined).sort((a, b) => compareText(a.path, b.path));
    },

    async find(path) {
      const stat = await fs.stat(await locate(path)).catch(() => undefined);
      return stat && toArtifactFile(path, stat);
    },

    async read(path, range) {
      const file = await locate(path);
      await refuseNoFile(file, path);
      return createReadStream(file, rangeOptions(range));
    },

    async write(path, content) {
      await replaceWith(await locate(path), (temporary) =>
        pipeline(content, createWriteStream(temporary, { flags: "wx" })),
      );
    },

    async load(path) {
      return loadFile(await locate(path));
    },

    async replace(path, content, expected) {
      await replaceExpected(await locate(path), path, content, expected);
    },

    async copy({ path }, to) {
      const from = await locate(path);
      await refuseNoFile(from, path);
      await replaceWith(await locate(to), async (temporary) => {
        await copyFile(from, temporary);
        // As in a bucket, where a copy is as old as the copying.
        await fs.utimes(temporary, new Date(), new Date());
      });
    },

    async upload(localFile, path, options) {
      const target = await locate(path);
      const { durable } = options ?? {};
      await replaceWith(target, (temporary) => copyFile(localFile, temporary, options), {
        durable,
      });
      return NOTHING_LEARNED;
    },

    async download(path, localFile, options) {
      const file = await locate(path);
      await refuseNoFile(file, path);
      const fill = async (temporary: string): Promise<void> => {
        await copyFile(file, temporary, options);
        await checkContent(temporary, path, options?.listed?.sha256);
      };
      await replaceWith(localFile, fill, { durable: options?.durable });
      return NOTHING_LEARNED;
    },

    async delete(path) {
      await fs.remove(await locate(path));
    },

    async deleteFiles(files) {
      for (const { path } of files) await removeFile(root, await locate(path));
    },
  };
}

/** As MLflow's log_artifact does, copies times with the bytes. */
async function copyFile(from: string, to: string, options: TransferOptions = {}): Promise<void> {
  const before = await fs.stat(from);
  await options.pace?.(before.size);
  options.signal?.throwIfAborted();
  await fs.copy(from, to, { preserveTimestamps: true, dereference: true });
  if (!isSameFile(before, await fs.stat(from))) throw changedMeanwhile(from);
}

/** A file of this machine has no ETag: the digest of its content stands for it. */
async function loadFile(file: string): Promise<LoadedFile | undefined> {
  try {
    const content = await fs.readFile(file);
    return { content, etag: contentOf(content).sha256.toString("hex") };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function replaceExpected(
  file: string,
  path: string,
  content: Buffer,
  expected: string | null,
): Promise<void> {
  const lock = await takeLock(`${file}.lock`);
  const isOther = new MlrunsError("ABORTED", `'${path}' is being changed by another process.`);
  if (typeof lock === "number") throw isOther;
  try {
    if (((await loadFile(file))?.etag ?? null) !== expected) throw isOther;
    await replaceWith(file, (temporary) => fs.writeFile(temporary, content));
  } finally {
    await lock.release();
  }
}

async function checkContent(file: string, path: string, sha256: string | undefined): Promise<void> {
  if (sha256 === undefined) return;
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  if (hash.digest("hex") === sha256) return;
  throw new MlrunsError("DATA_LOSS", `'${path}' has other bytes than its version.`);
}

/** Removes a file and the folders that it leaves empty, as an object store has no empty folders. */
async function removeFile(root: string, file: string): Promise<void> {
  await fs.rm(file, { force: true });
  for (let folder = dirname(file); folder.startsWith(root + sep); folder = dirname(folder)) {
    try {
      await fs.rmdir(folder);
    } catch {
      return; // Not empty.
    }
  }
}

async function refuseNoFile(file: string, path: string): Promise<void> {
  const stat = await fs.stat(file).catch(() => undefined);
  if (stat === undefined) {
    throw notFound(
      `Failed to download artifacts from path '${path}', please ensure that the path is correct.`,
    );
  }
  if (stat.isDirectory()) throw invalidParameter(`'${path}' is a folder, not a file.`);
}

async function refuseLinkOut(root: string, file: string, path: string): Promise<void> {
  const [realRoot, realFile] = await Promise.all([realPath(root), realPath(file)]);
  if (realFile === undefined || realRoot === undefined) return;
  if (realFile === realRoot || realFile.startsWith(realRoot + sep)) return;
  throw invalidParameter(
    `Invalid path: '${path}': resolved path is outside the artifact directory`,
  );
}

/** The real path of a file, or of the deepest of its folders that exists. */
async function realPath(path: string): Promise<string | undefined> {
  try {
    return await fs.realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? undefined : realPath(parent);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch {
    return [];
  }
}

async function statOrLink(path: string): Promise<Stats | undefined> {
  return fs.stat(path).catch(() => fs.lstat(path).catch(() => undefined));
}

function toArtifactFile(path: string, stat: Stats): ArtifactFile {
  const isDir = stat.isDirectory();
  return {
    path,
    isDir,
    fileSize: isDir ? null : stat.size,
    modified: isDir ? null : Math.round(stat.mtimeMs),
  };
}

/** What is there, and cannot be looked at. */
function unreadable(path: string): ArtifactFile {
  return { path, isDir: false, fileSize: null, modified: null };
}

function rangeOptions(range: ByteRange | undefined): { start?: number; end?: number } {
  if (range === undefined) return {};
  return range.end === undefined ? { start: range.start } : { start: range.start, end: range.end };
}
