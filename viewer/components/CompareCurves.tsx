import type { JSX } from "preact";
import { ChartPanel } from "./ChartPanel.tsx";
import { ErrorState } from "./EmptyState.tsx";
import { useChartRuns } from "./use-chart-runs.ts";

/** The curves of some runs over one another. */
export function CompareCurves({ runIds }: { runIds: readonly string[] }): JSX.Element {
  const { runs, error, isLoading } = useChartRuns(runIds);
  if (runs.length === 0 && error !== null) return <ErrorState error={error} />;
  if (runs.length === 0 && isLoading) return <div class="spacer" aria-busy="true" />;
  return <ChartPanel runs={runs} />;
}
