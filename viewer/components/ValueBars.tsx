import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { barsOf } from "../charts/bars.ts";
import type { StyledRun } from "../charts/chart-run.ts";
import type { ChartSync } from "../charts/sync.ts";
import { formatNumber, fullNumber, plural } from "../format.ts";
import { runHref } from "../state/links.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import "./ValueBars.css";

interface ValueBarsProps {
  readonly metric: string;
  readonly runs: readonly StyledRun[];
  readonly sync: ChartSync;
}

const FEW = 8;

/** A metric that has one value a run: bars, the greatest first. */
export function ValueBars({ metric, runs, sync }: ValueBarsProps): JSX.Element {
  const [showsAll, setShowsAll] = useState(false);
  const bars = barsOf(runs, metric);
  const shown = showsAll ? bars : bars.slice(0, FEW);
  return (
    <article class="value-bars" aria-label={metric}>
      <header class="metric-chart-head">
        <h3 class="metric-chart-name cut" title={metric}>
          {metric}
        </h3>
        <span class="metric-chart-note">{CHART_TEXTS.oneValue}</span>
      </header>
      <ul>
        {shown.map(({ run, value, left, width }) => (
          <li
            key={run.runId}
            class={sync.pointedRun.value === run.runId ? "value-bar is-hot" : "value-bar"}
            onMouseEnter={() => {
              sync.pointedRun.value = run.runId;
            }}
            onMouseLeave={() => {
              sync.pointedRun.value = null;
            }}
          >
            {run.experimentId === "" ? (
              <span class="cut" title={run.name}>
                {run.name}
              </span>
            ) : (
              <a class="cut" href={runHref(run.experimentId, run.runId)} title={run.name}>
                {run.name}
              </a>
            )}
            <svg class={`value-bar-track r${run.style.color}`} aria-hidden="true">
              <rect x={`${left}%`} width={`${width}%`} height="100%" />
            </svg>
            <span title={fullNumber(value)}>{formatNumber(value)}</span>
          </li>
        ))}
      </ul>
      {bars.length > FEW && (
        <button type="button" class="cursor-table-more" onClick={() => setShowsAll(!showsAll)}>
          {showsAll
            ? CHART_TEXTS.showFewer
            : `${CHART_TEXTS.showAll} ${plural(bars.length, "run")}`}
        </button>
      )}
    </article>
  );
}
