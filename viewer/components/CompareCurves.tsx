import type { JSX } from "preact";
import { ChartPanel } from "./ChartPanel.tsx";
import { ErrorState } from "./EmptyState.tsx";
import { useChartRuns } from "./use-chart-runs.ts";

/** The metrics of the compared runs, drawn over one another. */
export function CompareCurves({ runIds }: { runIds: readonly string[] }): JSX.Element {
  const { runs, error, isLoading } = useChartRuns(runIds);
  if (error !== null && runs.length === 0) return <ErrorState error={error} />;
  if (isLoading && runs.length === 0) return <div class="spacer" aria-busy="true" />;
  return <ChartPanel runs={runs} />;
}
