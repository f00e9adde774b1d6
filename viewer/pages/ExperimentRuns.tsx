import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ErrorState } from "../components/EmptyState.tsx";
import { lazyComponent } from "../components/lazy.tsx";
import type { PageProps } from "../components/page-source.ts";
import { RunsFoot } from "../components/RunsFoot.tsx";
import { RunsHead } from "../components/RunsHead.tsx";
import { RunsReading } from "../components/RunsReading.tsx";
import { RunsTools } from "../components/RunsTools.tsx";
import { RunTable } from "../components/RunTable.tsx";
import { type RunEdit, SelectionBar } from "../components/SelectionBar.tsx";
import { EMPTY_TABLE } from "../data/runs-table.ts";
import { useColumnMemory } from "../state/column-memory.ts";
import { experimentIdsOf, experimentName, experiments } from "../state/experiments.ts";
import { rootOf } from "../state/roots.ts";
import { query } from "../state/route.ts";
import { runList } from "../state/run-list.ts";
import { useRunsView } from "../state/runs-view.ts";
import { followSelection, readSelection, selection } from "../state/selection.ts";
import { useTitle } from "../state/title.ts";
import { useFolds } from "../state/use-folds.ts";
import { useLater } from "../state/use-later.ts";
import { useRunKeys } from "../state/use-run-keys.ts";
import { useRuns } from "../state/use-runs.ts";
import { useViews } from "../state/views.ts";
import { isPhone } from "../state/width.ts";
import { lifecycleOf } from "../table/shown.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import "./ExperimentRuns.css";

const RunCards = lazyComponent(async () => (await import("../components/RunCards.tsx")).RunCards);
const nothing = (): Promise<typeof import("../components/RunsNothing.tsx")> =>
  import("../components/RunsNothing.tsx");
const NoRuns = lazyComponent(async () => (await nothing()).NoRuns);
const NoMatch = lazyComponent(async () => (await nothing()).NoMatch);
const NoExperiment = lazyComponent(async () => (await nothing()).NoExperiment);
const RunImages = lazyComponent(
  async () => (await import("../components/RunImages.tsx")).RunImages,
);
const RunCharts = lazyComponent(
  async () => (await import("../components/RunCharts.tsx")).RunCharts,
);
const RunEditDialog = lazyComponent(
  async () => (await import("../components/RunEditDialog.tsx")).RunEditDialog,
);

/** The runs of one or more experiments, as a table, as charts or as images. */
export function ExperimentRuns({ params }: PageProps): JSX.Element {
  const { ids = "" } = params;
  const experimentIds = useMemo(() => experimentIdsOf(ids), [ids, experiments.value.data]);
  const { data, error } = useRuns(experimentIds);
  const table = data ?? EMPTY_TABLE;
  const readAt = useRef(Date.now());
  useMemo(() => {
    readAt.current = Date.now();
  }, [data]);

  const edit = useSignal<RunEdit | null>(null);
  const folds = useFolds();
  const view = useRunsView(table, query.value, folds.state);
  const views = useViews(useLater(data !== null));
  useColumnMemory(ids);
  const sel = query.value.get("sel");
  useEffect(() => readSelection(sel), [ids]);
  useEffect(() => followSelection(sel), [sel]);
  useRunKeys(view);
  useEffect(() => {
    runList.value = {
      table,
      rows: view.rows,
      sortedBy: view.sort[0]?.column.key,
      hash: location.hash,
    };
  }, [view.rows]);

  const title = titleOf(ids, experimentIds);
  useTitle(title);
  const mode = query.value.get("mode") ?? "table";
  // The same element as long as it shows the same: its rows are not drawn again when something else of the page changes.
  const tableElement = useMemo(
    () => <RunTable view={view} label={title} folds={folds} />,
    [view, title, folds],
  );

  if (error !== null && data === null) {
    if (error.kind === "missing") return <NoExperiment id={ids} />;
    return <ErrorState error={error} />;
  }
  const content = (): JSX.Element => {
    if (data === null) return <RunsReading experimentIds={experimentIds} />;
    if (view.isPending) return <div class="runs-nothing" aria-busy="true" />;
    if (table.length === 0) return <NoRuns experimentIds={experimentIds} />;
    if (view.rows.length === 0) return <NoMatch view={view} life={lifecycleOf(query.value)} />;
    if (mode === "charts") return <RunCharts view={view} />;
    if (mode === "images") return <RunImages view={view} />;
    if (isPhone.value) return <RunCards view={view} />;
    return tableElement;
  };
  const selected = [...selection.value];
  const [firstSelected] = selected;
  return (
    <>
      <RunsHead title={title} view={view} experimentIds={experimentIds} views={views} mode={mode} />
      <RunsTools view={view} savedFilters={views.filters} isTable={mode === "table"} />
      {content()}
      <SelectionBar
        title={title}
        view={view}
        onEdit={(wanted) => {
          edit.value = wanted;
        }}
      />
      <RunsFoot
        view={view}
        isThere={data !== null}
        isTable={mode === "table"}
        readAt={readAt.current}
      />
      {edit.value !== null && (
        <RunEditDialog
          edit={edit.value}
          runIds={selected}
          name={table.names[table.runIds.indexOf(firstSelected ?? "")] ?? ""}
          onClose={() => {
            edit.value = null;
          }}
        />
      )}
    </>
  );
}

function titleOf(ids: string, experimentIds: readonly string[]): string {
  if (ids === "all") return RUNS_TEXTS.all;
  const [only] = experimentIds;
  if (only === undefined) return RUNS_TEXTS.several(0);
  if (experimentIds.length === 1) return experimentName(only);
  const names = new Set(experimentIds.map(experimentName));
  const roots = new Set(experimentIds.map(rootOf));
  // The same experiment of several people, such as their copies of it.
  return names.size === 1 && roots.size > 1
    ? RUNS_TEXTS.sameName(experimentName(only), [...roots].join(", "))
    : RUNS_TEXTS.several(experimentIds.length);
}
