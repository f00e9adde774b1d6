import type { ArtifactEntry, ArtifactsFile } from "../../lib/wire/data-files.ts";

/** A line of the file tree as it is shown now. */
export interface TreeRow {
  readonly entry: ArtifactEntry;
  readonly name: string;
  readonly depth: number;
  /** Of a folder: its files are shown below it. */
  readonly isOpen: boolean;
  /** Of an open folder: its files have not come yet. */
  readonly isLoading: boolean;
}

export type Listings = ReadonlyMap<string, ArtifactsFile>;

const byName = new Intl.Collator("en", { numeric: true }).compare;

/** The rows of a tree of which some folders are open: folders first, each level by name. */
export function treeRows(listings: Listings, open: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const addFolder = (folder: string, depth: number): void => {
    for (const entry of sorted(listings.get(folder)?.files ?? [])) {
      const isOpen = entry.isDir && open.has(entry.path);
      const isLoading = isOpen && !listings.has(entry.path);
      rows.push({ entry, name: nameOf(entry.path), depth, isOpen, isLoading });
      if (isOpen) addFolder(entry.path, depth + 1);
    }
  };
  addFolder("", 0);
  return rows;
}

/** Files whose path has the text, out of the folders that were read, without the folders around them. */
export function foundRows(listings: Listings, search: string): TreeRow[] {
  const words = search.trim().toLowerCase().split(/\s+/);
  return [...listings.values()]
    .flatMap((listing) => listing.files)
    .filter(
      (entry) => !entry.isDir && words.every((word) => entry.path.toLowerCase().includes(word)),
    )
    .sort((a, b) => byName(a.path, b.path))
    .map((entry) => ({ entry, name: entry.path, depth: 0, isOpen: false, isLoading: false }));
}

/** Folders that were seen and not read yet. */
export function unreadFolders(listings: Listings): string[] {
  return [...listings.values()]
    .flatMap((listing) => listing.files)
    .filter((entry) => entry.isDir && !listings.has(entry.path))
    .map((entry) => entry.path);
}

/** The file after or before one in the rows; with no file yet, the first or the last. */
export function nextFile(
  rows: readonly TreeRow[],
  path: string,
  direction: 1 | -1,
): ArtifactEntry | undefined {
  const files = rows.filter((row) => !row.entry.isDir);
  const now = files.findIndex((row) => row.entry.path === path);
  if (now < 0) return files.at(direction === 1 ? 0 : -1)?.entry;
  return files[now + direction]?.entry;
}

/** The folders around a path, outermost first, without the root: `a/b/c.txt` has `a` and `a/b`. */
export function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

/** Whether a path is known not to exist: the folder where it goes on was read and does not have it. */
export function isGone(listings: Listings, path: string): boolean {
  for (const step of [...foldersOf(path), path]) {
    const around = listings.get(step.slice(0, Math.max(0, step.lastIndexOf("/"))));
    if (around === undefined) return false;
    if (!around.files.some((entry) => entry.path === step)) return true;
  }
  return false;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function sorted(files: readonly ArtifactEntry[]): ArtifactEntry[] {
  return [...files].sort(
    (a, b) => Number(b.isDir) - Number(a.isDir) || byName(nameOf(a.path), nameOf(b.path)),
  );
}
