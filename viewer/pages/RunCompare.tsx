import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunFile } from "../../lib/wire/data-files.ts";
import { REPORT_PATH } from "../../lib/wire/data-paths.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { Button } from "../components/Button.tsx";
import { CompareAdd } from "../components/CompareAdd.tsx";
import { CompareTable, type DeltaForm } from "../components/CompareTable.tsx";
import { EmptyState, ErrorState } from "../components/EmptyState.tsx";
import { Icon } from "../components/Icon.tsx";
import { lazyComponent } from "../components/lazy.tsx";
import { MenuButton } from "../components/Menu.tsx";
import type { PageProps } from "../components/page-source.ts";
import { Segmented } from "../components/Segmented.tsx";
import { saveFile } from "../components/save-file.ts";
import { Tabs } from "../components/Tabs.tsx";
import { copyText, showToast } from "../components/Toast.tsx";
import { getRun } from "../data/client.ts";
import { DataError } from "../data/errors.ts";
import { fetchResponse } from "../data/files.ts";
import { manifest } from "../data/live.ts";
import { touchesRuns } from "../data/reader.ts";
import { useData } from "../data/use-data.ts";
import { runNameOf } from "../run/facts.ts";
import { experimentName } from "../state/experiments.ts";
import { useKeys } from "../state/keys.ts";
import { runsHref } from "../state/links.ts";
import { query, route, setQuery } from "../state/route.ts";
import { useTitle } from "../state/title.ts";
import { formatHash, formatList, parseIds, withQuery } from "../state/url.ts";
import { compareRuns } from "../table/compare.ts";
import { compareCsv, compareMarkdown } from "../table/compare-export.ts";
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
  const { data, error } = useCompared(runIds);
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
        <CompareValues runs={runs} missing={data.missing} experimentIds={experimentIds} />
      )}
    </>
  );
}

interface Compared {
  readonly runs: readonly RunFile[];
  /** Ids that no root has. */
  readonly missing: readonly string[];
}

function useCompared(runIds: readonly string[]): ReturnType<typeof useData<Compared>> {
  return useData<Compared>(
    JSON.stringify(["compare", runIds]),
    async (signal) => {
      const read = await Promise.all(
        runIds.map((runId) =>
          getRun(runId, { signal }).catch((error: unknown) => {
            if (error instanceof DataError && error.kind === "missing") return null;
            throw error;
          }),
        ),
      );
      return {
        runs: read.filter((run) => run !== null),
        missing: runIds.filter((_, i) => read[i] === null),
      };
    },
    (change) => touchesRuns(change, runIds),
  );
}

interface CompareValuesProps extends Compared {
  readonly experimentIds: readonly string[];
}

function CompareValues({ runs, missing, experimentIds }: CompareValuesProps): JSX.Element {
  const baseline = Math.max(
    0,
    runs.findIndex(({ info }) => info.runId === query.value.get("base")),
  );
  // Differences are what one compares for: they are on until they are turned off.
  const onlyDifferences = query.value.get("d") !== "0";
  const folded = useSignal<ReadonlySet<string>>(new Set());
  const ordered = useMemo(() => baselineFirst(runs, baseline), [runs, baseline]);
  const groups = useMemo(() => compareRuns(ordered, 0), [ordered]);
  const delta = deltaForm(query.value.get("delta"));
  const total = groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const differing = groups.reduce((sum, group) => sum + group.differing, 0);
  const toggleDifferences = (): void =>
    setQuery({ d: onlyDifferences ? "0" : undefined }, { replace: true });
  useKeys({ d: toggleDifferences });

  const ids = runs.map(({ info }) => info.runId);
  const setRuns = (next: readonly string[]): void =>
    setQuery({ runs: formatList(next) }, { replace: true });
  const setBaseline = (runId: string): void => setQuery({ base: runId }, { replace: true });
  const base = ordered[0];
  return (
    <>
      <div class="compare-tools">
        <CompareAdd
          experimentIds={experimentIds}
          present={ids}
          onAdd={(runId) => setRuns([...ids, runId])}
        />
        <Button icon="diff" pressed={onlyDifferences} onClick={toggleDifferences}>
          {COMPARE_TEXTS.onlyDifferences}
          <span class="button-count">{COMPARE_TEXTS.ofRows(differing, total)}</span>
        </Button>
        <span class="spacer" />
        {base !== undefined && (
          <>
            <span class="compare-label">{COMPARE_TEXTS.baseline}</span>
            <MenuButton
              label={COMPARE_TEXTS.baseline}
              align="end"
              items={runs.map(({ info, rootKey }) => ({
                label: nameInRoot(info, rootKey),
                isChecked: info.runId === base.info.runId,
                onChoose: () => setBaseline(info.runId),
              }))}
            >
              {runNameOf(base.info)}
              <Icon name="down" size={12} />
            </MenuButton>
            <span class="compare-label">{COMPARE_TEXTS.show}</span>
            <Segmented
              label={COMPARE_TEXTS.show}
              value={delta}
              segments={(["value", "share", "both"] as const).map((value) => ({
                value,
                label: COMPARE_TEXTS.deltas[value],
              }))}
              onChange={(value) =>
                setQuery({ delta: value === "both" ? undefined : value }, { replace: true })
              }
            />
          </>
        )}
      </div>
      <CompareTable
        runs={ordered}
        groups={groups}
        delta={delta}
        onlyDifferences={onlyDifferences}
        folded={folded.value}
        onFold={(kind) => {
          const next = new Set(folded.value);
          if (!next.delete(kind)) next.add(kind);
          folded.value = next;
        }}
        onRemove={(runId) => setRuns(ids.filter((id) => id !== runId))}
        onBaseline={setBaseline}
      />
      <footer class="page-foot">
        <span>
          <b>{differing}</b> {COMPARE_TEXTS.rowsDiffer(total)}
        </span>
        <span>{COMPARE_TEXTS.tinted}</span>
        {missing.length > 0 && (
          <span class="compare-missing">
            {COMPARE_TEXTS.missing(missing.map(plainId).join(", "))}
          </span>
        )}
      </footer>
    </>
  );
}

function CompareExport({ runs }: { runs: readonly RunFile[] }): JSX.Element {
  const names = runs.map(({ info, rootKey }) => nameInRoot(info, rootKey));
  const isSaving = useSignal(false);
  return (
    <>
      <Button
        class="compare-wide"
        onClick={() =>
          void copyText(compareMarkdown(names, shownGroups(runs)), COMPARE_TEXTS.copied)
        }
      >
        {COMPARE_TEXTS.copyMarkdown}
      </Button>
      <Button
        icon="download"
        onClick={() => saveFile("compare.csv", compareCsv(names, shownGroups(runs)), "text/csv")}
      >
        {COMPARE_TEXTS.csv}
      </Button>
      {manifest.value?.mode === "live" && (
        <Button
          class="compare-wide"
          icon="download"
          label={COMPARE_TEXTS.htmlHelp}
          disabled={isSaving.value || runs.length === 0}
          onClick={async () => {
            isSaving.value = true;
            await saveReport(runs);
            isSaving.value = false;
          }}
        >
          {COMPARE_TEXTS.html}
        </Button>
      )}
      <Button
        class="compare-wide"
        onClick={() => void copyText(location.href, COMPARE_TEXTS.linkCopied)}
      >
        {COMPARE_TEXTS.copyLink}
      </Button>
    </>
  );
}

/** The server needs a moment for it, and may refuse. */
async function saveReport(runs: readonly RunFile[]): Promise<void> {
  const ids = runs.map(({ info }) => encodeURIComponent(info.runId)).join(",");
  try {
    const response = await fetchResponse(`${REPORT_PATH}?runs=${ids}`, {});
    saveFile("report.html", await response.blob());
  } catch (error) {
    showToast(error instanceof Error ? error.message : String(error));
  }
}

/** What is taken along is what is shown: only differences, unless they are turned off. */
function shownGroups(runs: readonly RunFile[]): ReturnType<typeof compareRuns> {
  const groups = compareRuns(runs, 0);
  if (query.peek().get("d") === "0") return groups;
  return groups.map((group) => ({ ...group, rows: group.rows.filter((row) => row.differs) }));
}

function baselineFirst(runs: readonly RunFile[], baseline: number): readonly RunFile[] {
  const base = runs[baseline];
  return base === undefined ? runs : [base, ...runs.filter((run) => run !== base)];
}

function experimentsOf(runs: readonly RunFile[]): string[] {
  return [...new Set(runs.map(({ info }) => info.experimentId))];
}

/** Runs of several roots may have one name. */
function nameInRoot(info: RunFile["info"], rootKey: string | undefined): string {
  return rootKey === undefined ? runNameOf(info) : `${runNameOf(info)} (${rootKey})`;
}

function deltaForm(text: string | undefined): DeltaForm {
  return text === "value" || text === "share" ? text : "both";
}
