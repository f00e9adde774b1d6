import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { MlrunsError } from "../../errors.ts";
import { checkRoot } from "../../store/store.ts";
import { readTextIfThere } from "../../tree/read.ts";
import { relocateTree } from "../relocate.ts";
import { GIT_ATTRIBUTES, GIT_IGNORE, GIT_IGNORE_ARTIFACTS, withBlock } from "./files.ts";
import { makeMissingFolders } from "./folders.ts";
import { findRepository, runGit } from "./run-git.ts";

export interface GitInitOptions {
  /** Keeps artifacts in git; else they are ignored, and their manifests tell where they are. */
  readonly artifacts?: boolean;
  /** The command line of this program, for hooks and the merge driver, each part to be quoted. */
  readonly command: readonly string[];
}

export interface GitInitReport {
  readonly repository: string;
  /** Whether there was no repository before. */
  readonly created: boolean;
  /** Files that were written or changed. */
  readonly written: readonly string[];
  /** Folders that git had left out. */
  readonly folders: number;
  /** Hooks of others, which were left as they are: the folders are then made by `mlruns git folders`. */
  readonly foreignHooks: readonly string[];
  /** Locations in the tree that name a path of this machine. */
  readonly absoluteLocations: number;
}

/**
 * Prepares a tree for git: merge rules, what to ignore, the merge driver and the hooks that make empty folders again, which git
 * does not keep. It can be repeated, and a clone needs it once: git does not carry drivers and hooks.
 *
 * @throws MlrunsError INVALID_STATE when git fails, or when the repository is the root itself
 */
export async function initGit(root: string, options: GitInitOptions): Promise<GitInitReport> {
  checkRoot(root);
  const tree = realpathSync(resolve(root));
  if (existsSync(join(tree, ".git"))) {
    throw new MlrunsError("INVALID_STATE", `'${root}' is itself a git repository`, {
      hint: `MLflow takes .git for an experiment, and then every search fails. Move it: mv ${join(root, ".git")} ${join(root, "..", ".git")}`,
    });
  }
  const known = findRepository(tree);
  if (known === undefined) runGit(dirname(tree), ["init", "--quiet"]);
  const repository = known ?? dirname(tree);
  const ignore = GIT_IGNORE + (options.artifacts ? "" : GIT_IGNORE_ARTIFACTS);
  const written = [
    ...writeBlock(join(tree, ".gitattributes"), GIT_ATTRIBUTES),
    ...writeBlock(join(tree, ".gitignore"), ignore),
  ];
  const command = options.command.map(quote).join(" ");
  runGit(tree, ["config", "merge.mlruns.name", "key by key, of MLflow's YAML files"]);
  runGit(tree, ["config", "merge.mlruns.driver", `${command} git merge-file %O %A %B`]);
  const path = relative(repository, tree).split(sep).join("/");
  const foreignHooks = ["post-checkout", "post-merge"].filter(
    (name) => !writeHook(tree, name, `${command} git folders --quiet ${quote(path)}`),
  );
  const { changes } = await relocateTree(tree, { dryRun: true });
  return {
    repository,
    created: known === undefined,
    written,
    folders: makeMissingFolders(tree),
    foreignHooks,
    absoluteLocations: changes.length,
  };
}

/** @returns the file, if it was not so already */
function writeBlock(file: string, block: string): string[] {
  const before = readTextIfThere(file) ?? "";
  const after = withBlock(before, block);
  if (after === before) return [];
  writeFileSync(file, after);
  return [file];
}

const HOOK_MARK = "# mlruns git init";

/** @returns false when there is a hook of somebody else */
function writeHook(tree: string, name: string, command: string): boolean {
  const file = resolve(tree, runGit(tree, ["rev-parse", "--git-path", `hooks/${name}`]).trimEnd());
  const isForeign = existsSync(file) && !readFileSync(file, "utf8").includes(HOOK_MARK);
  if (isForeign) return false;
  mkdirSync(dirname(file), { recursive: true });
  // A checkout must not fail over it.
  writeFileSync(
    file,
    `#!/bin/sh\n${HOOK_MARK}: empty folders, which git does not keep\n${command} || true\n`,
  );
  chmodSync(file, 0o755);
  return true;
}

/** For a shell, which is also what git gives the driver's command to. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
