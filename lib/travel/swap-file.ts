import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../tree/read.ts";
import { replaceFile } from "../tree/write.ts";

const TEMPORARY = ".mlruns-travel.tmp";

/**
 * Replaces a file of the tree, whole or not at all. The temporary file always has the same name in the root, where MLflow
 * passes over files: what a killed process left is overwritten by the next one. Only under the lock of the tree.
 */
export function swapFile(root: string, path: string, content: string | Buffer): void {
  const temporary = join(root, TEMPORARY);
  writeFileSync(temporary, content);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    // An experiment may be a link to another disk.
    if (!hasCode(error, "EXDEV")) throw error;
    replaceFile(path, content.toString());
  }
}

/** Removes what a killed process has left. Only under the lock of the tree. */
export function removeLeftOver(root: string): void {
  rmSync(join(root, TEMPORARY), { force: true });
}
