import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ExperimentEntry } from "../../lib/wire/data-files.ts";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { LinkButton } from "../components/Button.tsx";
import { Checkbox } from "../components/Checkbox.tsx";
import { EmptyState, ErrorState } from "../components/EmptyState.tsx";
import { FirstRun } from "../components/FirstRun.tsx";
import { RecentRuns } from "../components/RecentRuns.tsx";
import { RootLabel } from "../components/RootLabel.tsx";
import { SearchInput } from "../components/SearchInput.tsx";
import { manifest } from "../data/live.ts";
import { formatAgo, formatCount, formatTimeFull } from "../format.ts";
import { activeExperiments, experiments } from "../state/experiments.ts";
import { runsHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { rootOf } from "../state/roots.ts";
import { navigate } from "../state/route.ts";
import { useTitle } from "../state/title.ts";
import { EXPERIMENTS_TEXTS as TEXTS } from "../texts/experiments.ts";
import "./ExperimentList.css";

/** All experiments of the tree, the last used first. A tree with one experiment goes straight to it. */
export function ExperimentList(): JSX.Element {
  useTitle(TEXTS.title);
  const { data, error } = experiments.value;
  const search = useSignal("");
  const hasDeleted = useSignal(false);
  const selected = useSignal<ReadonlySet<string>>(new Set());

  const active = activeExperiments.value;
  const used = active.filter(({ runCount, deletedCount }) => runCount + deletedCount > 0);
  const [only] = used.length === 1 ? used : active;
  const goesOn = only !== undefined && (used.length === 1 || active.length === 1);
  useEffect(() => {
    if (goesOn) navigate(runsHref(only.experimentId), { replace: true });
  }, [goesOn]);

  if (error !== null && data === null) return <ErrorState error={error} />;
  if (data === null || goesOn) return <div aria-busy="true" />;
  const deleted = data.filter(({ lifecycleStage }) => lifecycleStage === "deleted");
  if (active.length === 0 && deleted.length === 0) return <NoExperiments />;

  const wanted = search.value.toLowerCase();
  const all = hasDeleted.value ? [...active, ...deleted] : active;
  const shown = all.filter(
    ({ name, experimentId }) =>
      name.toLowerCase().includes(wanted) ||
      plainId(experimentId) === wanted ||
      rootOf(experimentId).toLowerCase() === wanted,
  );
  const toggle = (id: string, isSelected: boolean): void => {
    const next = new Set(selected.value);
    if (isSelected) next.add(id);
    else next.delete(id);
    selected.value = next;
  };
  return (
    <>
      <header class="page-head">
        <h1>{TEXTS.title}</h1>
        <span class="spacer" />
        {selected.value.size > 1 ? (
          <LinkButton kind="primary" href={runsHref([...selected.value])}>
            {TEXTS.openTogether(selected.value.size)}
          </LinkButton>
        ) : (
          <LinkButton icon="table" href={runsHref("all")}>
            {TEXTS.openAll}
          </LinkButton>
        )}
      </header>
      <div class="experiments-tools">
        <SearchInput
          label={TEXTS.find}
          value={search.value}
          onInput={(value) => {
            search.value = value;
          }}
        />
        {deleted.length > 0 && (
          <Checkbox
            showLabel
            label={`${TEXTS.showDeleted} (${deleted.length})`}
            isChecked={hasDeleted.value}
            onChange={(isChecked) => {
              hasDeleted.value = isChecked;
            }}
          />
        )}
      </div>
      <div class="page-body experiments-body">
        {shown.length === 0 ? (
          <EmptyState title={TEXTS.noMatch} icon="search" />
        ) : (
          <ExperimentTable shown={shown} selected={selected.value} onSelect={toggle} />
        )}
        <RecentRuns experiments={used.slice(0, 3)} />
      </div>
      <footer class="page-foot">
        <span>{TEXTS.count(shown.length, all.length)}</span>
      </footer>
    </>
  );
}

interface ExperimentTableProps {
  readonly shown: readonly ExperimentEntry[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (experimentId: string, isSelected: boolean) => void;
}

function ExperimentTable({ shown, selected, onSelect }: ExperimentTableProps): JSX.Element {
  const now = useNow();
  const hasModels = shown.some(({ loggedModelCount }) => loggedModelCount > 0);
  const hasTraces = shown.some(({ traceCount }) => traceCount > 0);
  const roots = manifest.value?.roots ?? [];
  return (
    <table class="experiments-table">
      <thead>
        <tr>
          <td />
          <th scope="col">{TEXTS.name}</th>
          {roots.length > 1 && (
            <th scope="col" class="experiments-wide">
              {TEXTS.root}
            </th>
          )}
          <th scope="col" class="number">
            {TEXTS.runs}
          </th>
          <th scope="col" class="number experiments-wide">
            {TEXTS.running}
          </th>
          <th scope="col" class="number experiments-wide">
            {TEXTS.failed}
          </th>
          {hasModels && (
            <th scope="col" class="number experiments-wide">
              {TEXTS.models}
            </th>
          )}
          {hasTraces && (
            <th scope="col" class="number experiments-wide">
              {TEXTS.traces}
            </th>
          )}
          <th scope="col" class="number">
            {TEXTS.lastRun}
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((each) => (
          <tr key={`${each.root}/${each.experimentId}`}>
            <td class="experiments-select">
              <Checkbox
                isChecked={selected.has(each.experimentId)}
                label={TEXTS.select(
                  [each.name, rootOf(each.experimentId)].filter(Boolean).join(", "),
                )}
                onChange={(isChecked) => onSelect(each.experimentId, isChecked)}
              />
            </td>
            <th scope="row">
              <a class="experiments-name" href={runsHref(each.experimentId)} title={each.name}>
                {each.name}
              </a>
              {each.lifecycleStage === "deleted" && <span class="faint"> {TEXTS.deleted}</span>}
              {roots.length > 1 && (
                <span class="faint experiments-narrow"> {roots[each.root]?.key}</span>
              )}
            </th>
            {roots.length > 1 && (
              <td class="experiments-wide">
                <RootLabel root={each.root} />
              </td>
            )}
            <td class="number">{formatCount(each.runCount)}</td>
            <td class="number experiments-wide experiments-running">{some(each.runningCount)}</td>
            <td class="number experiments-wide experiments-failed">{some(each.failedCount)}</td>
            {hasModels && <td class="number experiments-wide">{some(each.loggedModelCount)}</td>}
            {hasTraces && <td class="number experiments-wide">{some(each.traceCount)}</td>}
            <td class="number muted">
              {each.lastRunTime !== null && (
                <time title={formatTimeFull(each.lastRunTime)}>
                  {formatAgo(each.lastRunTime, now)}
                </time>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NoExperiments(): JSX.Element {
  const roots = manifest.value?.roots.map(({ label }) => label).join(", ") ?? "";
  return (
    <EmptyState title={TEXTS.none} icon="flask" isPage>
      <p>{TEXTS.noneHelp(roots)}</p>
      <FirstRun experimentId={undefined} />
    </EmptyState>
  );
}

/** Nothing is said of nothing. */
function some(count: number): string {
  return count === 0 ? "" : formatCount(count);
}
