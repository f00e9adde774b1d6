import { useMemo } from "preact/hooks";
import { getRuns } from "../data/client.ts";
import type { Loaded } from "../data/reader.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { useData } from "../data/use-data.ts";
import { findExperiment } from "./experiments.ts";
import { takeFirstRuns } from "./first-runs.ts";

/** The runs of some experiments as one table, kept up to date. What is there is shown while the rest comes. */
export function useRuns(experimentIds: readonly string[]): Loaded<RunsTable> {
  const loaded = useData<RunsTable>(
    `runs ${experimentIds.join(",")}`,
    (signal, onPart) => getRuns(experimentIds, { signal, onPart }),
    (change) => change.experimentId === null || experimentIds.includes(change.experimentId),
    () => takeFirstRuns(experimentIds),
  );
  const ids = loaded.data?.experiment.values ?? [];
  const names = ids.length > 1 ? ids.map((id) => findExperiment(id)?.name ?? id) : [];
  const data = useMemo(
    () =>
      loaded.data === null || names.length === 0
        ? loaded.data
        : { ...loaded.data, experimentNames: names },
    // By what they say: the list of experiments is read again more often than it changes.
    [loaded.data, names.join("\n")],
  );
  return { ...loaded, data };
}
