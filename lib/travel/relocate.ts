import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { invalidParameter, type TreeProblem } from "../errors.ts";
import { setYamlText } from "../format/yaml-key.ts";
import { localPath } from "../store/artifact-location.ts";
import { checkRoot, openStore, rootSegment, type Store, treePath } from "../store/store.ts";
import { readText } from "../tree/read.ts";
import { type Location, listLocations } from "./locations.ts";
import { withTreeLock } from "./lock.ts";
import { removeLeftOver, swapFile } from "./swap-file.ts";

export interface RelocateOptions {
  /**
   * Where the root is to be found: a URI or a path, such as `file:///data/mlruns`. Left out, locations become relative to the
   * folder that holds the root, `mlruns/…`: they stay true wherever the tree goes, for an MLflow that runs in that folder.
   */
  readonly to?: string;
  /** Locations that begin so are the tree's, too, though they are in another store. */
  readonly from?: string;
  /** Only tells what would change. */
  readonly dryRun?: boolean;
}

/** A location that was, or would be, written anew. */
export interface Relocation {
  /** Of the file, relative to the root. */
  readonly path: string;
  /** The key in a YAML file. */
  readonly key?: string;
  readonly from: string;
  readonly to: string;
}

export interface RelocateReport {
  readonly changes: readonly Relocation[];
  /** How many were right already. */
  readonly unchanged: number;
  /** Locations outside of the tree, which stay. Those of this machine that are not there are `missing`. */
  readonly outside: readonly (Omit<Relocation, "to"> & { readonly missing: boolean })[];
  /** Files that could not be read. */
  readonly problems: readonly TreeProblem[];
}

/**
 * Rewrites every location that the tree stores, so that real MLflow finds its artifacts where the tree lies now. Each file is
 * replaced whole or not at all, and what is right already is not touched: a run that was cut off is finished by the next one.
 *
 * @throws MlrunsError when the root is no tree, or TEMPORARILY_UNAVAILABLE when somebody else moves things in it
 * @see mlruns-tree.md section 18: MLflow 1.x to 3.x resolve relative locations against their working folder
 */
export async function relocateTree(
  root: string,
  options: RelocateOptions = {},
): Promise<RelocateReport> {
  const store = openStore(root);
  checkRoot(store.root);
  const prefix = options.to === undefined ? rootSegment(store) : toPrefix(options.to);
  const work = (): RelocateReport => relocate(store, prefix, options);
  if (options.dryRun) return work();
  return withTreeLock(store.root, () => {
    try {
      return work();
    } finally {
      removeLeftOver(store.root);
    }
  });
}

function relocate(store: Store, prefix: string, options: RelocateOptions): RelocateReport {
  const changes: Relocation[] = [];
  const outside: (Omit<Relocation, "to"> & { missing: boolean })[] = [];
  const problems: TreeProblem[] = [];
  let unchanged = 0;
  for (const location of listLocations(store, problems, options.from)) {
    const { uri: from, tail } = location;
    const named = { path: treePath(store, location.file), ...keyOf(location) };
    const to = `${prefix}/${tail}`;
    if (tail === undefined && from.startsWith(`${prefix}/`)) unchanged += 1;
    else if (tail === undefined) {
      if (isPlace(from)) outside.push({ ...named, from, missing: isMissing(store, from) });
    } else if (to === from) unchanged += 1;
    else {
      changes.push({ ...named, from, to });
      if (!options.dryRun) rewrite(store, location, to);
    }
  }
  return { changes, unchanged, outside, problems };
}

function keyOf({ key }: Location): { readonly key?: string } {
  return key === undefined ? {} : { key };
}

function rewrite(store: Store, { file, key }: Location, uri: string): void {
  const path = treePath(store, file);
  swapFile(store.root, file, key === undefined ? uri : setYamlText(readText(file), path, key, uri));
}

/** A path as MLflow reads it: it decodes plain paths, too. */
function toPrefix(to: string): string {
  if (to.trim() === "") throw invalidParameter("The prefix to relocate to is empty.");
  const isUri = /^[a-zA-Z][a-zA-Z0-9+.-]+:/.test(to);
  return (isUri ? to : resolve(to).replaceAll("%", "%25")).replace(/\/+$/, "");
}

/** `runs:/…`, `models:/…` and the dummy source of prompts name no place. */
function isPlace(uri: string): boolean {
  return uri.includes("/") && !/^(runs|models):/.test(uri);
}

function isMissing(store: Store, uri: string): boolean {
  const path = localPath(store, uri);
  return path !== undefined && !existsSync(path);
}
