import { randomBytes } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { MlrunsError } from "../errors.ts";
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

/** The error for a key that needs a folder where another key has its file, or the reverse; any other error as it is. */
export function clashOr(error: unknown, path: string): unknown {
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
