import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { customRuns, readCustomCharts } from "../charts/custom.ts";
import { styledRuns } from "../charts/line-styles.ts";
import { readSettings, settingsQuery } from "../charts/settings.ts";
import { makeSync } from "../charts/sync.ts";
import { ChartControls } from "../components/ChartControls.tsx";
import { EmptyState, ErrorState } from "../components/EmptyState.tsx";
import { MetricChart } from "../components/MetricChart.tsx";
import type { PageProps } from "../components/page-source.ts";
import { useChartRuns } from "../components/use-chart-runs.ts";
import { plural } from "../format.ts";
import { runsHref } from "../state/links.ts";
import { query, setQuery } from "../state/route.ts";
import { useTitle } from "../state/title.ts";
import { parseIds } from "../state/url.ts";
import { CHART_TEXTS } from "../texts/charts.ts";

/** One metric of some runs at full size. */
export function MetricPage({ params }: PageProps): JSX.Element {
  const key = params.key ?? "";
  useTitle(key);
  const runIds = parseIds(query.value.get("runs"));
  const { runs, error, isLoading } = useChartRuns(runIds);
  const sync = useRef(makeSync());
  const settings = readSettings(query.value);
  const custom = readCustomCharts(query.value).find(({ title }) => title === key);
  const styled = useMemo(() => {
    const all = styledRuns(runs);
    return custom === undefined ? all : customRuns(custom, all);
  }, [runs, custom?.metrics.join("\n")]);
  const experiments = [...new Set(runs.map((run) => run.experimentId))];
  const metrics = [...new Set(runs.flatMap((run) => [...run.metrics.keys()]))];
  const hasMetric = styled.some((run) => run.metrics.has(key));
  return (
    <>
      <header class="page-head">
        <span class="page-crumb">
          {experiments.length > 0 && (
            <a href={runsHref(experiments, { mode: "charts" })}>{plural(runs.length, "run")}</a>
          )}
          /
        </span>
        <h1>{key}</h1>
      </header>
      <ChartControls
        settings={settings}
        onSettings={(changed) => setQuery(settingsQuery(changed), { replace: true })}
        sync={sync.current}
        metrics={metrics}
      />
      {hasMetric && (
        <MetricChart
          key={key}
          metric={key}
          runs={styled}
          settings={settings}
          sync={sync.current}
          size="page"
        />
      )}
      {!hasMetric && error !== null && <ErrorState error={error} />}
      {!hasMetric && error === null && !isLoading && (
        <EmptyState title={CHART_TEXTS.noMetrics} icon="chart" />
      )}
    </>
  );
}
