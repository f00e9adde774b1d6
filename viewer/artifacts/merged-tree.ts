import type { ArtifactEntry, ArtifactsFile } from "../../lib/wire/data-files.ts";

/** A folder of several runs laid over one another: each path once, with the number of runs that have it. */
export function mergeListings(listings: readonly ArtifactsFile[]): {
  readonly files: readonly ArtifactEntry[];
  readonly counts: ReadonlyMap<string, number>;
} {
  const files = new Map<string, ArtifactEntry>();
  const counts = new Map<string, number>();
  for (const listing of listings) {
    for (const entry of listing.files) {
      counts.set(entry.path, (counts.get(entry.path) ?? 0) + 1);
      if (!files.has(entry.path)) files.set(entry.path, entry);
    }
  }
  return { files: [...files.values()], counts };
}
