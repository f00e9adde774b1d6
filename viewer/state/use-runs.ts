import { getRuns } from "../data/client.ts";
import type { Loaded } from "../data/reader.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { useData } from "../data/use-data.ts";
import { takeFirstRuns } from "./first-runs.ts";

/** The runs of some experiments as one table, kept up to date. What is there is shown while the rest comes. */
export function useRuns(experimentIds: readonly string[]): Loaded<RunsTable> {
  return useData<RunsTable>(
    `runs ${experimentIds.join(",")}`,
    (signal, onPart) => getRuns(experimentIds, { signal, onPart }),
    (change) => change.experimentId === null || experimentIds.includes(change.experimentId),
    () => takeFirstRuns(experimentIds),
  );
}
