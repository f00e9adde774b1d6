import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ExperimentEntry } from "../../lib/wire/data-files.ts";
import { EMPTY_TABLE, UNREADABLE } from "../data/runs-table.ts";
import { formatAgo } from "../format.ts";
import { experimentName } from "../state/experiments.ts";
import { runHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { rootOf } from "../state/roots.ts";
import { useRuns } from "../state/use-runs.ts";
import { experimentOf, nameOf } from "../table/row-names.ts";
import { EXPERIMENTS_TEXTS } from "../texts/experiments.ts";
import { RunMark } from "./RunMark.tsx";
import { statusName } from "./run-mark.ts";
import "./RecentRuns.css";

const SHOWN = 12;
/** Reading a large experiment for a dozen lines costs more than it tells. */
const MOST_RUNS = 2_000;

/** The newest runs of some experiments. */
export function RecentRuns(props: { experiments: readonly ExperimentEntry[] }): JSX.Element | null {
  const now = useNow();
  const small = props.experiments.filter(({ runCount }) => runCount <= MOST_RUNS);
  const { data } = useRuns(small.map(({ experimentId }) => experimentId));
  const table = data ?? EMPTY_TABLE;
  const rows = useMemo(
    () =>
      [...table.runIds.keys()]
        .filter((row) => table.deleted[row] === 0 && table.status[row] !== UNREADABLE)
        .sort((a, b) => (table.startTime[b] ?? 0) - (table.startTime[a] ?? 0))
        .slice(0, SHOWN),
    [table],
  );
  if (rows.length === 0) return null;
  return (
    <section class="recent-runs">
      <h2>{EXPERIMENTS_TEXTS.recent}</h2>
      <ul>
        {rows.map((row) => {
          const runId = table.runIds[row] ?? "";
          const experimentId = experimentOf(table, row);
          const status = table.status[row] ?? UNREADABLE;
          return (
            <li key={runId}>
              <a class="recent-run" href={runHref(experimentId, runId)}>
                <RunMark runId={runId} status={status} />
                <span class="cut">{nameOf(table, row)}</span>
                <span class="recent-run-note cut">
                  {[experimentName(experimentId), rootOf(experimentId)].filter(Boolean).join(", ")}
                  {status === 2 ? "" : `, ${statusName(status)}`}
                </span>
                <span class="recent-run-age">{formatAgo(table.startTime[row] ?? 0, now)}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
