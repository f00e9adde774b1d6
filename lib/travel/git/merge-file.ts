import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { replaceFile } from "../../tree/write.ts";
import { mergeMeta } from "./merge-meta.ts";
import { tryGit } from "./run-git.ts";

/**
 * Git's merge driver for YAML files of the tree: leaves the result in `ours`.
 *
 * @returns the keys that are in conflict, which git is to be told of
 */
export function mergeFiles(base: string, ours: string, theirs: string): readonly string[] {
  const [old, mine, other] = [base, ours, theirs].map((file) => readFileSync(file, "utf8"));
  const merged = mergeMeta(old ?? "", mine ?? "", other ?? "");
  if (merged === undefined) {
    // No YAML of the tree, such as an artifact of that name.
    const isClean = tryGit(dirname(ours), ["merge-file", ours, base, theirs]) !== undefined;
    return isClean ? [] : ["lines"];
  }
  replaceFile(ours, merged.text);
  return merged.conflicts;
}
