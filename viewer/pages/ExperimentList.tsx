import type { JSX } from "preact";
import { formatAgo, plural } from "../format.ts";
import { activeExperiments } from "../state/experiments.ts";
import { runsHref } from "../state/links.ts";
import { useNow } from "../state/now.ts";
import { useTitle } from "../state/title.ts";
import { TEXTS } from "../texts.ts";

/** All experiments of the tree. */
export function ExperimentList(): JSX.Element {
  useTitle(TEXTS.experiments);
  const now = useNow();
  return (
    <>
      <header class="page-head">
        <h1>{TEXTS.experiments}</h1>
      </header>
      <ul class="page-body">
        {activeExperiments.value.map((experiment) => (
          <li key={experiment.experimentId}>
            <a href={runsHref(experiment.experimentId)}>{experiment.name}</a>{" "}
            <span class="faint">
              {plural(experiment.runCount, "run")}
              {experiment.lastRunTime !== null && `, ${formatAgo(experiment.lastRunTime, now)}`}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
