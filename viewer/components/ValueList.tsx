import type { JSX } from "preact";
import type { ChartRun } from "../charts/chart-run.ts";
import { formatNumber, fullNumber, plural } from "../format.ts";

/** Metrics of one run that have one value each: a chart of each would show nothing more. */
export function ValueList(props: { run: ChartRun; metrics: readonly string[] }): JSX.Element {
  const { run, metrics } = props;
  return (
    <article class="value-bars" aria-label={plural(metrics.length, "metric")}>
      <dl class="value-list">
        {metrics.map((metric) => {
          const value = run.metrics.get(metric)?.last ?? Number.NaN;
          return (
            <div key={metric}>
              <dt class="cut" title={metric}>
                {metric}
              </dt>
              <dd title={fullNumber(value)}>{formatNumber(value)}</dd>
            </div>
          );
        })}
      </dl>
    </article>
  );
}
