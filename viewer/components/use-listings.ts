import { useEffect, useState } from "preact/hooks";
import type { ArtifactsFile } from "../../lib/wire/data-files.ts";
import { type Listings, unreadFolders } from "../artifacts/tree-rows.ts";
import { getArtifacts } from "../data/client.ts";
import { DataError } from "../data/errors.ts";

/** A search reads at most this many folders. */
const MOST_SEARCHED = 300;
const AT_A_TIME = 4;

/** Reads the folders of a tree that are open, and all of them while somebody searches. */
export function useListings(
  ownerId: string,
  root: ArtifactsFile,
  wanted: readonly string[],
  isSearching: boolean,
): { readonly listings: Listings; readonly isSearching: boolean } {
  const [read, setRead] = useState<Listings>(new Map());
  const listings = new Map(read).set("", root);
  const missing = wanted.filter((folder) => mayBeFolder(folder, listings) && !read.has(folder));
  const unread = isSearching && read.size < MOST_SEARCHED ? unreadFolders(listings) : [];
  const next = [...new Set([...missing, ...unread])].slice(0, AT_A_TIME);
  const key = next.join("\n");

  useEffect(() => {
    if (key === "") return;
    const controller = new AbortController();
    Promise.all(
      key.split("\n").map((folder) => readFolder(ownerId, folder, controller.signal)),
    ).then(
      (files) =>
        setRead((old) => new Map([...old, ...files.map((file) => [file.path, file] as const)])),
      () => undefined,
    );
    return () => controller.abort();
  }, [ownerId, key]);

  // A new listing of the root means that the tree changed: what is shown is read again in the background.
  useEffect(() => setRead(new Map()), [ownerId, root]);
  return { listings, isSearching: unread.length > 0 };
}

/** A path whose own folder was read and has it as a file needs no listing. */
function mayBeFolder(path: string, listings: Listings): boolean {
  const around = listings.get(path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
  if (around === undefined) return false;
  return around.files.some((file) => file.path === path && file.isDir);
}

async function readFolder(
  ownerId: string,
  folder: string,
  signal: AbortSignal,
): Promise<ArtifactsFile> {
  try {
    return await getArtifacts(ownerId, folder, { signal });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { path: folder, files: [], source: "tree", problem: error.message };
  }
}
