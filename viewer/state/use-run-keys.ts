import { useKeys } from "./keys.ts";
import { compareHref } from "./links.ts";
import { navigate, query, setQuery } from "./route.ts";
import { setOnlyDifferences } from "./runs-actions.ts";
import type { RunsView } from "./runs-view.ts";
import { selection } from "./selection.ts";

/** Keys of the runs page; those of the table are the table's own. */
export function useRunKeys(view: RunsView): void {
  useKeys({
    c: () => {
      const ids = [...selection.peek()];
      if (ids.length > 1) navigate(compareHref(ids, view.table.experiment.values));
    },
    d: () => setOnlyDifferences(query.peek().get("d") !== "1"),
    "g t": () => setQuery({ mode: undefined }),
    "g c": () => setQuery({ mode: "charts" }),
    "g i": () => setQuery({ mode: "images" }),
  });
}
