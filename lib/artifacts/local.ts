import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, type Stats } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import fastGlob from "fast-glob";
import fs from "fs-extra";
import { validateArtifactPath } from "../entities/artifact-path.ts";
import { compareText } from "../entities/record.ts";
import { invalidParameter, notFound } from "../errors.ts";
import type { ArtifactFile, ArtifactRepository, ByteRange } from "./artifact-repository.ts";

/** How MLflow 3 names a file while it is being written; no listing shows it. */
const UPLOADING = ".artifact.uploading.";

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
    async *list(folder) {
      const start = await locate(folder);
      const options = {
        cwd: start,
        dot: true,
        stats: true,
        followSymbolicLinks: followLinks,
      } as const;
      for await (const entry of fastGlob.stream("**", options)) {
        const { path, stats } = entry as unknown as { path: string; stats: Stats };
        if (isHidden(path)) continue;
        yield toArtifactFile(folder === "" ? path : `${folder}/${path}`, stats);
      }
    },

    async listFolder(folder) {
      const start = await locate(folder);
      const names = await namesIn(start);
      const files = await Promise.all(
        names
          .filter((name) => !isHidden(name))
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

    async upload(localFile, path) {
      // As MLflow's log_artifact does, times are copied with the bytes.
      await replaceWith(await locate(path), (temporary) =>
        fs.copy(localFile, temporary, { preserveTimestamps: true, dereference: true }),
      );
    },

    async download(path, localFile) {
      const file = await locate(path);
      await refuseNoFile(file, path);
      await replaceWith(localFile, (temporary) =>
        fs.copy(file, temporary, { preserveTimestamps: true, dereference: true }),
      );
    },

    async delete(path) {
      await fs.remove(await locate(path));
    },
  };
}

/** Fills a temporary file beside `file`, under a name that MLflow 3 hides, and moves it over `file`. */
async function replaceWith(
  file: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  await fs.mkdir(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `${UPLOADING}${randomBytes(8).toString("hex")}`);
  try {
    await fill(temporary);
    await fs.rename(temporary, file);
  } catch (error) {
    await fs.remove(temporary);
    throw error;
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

function isHidden(path: string): boolean {
  return basename(path).startsWith(UPLOADING);
}

function rangeOptions(range: ByteRange | undefined): { start?: number; end?: number } {
  if (range === undefined) return {};
  return range.end === undefined ? { start: range.start } : { start: range.start, end: range.end };
}
