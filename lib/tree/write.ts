import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { MlrunsError } from "../errors.ts";
import { TRASH_FOLDER } from "./layout.ts";
import { hasCode } from "./read.ts";

export interface ReplaceOptions {
  /** Waits until the bytes are on the disk. */
  readonly durable?: boolean;
}

/** Replaces a `meta.yaml` or the like, whole or not at all. The temporary name lies beside it, where MLflow reads nothing. */
export function replaceFile(path: string, text: string, options: ReplaceOptions = {}): void {
  writeFileAtomic.sync(path, text, { fsync: options.durable ?? false });
}

/**
 * Replaces the file of a param, tag or alias, whole or not at all. Every file in such a folder is data to MLflow,
 * so the temporary file lies in `owner`, the folder of the run, experiment or model, where stray files are ignored.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the key stands in the way of another, as `a` and `a/b` do
 */
export function replaceValue(owner: string, path: string, text: string): void {
  makeKeyFolder(path);
  const temporary = join(owner, `.mlruns-${randomBytes(6).toString("hex")}.tmp`);
  try {
    writeFileSync(temporary, text, { flag: "wx" });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw clashOr(error, path);
  }
}

/** Makes the folders above a key's file. */
export function makeKeyFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw clashOr(error, path);
  }
}

/**
 * Makes a folder that is there with all its files or not at all: `fill` writes them into a temporary folder of the root,
 * whose name MLflow passes over, and then it is moved to `target`.
 *
 * @param name - of the temporary folder, where one that is left over is to be found again
 * @returns false when there is a `target` already; it stays as it is
 */
export function createFolder(
  root: string,
  target: string,
  fill: (folder: string) => void,
  name: string = randomBytes(6).toString("hex"),
): boolean {
  const temporary = join(root, `.mlruns-${name}${TRASH_FOLDER}`);
  mkdirSync(temporary, { recursive: true });
  try {
    fill(temporary);
    mkdirSync(dirname(target), { recursive: true });
    return moveFolder(temporary, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * As `createFolder`, for what takes long: the temporary folder has a name of its own, so what a process that was killed
 * had put there is met again by the next `fill`.
 *
 * @param name - tells this folder from others that are being made; letters, digits, `-`
 * @returns false when there is a `target` already; it stays as it is
 */
export async function createFolderResumably(
  root: string,
  name: string,
  target: string,
  fill: (folder: string) => Promise<void>,
): Promise<boolean> {
  const temporary = join(root, `.mlruns-${name}${TRASH_FOLDER}`);
  mkdirSync(temporary, { recursive: true });
  await fill(temporary);
  mkdirSync(dirname(target), { recursive: true });
  const isOurs = moveFolder(temporary, target);
  if (!isOurs) rmSync(temporary, { recursive: true, force: true });
  return isOurs;
}

/** Moves a folder. @returns false when there is a `target` already */
export function moveFolder(folder: string, target: string): boolean {
  // An empty folder would be replaced: MLflow makes one and then fills it.
  if (existsSync(target)) return false;
  try {
    renameSync(folder, target);
    return true;
  } catch (error) {
    if (existsSync(target)) return false;
    throw clashOr(error, target);
  }
}

/** Removes a folder at once: nobody sees half of it. */
export function removeFolder(root: string, folder: string): void {
  const temporary = join(root, `.mlruns-${randomBytes(6).toString("hex")}${TRASH_FOLDER}`);
  renameSync(folder, temporary);
  rmSync(temporary, { recursive: true, force: true });
}

/** The error for a key that needs a folder where another key has its file, or the reverse; any other error as it is. */
export function clashOr(error: unknown, path: string): unknown {
  if (hasCode(error, "ENAMETOOLONG")) {
    return new MlrunsError(
      "INVALID_PARAMETER_VALUE",
      `Cannot write '${path}': the name is too long for the file system`,
      { cause: error, hint: "Most file systems take 255 bytes between two slashes." },
    );
  }
  const isClash = ["ENOTDIR", "EISDIR", "EEXIST"].some((code) => hasCode(error, code));
  if (!isClash) return error;
  return new MlrunsError(
    "INVALID_PARAMETER_VALUE",
    `Cannot write '${path}': another key stands in its way`,
    {
      cause: error,
      hint: "Keys are files: `a` and `a/b` cannot both be keys of one run. Choose another name.",
    },
  );
}
