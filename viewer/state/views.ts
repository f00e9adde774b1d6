import { useMemo } from "preact/hooks";
import { VIEW_TAG_PREFIX } from "../../lib/entities/tag.ts";
import { getViews } from "../data/client.ts";
import { setExperimentTag } from "../data/edits.ts";
import { manifest } from "../data/live.ts";
import { useData } from "../data/use-data.ts";
import { readStoredHash, rootOf, storedHash } from "./roots.ts";
import { parseHash } from "./url.ts";

/** A named address, kept in the tree for everybody. */
export interface SavedView {
  readonly name: string;
  readonly hash: string;
}

export interface Views {
  readonly views: readonly SavedView[];
  /** Filters of the views, for the filter box. */
  readonly filters: readonly string[];
  readonly isLoading: boolean;
}

/**
 * The views that were saved in the tree.
 *
 * @param isWanted - false while there is something more urgent to read
 */
export function useViews(isWanted: boolean): Views {
  const { data, isLoading } = useData<readonly SavedView[]>(
    isWanted ? "views" : "",
    async (signal) => {
      if (!isWanted) return [];
      const { views } = await getViews({ signal });
      const roots = manifest.peek()?.roots ?? [];
      return views.map(({ name, hash, root }) => ({
        name,
        hash: readStoredHash(hash, roots[root]?.key ?? ""),
      }));
    },
  );
  return useMemo(() => {
    const views = data ?? [];
    const filters = views.flatMap(({ hash }) => parseHash(hash).query.get("q") ?? []);
    return { views, filters: [...new Set(filters)], isLoading: isLoading || !isWanted };
  }, [data, isLoading, isWanted]);
}

/** Keeps an address in the tree, as a tag of its experiment: a file that MLflow leaves alone. */
export function saveView(experimentId: string, view: SavedView): Promise<void> {
  const hash = storedHash(view.hash, rootOf(experimentId));
  return setExperimentTag(experimentId, VIEW_TAG_PREFIX + view.name, hash);
}
