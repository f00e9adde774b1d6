import { realpathSync } from "node:fs";
import { type MlrunsError, notFound } from "../errors.ts";
import { isFolder } from "../tree/read.ts";
import { rootOf } from "./environment.ts";

/**
 * The root folders that paths, file URIs and patterns with `*` name, in the order of the patterns; each once,
 * though several name it or a link leads to it.
 *
 * @param onNothing - called for a pattern that names no folder, with RESOURCE_DOES_NOT_EXIST
 */
export async function findRoots(
  patterns: readonly string[],
  onNothing: (pattern: string, error: MlrunsError) => void,
): Promise<string[]> {
  const byRealPath = new Map<string, string>();
  for (const pattern of patterns) {
    const isPattern = /[*?[\]{}]/.test(pattern) && !isFolder(rootOf(pattern));
    const roots = isPattern ? await expand(pattern) : [rootOf(pattern)];
    if (roots.length === 0) {
      const hint = "Give paths of mlruns folders, or a pattern in quotes, such as 'team/*/mlruns'.";
      onNothing(pattern, notFound(`'${pattern}' names no folder.`, { hint }));
    }
    for (const root of roots) {
      const real = isFolder(root) ? realpathSync(root) : root;
      if (!byRealPath.has(real)) byRealPath.set(real, root);
    }
  }
  return [...byRealPath.values()];
}

/** Folders that a pattern names, sorted; what is no tree in them is named by whoever opens it. */
async function expand(pattern: string): Promise<string[]> {
  const { default: fastGlob } = await import("fast-glob");
  const found = await fastGlob(pattern.replaceAll("\\", "/"), {
    onlyDirectories: true,
    absolute: true,
    followSymbolicLinks: false,
  });
  return found.sort();
}
