import { formatList, parseList } from "../state/url.ts";
import type { ChartGroup, ChartRun, StyledRun } from "./chart-run.ts";
import { lineId } from "./line-id.ts";
import { DASHES, type LineStyle, lineStyles } from "./line-styles.ts";

/** A chart that a reader put together. Lives in the URL. */
export interface CustomChart {
  /** Names it, and the keys of its own settings. */
  readonly title: string;
  readonly metrics: readonly string[];
  /** Runs that it always draws; null draws those of its panel. */
  readonly runIds: readonly string[] | null;
}

/** Query keys: `card@losses=train/loss,val/loss`, and `runs@losses=<id>,<id>` for runs of its own. */
const CARD = "card@";
const RUNS = "runs@";
/** Of the settings that a chart may have of its own. */
const OWN = ["x@", "y@", "sm@"] as const;

type CustomKey = `${"card" | "runs" | "x" | "y" | "sm"}@${string}`;
export type CustomQuery = Record<CustomKey, string | undefined>;

/** The charts that an address puts together, in their order. */
export function readCustomCharts(query: ReadonlyMap<string, string>): CustomChart[] {
  return [...query].flatMap(([key, text]) => {
    const title = key.startsWith(CARD) ? key.slice(CARD.length) : "";
    const metrics = parseList(text).filter((metric) => metric !== "");
    if (title === "" || metrics.length === 0) return [];
    const runIds = parseList(query.get(RUNS + title)).filter((runId) => runId !== "");
    return [{ title, metrics, runIds: runIds.length === 0 ? null : runIds }];
  });
}

/** The query keys of a chart. */
export function customQuery({ title, metrics, runIds }: CustomChart): CustomQuery {
  return {
    [`card@${title}`]: formatList(metrics),
    [`runs@${title}`]: runIds === null ? undefined : formatList(runIds),
  };
}

/** Takes a chart out of the address, with its settings. */
export function withoutChart(title: string): CustomQuery {
  return Object.fromEntries([CARD, RUNS, ...OWN].map((key) => [key + title, undefined]));
}

/** Changes a chart; under another title it keeps its settings. */
export function changedChart(
  query: ReadonlyMap<string, string>,
  old: CustomChart,
  changed: CustomChart,
): CustomQuery {
  const settings = OWN.map((key) => [key + changed.title, query.get(key + old.title)] as const);
  return {
    ...withoutChart(old.title),
    ...Object.fromEntries(settings),
    ...customQuery(changed),
  };
}

/** A title from what is drawn, such as `train/loss, val/loss`; `taken` are those of other charts. */
export function titleOf(
  metrics: readonly string[],
  runCount: number | null,
  taken: ReadonlySet<string>,
): string {
  if (metrics.length === 0) return "";
  const runs = (runCount ?? 0) === 0 ? "" : ` (${runCount} ${runCount === 1 ? "run" : "runs"})`;
  const title = metrics.join(", ") + runs;
  for (let i = 2; ; i++) {
    const numbered = i === 2 ? title : `${title} ${i - 1}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/**
 * The lines of a chart as the other charts know runs: each with a single metric, which is called as the chart is. A colour
 * is a run and a dash a metric, unless there is only one of either.
 */
export function customRuns(chart: CustomChart, runs: readonly StyledRun[]): StyledRun[] {
  const byMetric = lineStyles(chart.metrics);
  return chart.metrics.flatMap((metric, place) =>
    runs.flatMap((run) => {
      const brief = run.metrics.get(metric);
      if (brief === undefined) return [];
      const [own] = runs.length === 1 ? [byMetric.get(metric)] : [];
      return [
        {
          ...run,
          runId: lineId(run.runId, metric),
          name: nameOf(metric, run, chart, runs.length),
          metrics: new Map([...run.metrics, [chart.title, brief]]),
          style: own ?? styleOf(run, chart, place),
        },
      ];
    }),
  );
}

/** The groups of a chart's lines: one a group of runs and metric. */
export function customGroups(chart: CustomChart, groups: readonly ChartGroup[]): ChartGroup[] {
  return chart.metrics.flatMap((metric, place) =>
    groups.map((group) => ({
      id: lineId(group.id, metric),
      name: nameOf(metric, group, chart, groups.length),
      runIds: group.runIds.map((runId) => lineId(runId, metric)),
      style: styleOf(group, chart, place),
    })),
  );
}

function nameOf(
  metric: string,
  owner: Pick<ChartRun, "name">,
  { metrics }: CustomChart,
  owners: number,
): string {
  if (metrics.length === 1) return owner.name;
  return owners === 1 ? metric : `${metric} · ${owner.name}`;
}

function styleOf(
  { style }: { readonly style: LineStyle },
  { metrics }: CustomChart,
  place: number,
): LineStyle {
  return metrics.length === 1 ? style : { ...style, dash: place % DASHES.length };
}
