import { createReadStream, createWriteStream, type Stats } from "node:fs";
import { dirname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import fs from "fs-extra";
import { validateArtifactPath } from "../entities/artifact-path.ts";
import { compareText } from "../entities/record.ts";
import { invalidParameter, notFound } from "../errors.ts";
import type {
  ArtifactFile,
  ArtifactRepository,
  ByteRange,
  Capabilities,
  TransferOptions,
} from "./artifact-repository.ts";
import {
  changedMeanwhile,
  isSameFile,
  isUploading,
  replaceWith,
  walkFiles,
} from "./local-files.ts";

const CAPABILITIES: Capabilities = { listsMd5: false, resumesUploads: false, transfers: 16 };

export interface LocalOptions {
  /** Follows links that lead out of the root. For the user's own calls; never for what a browser asks. */
  readonly followLinks?: boolean;
}

/** Artifacts in a folder of this machine. The folder is made with the first file. */
export function openLocal(root: string, options: LocalOptions = {}): ArtifactRepository {
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
        yield toArtifactFile(folder === "" ? path : `${folder}/${path}`, stat);
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

    async upload(localFile, path, options) {
      const target = await locate(path);
      await replaceWith(target, (temporary) => copyFile(localFile, temporary, options));
      return { md5: null, etag: null, isListed: false };
    },

    async download(path, localFile, options) {
      const file = await locate(path);
      await refuseNoFile(file, path);
      await replaceWith(localFile, (temporary) => copyFile(file, temporary, options));
      return { md5: null, etag: null, isListed: false };
    },

    async delete(path) {
      await fs.remove(await locate(path));
    },

    async deleteFiles(paths) {
      for (const path of paths) await removeFile(root, await locate(path));
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

function rangeOptions(range: ByteRange | undefined): { start?: number; end?: number } {
  if (range === undefined) return {};
  return range.end === undefined ? { start: range.start } : { start: range.start, end: range.end };
}
