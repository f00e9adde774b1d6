import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { drawnRows } from "../run/table-runs.ts";
import type { RunsView } from "../state/runs-view.ts";
import { selection } from "../state/selection.ts";
import { ImageGrid } from "./ImageGrid.tsx";

/** The images mode of the runs page: pictures of the selected runs, of the first 20 when none is selected. */
export function RunImages({ view }: { view: RunsView }): JSX.Element {
  const { table, rows } = view;
  const chosen = selection.value;
  const runIds = useMemo(
    () => Array.from(drawnRows(table, rows, chosen), (row) => table.runIds[row] ?? ""),
    [table, rows, chosen],
  );
  return (
    <div class="run-images">
      <ImageGrid runIds={runIds} />
    </div>
  );
}
