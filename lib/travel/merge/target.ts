import {
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";
import type { TreeProblem } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { TRASH_FOLDER } from "../../tree/layout.ts";
import { hasCode } from "../../tree/read.ts";

/** A folder of the root whose name MLflow passes over. There is one: the lock of the tree is ours. */
const STAGE = `.mlruns-merge${TRASH_FOLDER}`;

/**
 * Writes into the tree that others are merged into, each folder and file whole or not at all. What a killed process has left
 * is removed when the next one begins.
 */
export class Target {
  readonly store: Store;
  readonly isDryRun: boolean;

  constructor(store: Store, isDryRun: boolean) {
    this.store = store;
    this.isDryRun = isDryRun;
  }

  /** Removes what a killed process has left, before and after the work. */
  clean(): void {
    if (!this.isDryRun) rmSync(this.#stage, { recursive: true, force: true });
  }

  /** Whether there is such a folder in the tree. A dry run also asks for folders of sources, which are not. */
  has(folder: string): boolean {
    return folder.startsWith(this.store.root + sep) && existsSync(folder);
  }

  /** Makes a folder with all its files. @throws Error when there is one already */
  addFolder(target: string, fill: (folder: string) => void): void {
    if (this.isDryRun) return;
    this.clean();
    mkdirSync(this.#stage, { recursive: true });
    fill(this.#stage);
    mkdirSync(dirname(target), { recursive: true });
    // `rename` would take the place of an empty folder, in which MLflow may be about to write.
    if (existsSync(target)) throw new Error(`'${target}' came to be while it was merged`);
    move(this.#stage, target);
  }

  /** Writes a file: a text, or the bytes of another file with its times. */
  addFile(target: string, content: { readonly text: string } | { readonly file: string }): void {
    if (this.isDryRun) return;
    mkdirSync(this.#stage, { recursive: true });
    const temporary = join(this.#stage, "file");
    if ("text" in content) writeFileSync(temporary, content.text);
    else {
      copyFileSync(content.file, temporary);
      const { atime, mtime } = statSync(content.file);
      utimesSync(temporary, atime, mtime);
    }
    mkdirSync(dirname(target), { recursive: true });
    move(temporary, target);
  }

  get #stage(): string {
    return join(this.store.root, STAGE);
  }
}

/** A part of the tree may be a link to another disk: then the last step is made there. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!hasCode(error, "EXDEV")) throw error;
    throw new Error(`'${to}' is on another disk than its tree: merge into that place itself`, {
      cause: error,
    });
  }
}

/** Problems of a source under its name. */
export function problemsOf(source: Store, problems: readonly TreeProblem[]): TreeProblem[] {
  return problems.map((problem) => ({ ...problem, path: `${source.root}: ${problem.path}` }));
}
