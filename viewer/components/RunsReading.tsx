import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { findExperiment } from "../state/experiments.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";

/** A reading that is over sooner is not announced: the words would only flicker. */
const PATIENCE_MS = 250;

/** Instead of the first rows, while they are on their way: what is being read, as far as it is known. */
export function RunsReading({ experimentIds }: { experimentIds: readonly string[] }): JSX.Element {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="runs-nothing" aria-busy="true">
      {isLong && (
        <p class="runs-reading" role="status">
          {RUNS_TEXTS.readingRuns(expectedRuns(experimentIds))}
        </p>
      )}
    </div>
  );
}

/** Runs that the list of experiments promises; undefined while it is being read itself. */
export function expectedRuns(experimentIds: readonly string[]): number | undefined {
  let sum: number | undefined;
  for (const id of experimentIds) {
    const known = findExperiment(id);
    if (known !== undefined) sum = (sum ?? 0) + known.runCount + known.deletedCount;
  }
  return sum;
}
