import {
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  utimesSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { runPaths } from "../../tree/layout.ts";
import { isMissing } from "../../tree/read.ts";
import type { Owner } from "../owners.ts";

/**
 * The files of a run, logged model or trace by the path that they have below its folder; artifacts below `artifacts/`, wherever
 * they are on this machine. Artifacts in another store are not among them.
 */
export function filesOf(owner: Owner): Map<string, string> {
  const usual = runPaths.artifacts(owner.folder);
  const files = listFiles(owner.folder, "", (path) => path.startsWith(usual + sep));
  if (owner.artifacts.kind === "folder")
    for (const [path, file] of listFiles(owner.artifacts.folder, "artifacts/"))
      files.set(path, file);
  return files;
}

/** Every file below a folder, sorted by path. Temporary files of ours and of write-file-atomic are not data. */
export function listFiles(
  folder: string,
  prefix = "",
  isSkipped: (file: string) => boolean = () => false,
): Map<string, string> {
  const files = entriesBelow(folder)
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !isSkipped(file) && !isTemporary(file))
    // A link to a folder is no file; a link to nowhere is a fault of the source.
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  const named = files.map((file) => [prefix + toPath(relative(folder, file)), file] as const);
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Copies a file with its times, without copying bytes where the file system can do without. */
export function copyWithTimes(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  const { atime, mtime } = statSync(from);
  utimesSync(to, atime, mtime);
}

/** Whether two files have the same bytes. As rsync does, it takes the same size and time for it. */
export function haveSameBytes(a: string, b: string): boolean {
  const [first, second] = [statSync(a), statSync(b)];
  if (first.size !== second.size) return false;
  return (
    Math.floor(first.mtimeMs) === Math.floor(second.mtimeMs) || sharedBytes(a, b) === first.size
  );
}

/** How many bytes two files have in common from their beginning on. */
export function sharedBytes(a: string, b: string): number {
  const [first, second] = [openSync(a, "r"), openSync(b, "r")];
  const [left, right] = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)];
  try {
    for (let from = 0; ; from += CHUNK) {
      const sizes = [readFull(first, left, from), readFull(second, right, from)] as const;
      const common = Math.min(...sizes);
      if (left.compare(right, 0, common, 0, common) !== 0) {
        const at = left.subarray(0, common).findIndex((byte, i) => byte !== right[i]);
        return from + at;
      }
      if (common < CHUNK) return from + common;
    }
  } finally {
    closeSync(first);
    closeSync(second);
  }
}

const CHUNK = 1024 * 1024;

function readFull(fd: number, buffer: Buffer, from: number): number {
  let length = 0;
  while (length < buffer.length) {
    const more = readSync(fd, buffer, length, buffer.length - length, from + length);
    if (more === 0) break;
    length += more;
  }
  return length;
}

function entriesBelow(folder: string): import("node:fs").Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function isTemporary(file: string): boolean {
  return /[\\/](\.mlruns-[^\\/]*\.tmp|meta\.yaml\.\d+|\.artifact\.uploading\.[^\\/]*)$/.test(file);
}

function toPath(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
