import { useMemo } from "preact/hooks";
import { VIEW_TAG_PREFIX } from "../../lib/entities/tag.ts";
import { getViews } from "../data/client.ts";
import { setExperimentTag } from "../data/edits.ts";
import { DataError } from "../data/errors.ts";
import { useData } from "../data/use-data.ts";
import { findExperiment } from "./experiments.ts";
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
 * Views of some experiments and of the whole tree.
 *
 * @param isWanted - false while there is something more urgent to read
 */
export function useViews(experimentIds: readonly string[], isWanted: boolean): Views {
  const { data, isLoading } = useData(isWanted ? "views" : "", async (signal) => {
    if (!isWanted) return [];
    try {
      return (await getViews({ signal })).views;
    } catch (error) {
      if (error instanceof DataError && error.kind === "missing") return [];
      throw error;
    }
  });
  const tagged = experimentIds.flatMap((id) => viewsOf(findExperiment(id)?.tags ?? {}));
  return useMemo(() => {
    const views = new Map([...(data ?? []), ...tagged].map((view) => [view.name, view]));
    const filters = [...views.values()].flatMap(({ hash }) => parseHash(hash).query.get("q") ?? []);
    return {
      views: [...views.values()],
      filters: [...new Set(filters)],
      isLoading: isLoading || !isWanted,
    };
  }, [data, isLoading, isWanted, JSON.stringify(tagged)]);
}

/** Keeps an address in the tree, as a tag of its experiment. */
export function saveView(experimentId: string, view: SavedView): Promise<void> {
  return setExperimentTag(experimentId, VIEW_TAG_PREFIX + view.name, view.hash);
}

function viewsOf(tags: { readonly [key: string]: string }): SavedView[] {
  return Object.entries(tags)
    .filter(([key]) => key.startsWith(VIEW_TAG_PREFIX))
    .map(([key, hash]) => ({ name: key.slice(VIEW_TAG_PREFIX.length), hash }));
}
