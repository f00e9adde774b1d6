import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { formatCount } from "../format.ts";
import { drawnRows } from "../run/table-runs.ts";
import type { RunsView } from "../state/runs-view.ts";
import { selection } from "../state/selection.ts";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import { Button } from "./Button.tsx";
import { ImageGrid } from "./ImageGrid.tsx";

/** The images mode of the runs page: pictures of the selected runs, of the first 20 when none is selected. */
export function RunImages({ view }: { view: RunsView }): JSX.Element {
  const { table, rows } = view;
  const chosen = selection.value;
  const [isWhole, setWhole] = useState(false);
  const runIds = useMemo(() => {
    const shown = isWhole && chosen.size === 0 ? rows : drawnRows(table, rows, chosen);
    return Array.from(shown, (row) => table.runIds[row] ?? "");
  }, [table, rows, chosen, isWhole]);
  return (
    <div class="run-images">
      {chosen.size === 0 && runIds.length < rows.length && (
        <p class="run-images-note">
          {ARTIFACT_TEXTS.imagesOfFirst(formatCount(runIds.length), formatCount(rows.length))}
          <Button small onClick={() => setWhole(true)}>
            {ARTIFACT_TEXTS.imagesOfAll(formatCount(rows.length))}
          </Button>
        </p>
      )}
      <ImageGrid runIds={runIds} />
    </div>
  );
}
