import { useMemo } from "preact/hooks";
import type { RunFile } from "../../lib/wire/data-files.ts";
import type { ChartRun } from "../charts/chart-run.ts";
import { getRun } from "../data/client.ts";
import type { DataError } from "../data/errors.ts";
import { touchesRuns } from "../data/reader.ts";
import { useData } from "../data/use-data.ts";
import { chartRunOf } from "../run/facts.ts";
import { tellApart } from "../state/roots.ts";

/** Reads runs by their ids, for charts. */
export function useChartRuns(runIds: readonly string[]): {
  readonly runs: readonly ChartRun[];
  readonly error: DataError | null;
  readonly isLoading: boolean;
} {
  const { data, error, isLoading } = useData<readonly RunFile[]>(
    JSON.stringify(["chart runs", runIds]),
    (signal) => Promise.all(runIds.map((runId) => getRun(runId, { signal }))),
    // The points themselves the chart asks for.
    (change) => touchesRuns(change, runIds) && (change.what === "run" || "later"),
  );
  const runs = useMemo(() => tellApart((data ?? []).map(chartRunOf)), [data]);
  return { runs, error, isLoading };
}
