import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { ArtifactBrowser } from "../components/ArtifactBrowser.tsx";
import { ChartPanel } from "../components/ChartPanel.tsx";
import { ErrorState } from "../components/EmptyState.tsx";
import { NoRun } from "../components/NoRun.tsx";
import type { PageProps } from "../components/page-source.ts";
import { RunHeader } from "../components/RunHeader.tsx";
import { RunModels } from "../components/RunModels.tsx";
import { RunOverview } from "../components/RunOverview.tsx";
import { RunTraces } from "../components/RunTraces.tsx";
import { type TabLink, Tabs } from "../components/Tabs.tsx";
import { getRun } from "../data/client.ts";
import { touchesRuns } from "../data/reader.ts";
import { useData } from "../data/use-data.ts";
import { chartRunOf, isSystemMetric, runNameOf } from "../run/facts.ts";
import { findExperiment } from "../state/experiments.ts";
import { type RunTab, runHref } from "../state/links.ts";
import { navigate, route } from "../state/route.ts";
import { useTitle } from "../state/title.ts";
import { RUN_TEXTS } from "../texts/run.ts";
import "./RunDetail.css";

/** One run: what it was given, what it did, and what it left. */
export function RunDetail({ params }: PageProps): JSX.Element {
  const runId = params.run ?? "";
  const { tab, rest } = tabOf(params["*"]);
  const { data, error } = useData<RunFile>(
    `run ${runId}`,
    (signal) => getRun(runId, { signal }),
    (change) => touchesRuns(change, [runId]),
  );
  // An id as MLflow's clients print it may be of any root: the address gets the one that names it.
  const isOther =
    data !== null && (data.info.runId !== runId || data.info.experimentId !== params.id);
  useEffect(() => {
    if (data === null || !isOther) return;
    const { experimentId } = data.info;
    const { path, query } = route.peek();
    const rest = path.slice(4);
    const found = ["experiments", experimentId, "runs", data.info.runId, ...rest];
    navigate({ path: found, query }, { replace: true });
  }, [isOther]);
  const name = data === null ? undefined : runNameOf(data.info);
  useTitle(tab === "overview" ? undefined : RUN_TEXTS.tabs[tab], name, data?.experimentName);
  if (data === null) {
    if (error === null) return <div aria-busy="true" />;
    if (error.kind !== "missing") return <ErrorState error={error} />;
    return <NoRun error={error} experimentId={params.id ?? ""} runId={runId} />;
  }
  return (
    <>
      <RunHeader run={data} tab={tab} />
      <Tabs label={RUN_TEXTS.run} tabs={tabLinks(data, tab)} />
      <RunTabBody run={data} tab={tab} rest={rest} />
    </>
  );
}

function RunTabBody(props: { run: RunFile; tab: RunTab; rest: string }): JSX.Element {
  const { run, tab, rest } = props;
  const { runId, experimentId } = run.info;
  switch (tab) {
    case "overview":
      return <RunOverview run={run} />;
    case "metrics":
    case "system":
      return <RunCharts run={run} isSystem={tab === "system"} />;
    case "artifacts":
      return (
        <ArtifactBrowser
          key={runId}
          ownerId={runId}
          root={run.artifacts}
          path={rest}
          hrefOf={(path) => runHref(experimentId, runId, "artifacts", path)}
          uriOf={(path) => `runs:/${plainId(runId)}/${path}`}
        />
      );
    case "models":
      return <RunModels run={run} />;
    case "traces":
      return <RunTraces run={run} />;
  }
}

function RunCharts({ run, isSystem }: { run: RunFile; isSystem: boolean }): JSX.Element {
  const keys = run.metrics
    .filter((metric) => isSystemMetric(metric) === isSystem)
    .map((metric) => metric.key);
  return <ChartPanel key={String(isSystem)} runs={[chartRunOf(run)]} metrics={keys} />;
}

function tabLinks(run: RunFile, current: RunTab): TabLink[] {
  const { experimentId, runId } = run.info;
  const system = run.metrics.filter(isSystemMetric).length;
  const hasTraces = (findExperiment(experimentId)?.traceCount ?? 0) > 0;
  const link = (tab: RunTab, count?: number): TabLink => ({
    label: RUN_TEXTS.tabs[tab],
    href: runHref(experimentId, runId, tab),
    isCurrent: tab === current,
    ...(count !== undefined && { count }),
  });
  return [
    link("overview"),
    link("metrics", run.metrics.length - system),
    ...(system > 0 || current === "system" ? [link("system", system)] : []),
    // What could not be listed is not nothing.
    link("artifacts", run.artifacts.problem === undefined ? run.artifacts.files.length : undefined),
    link("models", run.loggedModels.length + run.modelVersions.length),
    ...(hasTraces || current === "traces" ? [link("traces")] : []),
  ];
}

/** MLflow's names of the tabs, old and new ones. */
const TAB_NAMES: Readonly<Record<string, RunTab>> = {
  overview: "overview",
  metrics: "metrics",
  "model-metrics": "metrics",
  system: "system",
  "system-metrics": "system",
  artifacts: "artifacts",
  artifactPath: "artifacts",
  models: "models",
  traces: "traces",
};

function tabOf(rest: string | undefined): { tab: RunTab; rest: string } {
  const [name = "", ...path] = (rest ?? "").split("/");
  const tab = Object.hasOwn(TAB_NAMES, name) ? TAB_NAMES[name] : undefined;
  return { tab: tab ?? "overview", rest: path.join("/") };
}
