import {
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { invalidParameter } from "../../errors.ts";
import { entriesOf, hasCode } from "../../tree/read.ts";
import { replaceFile } from "../../tree/write.ts";
import type { Store } from "../store.ts";
import { checkTree, type TreeReport } from "./check.ts";
import type { Finding, Mend } from "./finding.ts";

/** One thing that was mended. */
export interface Mended {
  readonly finding: Finding;
  /** Such as `made the folder`. */
  readonly what: string;
}

export interface FixReport {
  readonly mended: readonly Mended[];
  /** What is left, by a second check. */
  readonly left: TreeReport;
  /** Holds every file that was changed or moved away, as it was; undefined when there was none. */
  readonly backupFolder: string | undefined;
}

/**
 * Mends what can be mended without a guess. Every file that is touched is copied to a new folder beside the tree first, or to
 * `backupFolder`, below the path that it has in the tree.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when `backupFolder` holds something already
 */
export function fixTree(store: Store, options: { readonly backupFolder?: string } = {}): FixReport {
  const { backupFolder } = options;
  if (backupFolder !== undefined && entriesOf(backupFolder).length > 0) {
    throw invalidParameter(`The folder '${backupFolder}' for the backup is not empty.`);
  }
  const backup = new Backup(store, backupFolder ?? backupName(store.root));
  const mended: Mended[] = [];
  // Twice: what was hidden by a mistake shows when that is mended.
  for (let round = 0; round < 2; round++) {
    for (const finding of checkTree(store).findings) {
      if (finding.mend === undefined) continue;
      apply(store, backup, finding.path, finding.mend);
      mended.push({ finding, what: WHAT[finding.mend.action] });
    }
  }
  return { mended, left: checkTree(store), backupFolder: backup.used };
}

const WHAT = {
  "make folder": "made the folder",
  "move away": "moved to the backup",
  rewrite: "rewritten",
} as const;

function apply(store: Store, backup: Backup, path: string, mend: Mend): void {
  const file = join(store.root, ...path.split("/"));
  if (mend.action === "make folder") {
    mkdirSync(file, { recursive: true });
    return;
  }
  // Another mistake of the same file may have moved it away. A link to nowhere is there.
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
  if (mend.action === "move away") {
    backup.take(path);
    return;
  }
  const before = readFileSync(file);
  const after = mend.rewrite(before);
  if (after.equals(before)) return;
  backup.copy(path);
  replaceFile(file, after.toString());
}

/** A folder for files as they were, made when the first one comes. */
class Backup {
  readonly #root: string;
  readonly #folder: string;
  #isUsed = false;

  constructor(store: Store, folder: string) {
    this.#root = store.root;
    this.#folder = folder;
  }

  get used(): string | undefined {
    return this.#isUsed ? this.#folder : undefined;
  }

  /** Copies a file as it is now, unless an earlier state of it is kept already. */
  copy(path: string): void {
    const target = this.#place(path);
    if (!existsSync(target)) copyFileSync(join(this.#root, ...path.split("/")), target);
  }

  /** Moves a file or folder out of the tree. */
  take(path: string): void {
    const file = join(this.#root, ...path.split("/"));
    const target = this.#place(path);
    try {
      renameSync(file, target);
    } catch (error) {
      // Another file system.
      if (!hasCode(error, "EXDEV")) throw error;
      cpSync(file, target, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      rmSync(file, { recursive: true });
    }
  }

  #place(path: string): string {
    const target = join(this.#folder, ...path.split("/"));
    mkdirSync(dirname(target), { recursive: true });
    this.#isUsed = true;
    return target;
  }
}

/** Beside the tree, on the same file system: in it, a folder would be an experiment. */
function backupName(root: string): string {
  const time = new Date()
    .toISOString()
    .replace(/\.\d+Z$/, "")
    .replaceAll(/[-:]/g, "");
  const name = join(dirname(root), `${basename(root)}.backup-${time}`);
  let free = name;
  for (let i = 2; existsSync(free); i++) free = `${name}-${i}`;
  return free;
}
