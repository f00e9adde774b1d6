import type { JSX } from "preact";
import { manifest } from "../data/live.ts";
import { formatAgo, formatCount } from "../format.ts";
import { treeHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import type { RunsView } from "../state/runs-view.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";

interface RunsFootProps {
  readonly view: RunsView;
  /** When the data was read, ms since the epoch. */
  readonly readAt: number;
}

/** What was read, and what of it is shown. */
export function RunsFoot({ view, readAt }: RunsFootProps): JSX.Element {
  const now = useNow();
  const { table } = view;
  const root = manifest.value?.roots.map(({ label }) => label).join(", ") ?? "";
  const isReading = table.length < table.total;
  return (
    <footer class="page-foot">
      <span>
        <b>{formatCount(view.rows.length)}</b> {RUNS_TEXTS.footRuns(view.total)}
      </span>
      <span class="foot-wide">
        {RUNS_TEXTS.footColumns(
          view.columns.filter(({ kind }) => kind !== "attributes").length,
          view.dataColumnCount,
        )}
      </span>
      {view.warningCount > 0 && (
        <a class="foot-warning" href={treeHref()}>
          {RUNS_TEXTS.footWarnings(view.warningCount)}
        </a>
      )}
      <span class="spacer" />
      {isReading ? (
        <span role="status">{RUNS_TEXTS.stillReading(table.length, table.total)}</span>
      ) : (
        <span class="cut">{RUNS_TEXTS.readFrom(formatAgo(readAt, now), root)}</span>
      )}
    </footer>
  );
}

/** `2 running, last write 4 s ago`; nothing when no run goes on. */
export function RunningNote({ view }: { view: RunsView }): JSX.Element | null {
  const now = useNow();
  const { status, deleted, lastWrite } = view.table;
  let running = 0;
  let newest = Number.NaN;
  for (let row = 0; row < view.table.length; row++) {
    if (status[row] !== 0 || deleted[row] === 1) continue;
    running++;
    const written = lastWrite[row] ?? Number.NaN;
    if (!(written <= newest)) newest = Number.isNaN(written) ? newest : written;
  }
  if (running === 0) return null;
  return (
    <span class="running-note">
      <i />
      <span class="cut">
        {RUNS_TEXTS.running(running)}
        {!Number.isNaN(newest) && `, ${RUNS_TEXTS.lastWrite(formatAgo(newest, now))}`}
      </span>
    </span>
  );
}
