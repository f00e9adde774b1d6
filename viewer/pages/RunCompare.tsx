import type { JSX } from "preact";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { CompareExport } from "../components/CompareExport.tsx";
import { CompareValues } from "../components/CompareValues.tsx";
import { EmptyState, ErrorState } from "../components/EmptyState.tsx";
import { lazyComponent } from "../components/lazy.tsx";
import type { PageProps } from "../components/page-source.ts";
import { Tabs } from "../components/Tabs.tsx";
import { touchesRuns } from "../data/reader.ts";
import { getSomeRuns } from "../data/some-runs.ts";
import { useData } from "../data/use-data.ts";
import { experimentName } from "../state/experiments.ts";
import { runsHref } from "../state/links.ts";
import { query, route } from "../state/route.ts";
import { useTitle } from "../state/title.ts";
import { formatHash, parseIds, withQuery } from "../state/url.ts";
import { COMPARE_TEXTS } from "../texts/compare.ts";
import "./RunCompare.css";

const CompareCurves = lazyComponent(
  async () => (await import("../components/CompareCurves.tsx")).CompareCurves,
);

const ComparePlot = lazyComponent(
  async () => (await import("../components/ComparePlot.tsx")).ComparePlot,
);
const CompareArtifacts = lazyComponent(
  async () => (await import("../components/CompareArtifacts.tsx")).CompareArtifacts,
);
const ImageGrid = lazyComponent(
  async () => (await import("../components/ImageGrid.tsx")).ImageGrid,
);

const TABS = ["values", "curves", "parallel", "scatter", "artifacts", "images"] as const;

/** Runs beside one another: of any experiments, by any route that MLflow prints. */
export function RunCompare(_props: PageProps): JSX.Element {
  const runIds = parseIds(query.value.get("runs"));
  const { data, error } = useData(
    JSON.stringify(["compare", runIds]),
    (signal) => getSomeRuns(runIds, signal),
    (change) => touchesRuns(change, runIds),
  );
  const title = COMPARE_TEXTS.title(runIds.length);
  useTitle(title);
  const tab = query.value.get("tab") ?? "values";
  const runs = data?.runs ?? [];
  const experimentIds = experimentsOf(runs);

  if (runIds.length === 0) {
    return (
      <EmptyState title={COMPARE_TEXTS.nothing} icon="diff" isPage>
        <p>{COMPARE_TEXTS.nothingHelp}</p>
      </EmptyState>
    );
  }
  if (error !== null && data === null) return <ErrorState error={error} />;
  return (
    <>
      <header class="page-head">
        {experimentIds.length > 0 && (
          <span class="page-crumb compare-wide">
            <a href={runsHref(experimentIds)}>
              {[...new Set(experimentIds.map(experimentName))].join(", ")}
            </a>
            /
          </span>
        )}
        <h1>{title}</h1>
        <span class="spacer" />
        <CompareExport runs={runs} />
      </header>
      <Tabs
        label={COMPARE_TEXTS.compare}
        tabs={TABS.map((name) => ({
          label: COMPARE_TEXTS.tabs[name],
          href: formatHash(withQuery(route.value, { tab: name === "values" ? undefined : name })),
          isCurrent: tab === name,
        }))}
      />
      {data === null ? (
        <div class="spacer" aria-busy="true" />
      ) : tab === "curves" ? (
        <CompareCurves runIds={runIds} />
      ) : tab === "parallel" || tab === "scatter" ? (
        <ComparePlot key={tab} runs={runs} kind={tab} />
      ) : tab === "artifacts" ? (
        <CompareArtifacts runs={runs} />
      ) : tab === "images" ? (
        <ImageGrid runIds={runIds} />
      ) : (
        <CompareValues {...data} experimentIds={experimentIds} />
      )}
    </>
  );
}

function experimentsOf(runs: readonly RunFile[]): string[] {
  return [...new Set(runs.map(({ info }) => info.experimentId))];
}
