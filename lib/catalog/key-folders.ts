import { lstatSync, readdirSync } from "node:fs";
import { META_FILE } from "../tree/layout.ts";
import type { Layout } from "./entry.ts";

const GROUPS = ["params", "metrics", "tags"] as const;
type Group = (typeof GROUPS)[number];

/** The files of a run that has nothing unusual, with its keys in the order of their files. */
export interface RunFiles extends Readonly<Record<Group, readonly string[]>> {
  readonly layout: Layout;
}

/** What a folder has in it. Folders of one name with the same in it share one. */
interface Listing {
  readonly number: number;
  /** From the run's folder. */
  readonly path: string;
  readonly names: readonly string[];
  /** From the run's folder. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** What is remembered is forgotten when it is so much: every run has keys of its own there. */
const MOST_LISTINGS = 1_000;

/**
 * Lists the folders of params, metrics and tags. Most runs of a tree have the same keys: what was made of the names once is
 * taken again.
 */
export class KeyFolders {
  /** By path of the folder and names in it. */
  readonly #listings = new Map<string, Listing>();
  /** By path of the folder: the one of the run before. */
  readonly #last = new Map<string, Listing>();
  readonly #files = new Map<string, RunFiles>();
  #lastFiles: { readonly listings: readonly Listing[]; readonly files: RunFiles } | undefined;
  #found: Listing[] = [];
  /** Of the folders that were listed last, in the order of the layout. */
  readonly stamps: number[] = [];

  /**
   * @returns undefined when there is anything else than files and folders in them. That what is taken for a file is one, has
   *   to be looked at when it is read
   * @throws the file system's error
   */
  list(runFolder: string): RunFiles | undefined {
    this.#found = [];
    this.stamps.length = 0;
    if (this.#listings.size > MOST_LISTINGS) this.#forget();
    for (const group of GROUPS) if (!this.#walk(runFolder, group)) return undefined;
    const before = this.#lastFiles;
    if (before !== undefined && isSame(before.listings, this.#found)) return before.files;
    const code = this.#found.map(({ number }) => number).join();
    const files = this.#files.get(code) ?? toFiles(this.#found);
    this.#files.set(code, files);
    this.#lastFiles = { listings: this.#found, files };
    return files;
  }

  #walk(runFolder: string, path: string): boolean {
    const folder = `${runFolder}/${path}`;
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    // A link may lead to a folder: it is not gone into.
    if (stat !== undefined && !stat.isDirectory()) return false;
    if (stat === undefined) this.stamps.push(-1, 0);
    else this.stamps.push(0, stat.mtimeMs);
    const listing = this.#read(folder, path, stat === undefined ? [] : readdirSync(folder));
    if (listing === undefined) return false;
    this.#found.push(listing);
    for (const inside of listing.folders) if (!this.#walk(runFolder, inside)) return false;
    return true;
  }

  #read(folder: string, path: string, names: readonly string[]): Listing | undefined {
    const before = this.#last.get(path);
    if (before !== undefined && isSame(before.names, names)) return before;
    const code = [path, ...names].join("\0");
    const listing = this.#listings.get(code) ?? this.#make(folder, path, names);
    if (listing === undefined) return undefined;
    this.#listings.set(code, listing);
    this.#last.set(path, listing);
    return listing;
  }

  #make(folder: string, path: string, names: readonly string[]): Listing | undefined {
    const files: string[] = [];
    const folders: string[] = [];
    const entries = names.length === 0 ? [] : readdirSync(folder, { withFileTypes: true });
    // Somebody has made or removed a key just now.
    if (
      !isSame(
        names,
        entries.map(({ name }) => name),
      )
    )
      return undefined;
    for (const entry of entries) {
      if (entry.isFile()) files.push(`${path}/${entry.name}`);
      else if (entry.isDirectory()) folders.push(`${path}/${entry.name}`);
      else return undefined;
    }
    return { number: this.#listings.size, path, names, files, folders };
  }

  #forget(): void {
    this.#listings.clear();
    this.#last.clear();
    this.#files.clear();
    this.#lastFiles = undefined;
  }
}

function toFiles(listings: readonly Listing[]): RunFiles {
  const pathsOf = (group: Group): string[] =>
    listings
      .filter(({ path }) => path === group || path.startsWith(`${group}/`))
      .flatMap(({ files }) => files)
      .sort();
  const [params, metrics, tags] = GROUPS.map(pathsOf) as [string[], string[], string[]];
  const checked = ["", META_FILE, ...listings.map(({ path }) => path), ...tags];
  const metricsStart = checked.length;
  const keysOf = (group: Group, paths: readonly string[]): string[] =>
    paths.map((path) => path.slice(group.length + 1));
  return {
    layout: {
      paths: [...checked, ...metrics, ...params],
      metricsStart,
      paramsStart: metricsStart + metrics.length,
    },
    params: keysOf("params", params),
    metrics: keysOf("metrics", metrics),
    tags: keysOf("tags", tags),
  };
}

function isSame<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
