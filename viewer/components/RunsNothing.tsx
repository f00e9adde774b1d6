import type { JSX } from "preact";
import { plainId } from "../../lib/wire/rooted-id.ts";
import { manifest } from "../data/live.ts";
import { plural } from "../format.ts";
import { activeExperiments } from "../state/experiments.ts";
import { runsHref } from "../state/links.ts";
import { query } from "../state/route.ts";
import { setFilter, setLifecycle } from "../state/runs-actions.ts";
import type { RunsView } from "../state/runs-view.ts";
import type { Lifecycle } from "../table/shown.ts";
import { RUNS_TEXTS } from "../texts/runs.ts";
import { Button } from "./Button.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { FirstRun } from "./FirstRun.tsx";

/** An experiment, or a tree, without runs: where was looked, and how to log the first. */
export function NoRuns({ experimentIds }: { experimentIds: readonly string[] }): JSX.Element {
  const [only] = experimentIds;
  const roots = manifest.value?.roots.map(({ label }) => label).join(", ") ?? "";
  return (
    <div class="runs-nothing">
      <EmptyState title={RUNS_TEXTS.noRuns} icon="flask">
        <p>
          {RUNS_TEXTS.lookedFor} <code>{`${only ?? "<experiment id>"}/<run id>/meta.yaml`}</code>{" "}
          {RUNS_TEXTS.lookedIn(roots)}
        </p>
        <p>{RUNS_TEXTS.noRunsHelp}</p>
        <FirstRun experimentId={only} />
      </EmptyState>
    </div>
  );
}

/** Runs are there, but none that is asked for. */
export function NoMatch({ view, life }: { view: RunsView; life: Lifecycle }): JSX.Element {
  const q = query.value.get("q") ?? "";
  if (q === "") {
    return (
      <div class="runs-nothing">
        <EmptyState title={life === "deleted" ? RUNS_TEXTS.noDeleted : RUNS_TEXTS.noActive}>
          <p>{RUNS_TEXTS.othersThere(plural(view.table.length, "run"))}</p>
          <Button onClick={() => setLifecycle("all")}>{RUNS_TEXTS.lifecycles.all}</Button>
        </EmptyState>
      </div>
    );
  }
  return (
    <div class="runs-nothing">
      <EmptyState title={RUNS_TEXTS.noMatch} icon="search">
        <p class="mono">{q}</p>
        <p>{RUNS_TEXTS.noMatchHelp(plural(view.total, "run"))}</p>
        <Button onClick={() => setFilter("", true)}>{RUNS_TEXTS.clearFilter}</Button>
      </EmptyState>
    </div>
  );
}

/** No experiment has the id of the address: where was looked, and which there are. */
export function NoExperiment({ id }: { id: string }): JSX.Element {
  const roots = manifest.value?.roots.map(({ label }) => label).join(", ") ?? "";
  const near = activeExperiments.value.slice(0, 8);
  return (
    <EmptyState title={RUNS_TEXTS.noExperiment(id)} icon="help" isPage>
      <p>{RUNS_TEXTS.noExperimentHelp(roots)}</p>
      <ul>
        {near.map(({ experimentId, name }) => (
          <li key={experimentId}>
            <a class="link" href={runsHref(experimentId)}>
              {name}
            </a>{" "}
            <span class="mono faint">{plainId(experimentId)}</span>
          </li>
        ))}
      </ul>
    </EmptyState>
  );
}
