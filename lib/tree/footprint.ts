import { statSync } from "node:fs";
import { relative, sep } from "node:path";

/** What reading a folder depended on: the files and folders that were read, with their sizes and times at that moment. */
export interface Footprint {
  /** Relative to the folder, separated by `/`; the folder itself is empty. */
  readonly paths: readonly string[];
  /** Two numbers a path: size in bytes (0 of a folder, -1 of what is missing) and time of change, ms since the epoch. */
  readonly stamps: readonly number[];
}

/** Numbers a path has in `stamps`. */
export const STAMP_FIELDS = 2;

/** Takes down a footprint. A stamp is taken before the file is read: what changes in between is found to be stale. */
export class FootprintRecorder implements Footprint {
  readonly paths: string[] = [];
  readonly stamps: number[] = [];
  readonly #base: string;

  constructor(folder: string) {
    this.#base = folder;
  }

  /** Notes a file that was read. */
  add(path: string, size: number, mtimeMs: number): void {
    this.paths.push(relativePath(this.#base, path));
    this.stamps.push(size, mtimeMs);
  }

  /** How much has been noted. */
  mark(): number {
    return this.paths.length;
  }

  /** Forgets what was noted after `mark`. */
  reset(mark: number): void {
    this.paths.length = mark;
    this.stamps.length = mark * STAMP_FIELDS;
  }

  /** Looks at a file or folder and notes it; also that it is missing. */
  look(path: string): void {
    const at = this.stamps.length;
    this.stamps.push(0, 0);
    this.paths.push(relativePath(this.#base, path));
    takeStamp(path, this.stamps, at);
  }
}

/** Writes the stamp of a path as it is now to `stamps` at `at`. */
export function takeStamp(path: string, stamps: { [index: number]: number }, at: number): void {
  const stat = statSync(path, MISSING_IS_FINE);
  if (stat === undefined) {
    stamps[at] = -1;
    stamps[at + 1] = 0;
    return;
  }
  // The size of a folder depends on the file system: a copied tree would look changed.
  stamps[at] = stat.isDirectory() ? 0 : stat.size;
  stamps[at + 1] = stat.mtimeMs;
}

const MISSING_IS_FINE = { throwIfNoEntry: false } as const;

function relativePath(base: string, path: string): string {
  if (path.startsWith(base)) {
    const inside = path.slice(base.length + 1);
    return sep === "/" ? inside : inside.replaceAll(sep, "/");
  }
  return relative(base, path).replaceAll(sep, "/");
}
