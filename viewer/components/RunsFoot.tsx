import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { manifest } from "../data/live.ts";
import { formatAgo, formatCount, shortPath } from "../format.ts";
import { treeHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import type { RunsView } from "../state/runs-view.ts";
import { isSilent } from "../table/column-data.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";

interface RunsFootProps {
  readonly view: RunsView;
  /** False until the first rows have come: there is nothing to count. */
  readonly isThere: boolean;
  /** The runs are shown as a table, which has columns. */
  readonly isTable: boolean;
  /** When the data was read, ms since the epoch. */
  readonly readAt: number;
}

/** What was read, and what of it is shown. */
export function RunsFoot({ view, isThere, isTable, readAt }: RunsFootProps): JSX.Element {
  const now = useNow();
  const { table } = view;
  const root = readRoots(view);
  const copies = useMemo(
    () => view.rows.reduce((n, row) => n + (table.copies.has(table.runIds[row] ?? "") ? 1 : 0), 0),
    [view.rows],
  );
  const isComing = table.length < table.total;
  if (!isThere) return <footer class="page-foot">{RUNS_TEXTS.readingRuns(undefined)}</footer>;
  return (
    <footer class="page-foot">
      <span>
        <b>{formatCount(view.rows.length)}</b> {RUNS_TEXTS.footRuns(view.total)}
      </span>
      {isTable && view.dataColumnCount > 0 && (
        <span class="foot-wide">
          {RUNS_TEXTS.footColumns(
            view.columns.filter(({ kind }) => kind !== "attributes").length,
            view.dataColumnCount,
          )}
        </span>
      )}
      {view.warningCount > 0 && (
        <a class="foot-warning" href={treeHref()}>
          {RUNS_TEXTS.footWarnings(view.warningCount)}
        </a>
      )}
      {copies > 0 && (
        <a class="foot-warning" href={treeHref()}>
          {RUNS_TEXTS.footCopies(copies)}
        </a>
      )}
      <span class="sr-only" role="status">
        {sortWords(view)}
      </span>
      <span class="spacer" />
      {table.reading !== undefined ? (
        <span role="status">
          {RUNS_TEXTS.stillReading(table.reading.runs, table.reading.ofRuns)}
        </span>
      ) : isComing ? (
        <span role="status">{RUNS_TEXTS.stillReading(table.length, table.total)}</span>
      ) : (
        <span class="cut">
          {manifest.value?.mode === "static"
            ? RUNS_TEXTS.exportOf(root)
            : RUNS_TEXTS.readFrom(formatAgo(readAt, now), root)}
        </span>
      )}
    </footer>
  );
}

/** The roots that the shown runs are of, or the only one. */
function readRoots({ table }: RunsView): string {
  const roots = manifest.value?.roots ?? [];
  const shown = roots.filter(({ key }) => table.root.values.includes(key));
  return (shown.length > 0 ? shown : roots.slice(0, 1))
    .map(({ label }) => shortPath(label))
    .join(", ");
}

/** `2 running, last write 4 s ago`; runs that only say that they go on are told apart. Nothing when none does. */
export function RunningNote({ view }: { view: RunsView }): JSX.Element | null {
  const now = useNow();
  const { table } = view;
  let running = 0;
  let alive = 0;
  let newest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < table.length; row++) {
    if (table.status[row] !== 0 || table.deleted[row] === 1) continue;
    running++;
    if (!isSilent(table, row, now)) alive++;
    const written = table.lastWrite[row] ?? Number.NaN;
    if (written > newest) newest = written;
  }
  if (running === 0) return null;
  const written = Number.isFinite(newest)
    ? `, ${RUNS_TEXTS.lastWrite(formatAgo(newest, now))}`
    : "";
  return (
    <span class="running-note">
      {alive > 0 && <i />}
      <span class="cut" title={alive === 0 ? RUNS_TEXTS.silentHelp : undefined}>
        {alive > 0 ? RUNS_TEXTS.running(alive) : RUNS_TEXTS.markedRunning(running)}
        {written}
      </span>
    </span>
  );
}

/** What a screen reader says when the sort changes. */
function sortWords({ sort }: RunsView): string {
  const [first] = sort;
  if (first === undefined) return RUNS_TEXTS.notSorted;
  const direction = first.isDescending ? RUNS_TEXTS.descending : RUNS_TEXTS.ascending;
  return RUNS_TEXTS.sortedBy(first.column.key, direction);
}
