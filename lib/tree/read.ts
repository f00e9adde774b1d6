import { isAscii, isUtf8 } from "node:buffer";
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { MlrunsError } from "../errors.ts";
import type { FootprintRecorder } from "./footprint.ts";

/** Waits between readings of a file that somebody may be rewriting in place, ms. MLflow waits 100 and 200. */
const PATIENCE = [1, 4, 15, 40, 80, 160];

const NOT_UTF8 = "The file is not valid UTF-8";
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A piece of a file, from some byte to its end. */
export interface FilePiece {
  /** Valid until the next file is read. */
  readonly bytes: Buffer;
  /** Tells files apart that have followed each other under one name. */
  readonly inode: number;
  /** Of the whole file. */
  readonly size: number;
}

/** Nearly all files of a tree fit: reading them allocates nothing. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Reads a file from a byte on, through one descriptor: a third quicker than `readFileSync`.
 *
 * @param footprint - notes the file as it was before it was read
 */
export function readPiece(path: string, from = 0, footprint?: FootprintRecorder): FilePiece {
  const fd = openSync(path, "r");
  try {
    const { size, mtimeMs, ino } = fstatSync(fd);
    footprint?.add(path, size, mtimeMs);
    // With a byte to spare the first read also tells that nothing follows.
    const buffer = size - from < shared.length ? shared : Buffer.allocUnsafeSlow(size - from + 1);
    let length = readSync(fd, buffer, 0, buffer.length, from);
    if (length === buffer.length) {
      const rest = readFileSync(path).subarray(from + length);
      return { bytes: Buffer.concat([buffer, rest]), inode: ino, size };
    }
    while (length < size - from) {
      const more = readSync(fd, buffer, length, buffer.length - length, from + length);
      if (more === 0) break;
      length += more;
    }
    return { bytes: buffer.subarray(0, length), inode: ino, size };
  } finally {
    closeSync(fd);
  }
}

/**
 * Reads a text file whole, a BOM included.
 *
 * @throws MlrunsError INTERNAL_ERROR when the bytes are not UTF-8
 */
export function readText(path: string, footprint?: FootprintRecorder): string {
  return decodeText(readPiece(path, 0, footprint).bytes);
}

/** The bytes themselves. @throws MlrunsError INTERNAL_ERROR when they are not UTF-8 */
export function checkText(bytes: Buffer): Buffer {
  if (!isUtf8(bytes)) throw new MlrunsError("INTERNAL_ERROR", NOT_UTF8);
  return bytes;
}

/** @throws MlrunsError INTERNAL_ERROR when the bytes are not UTF-8 */
export function decodeText(bytes: Buffer): string {
  // Latin-1 decoding is the quickest, and for ASCII, which nearly all files are, it is UTF-8 too.
  if (isAscii(bytes)) return bytes.toString("latin1");
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new MlrunsError("INTERNAL_ERROR", NOT_UTF8, { cause });
  }
}

/** As `readText`; undefined when there is no such file. */
export function readTextIfThere(path: string): string | undefined {
  try {
    return readText(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Reads and parses a file that MLflow rewrites in place, where a reader may meet it empty or half written:
 * a text that does not parse is read again a few times, over about 0.3 s in all.
 *
 * @throws what `parse` throws for the last text read
 * @see MLflow 3.17 `FileStore._read_yaml`
 */
export function readPatiently<Value>(path: string, parse: (text: string) => Value): Value {
  for (const wait of PATIENCE) {
    try {
      return parse(readText(path));
    } catch (error) {
      if (!(error instanceof MlrunsError) || !changedLately(path)) throw error;
      sleep(wait);
    }
  }
  return parse(readText(path));
}

/** Names of the folders directly in `folder`, sorted; links to folders count. None when it is missing. */
export function listFolders(folder: string): string[] {
  return entriesOf(folder)
    .filter(
      (entry) =>
        entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name))),
    )
    .map((entry) => entry.name)
    .sort();
}

/** Names of whatever is directly in `folder`, sorted. None when it is missing. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

export function isFolder(path: string): boolean {
  return statusOf(path)?.isDirectory() ?? false;
}

export function isFile(path: string): boolean {
  return statusOf(path)?.isFile() ?? false;
}

/** Whether an error says that a file or one of its folders does not exist, or cannot: its name is too long. */
export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR", "ENAMETOOLONG"].some((code) => hasCode(error, code));
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

export function entriesOf(folder: string): import("node:fs").Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A file at rest for some seconds is not being written: waiting would only make every broken file slow. */
function changedLately(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Math.abs(Date.now() - stat.mtimeMs) < 2_000;
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
