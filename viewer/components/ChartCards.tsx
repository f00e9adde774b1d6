import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ChartGroup, ChartRun, StyledRun } from "../charts/chart-run.ts";
import {
  type CustomChart,
  customGroups,
  customQuery,
  customRuns,
  withoutChart,
} from "../charts/custom.ts";
import { groupsAsRuns } from "../charts/group-lines.ts";
import { styledRuns } from "../charts/line-styles.ts";
import {
  type ChartSettings,
  cardQuery,
  ownSettings,
  readCardSettings,
  readSettings,
} from "../charts/settings.ts";
import { type ChartSync, withOwnAxis, withOwnZoom } from "../charts/sync.ts";
import { isTexts, preference } from "../state/preferences.ts";
import { query, setQuery } from "../state/route.ts";
import { isBoolean } from "../state/stored.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { EDIT_TEXTS } from "../texts/edits.ts";
import type { CustomActions } from "./ChartMenu.tsx";
import { MetricChart } from "./MetricChart.tsx";
import { axisName } from "./SettingsFields.tsx";
import { showToast } from "./Toast.tsx";
import { ValueBars } from "./ValueBars.tsx";
import { ValueList } from "./ValueList.tsx";

export const pinned: Signal<readonly string[]> = preference("charts.pinned", [], isTexts);
export const syncsZoom: Signal<boolean> = preference("charts.sync-zoom", true, isBoolean);

interface SharedProps {
  /** Metrics that may be an x axis. */
  readonly axes: readonly string[];
  readonly runs: readonly StyledRun[];
  readonly groups: readonly ChartGroup[] | undefined;
  readonly settings: ChartSettings;
  readonly sync: ChartSync;
}

/** A card a metric: lines, or bars where it has one value a run. */
export function ChartCards({
  metrics,
  ...shared
}: SharedProps & { readonly metrics: readonly string[] }): JSX.Element {
  const { runs, groups, sync } = shared;
  const bars = useMemo(
    () => (groups === undefined ? runs : groupsAsRuns(groups, runs)),
    [groups, runs],
  );
  const hasHistory = (metric: string): boolean =>
    runs.some((run) => (run.metrics.get(metric)?.count ?? 0) > 1);
  const [only] = runs.length === 1 ? runs : [];
  const values = metrics.filter((metric) => !hasHistory(metric));
  return (
    <>
      {(only === undefined ? metrics : metrics.filter(hasHistory)).map((metric) => (
        <div key={metric} class="chart-cell">
          {hasHistory(metric) ? (
            <LineCard
              {...shared}
              metric={metric}
              isPinned={pinned.value.includes(metric)}
              onPin={() => toggleIn(pinned, metric)}
            />
          ) : (
            <ValueBars metric={metric} runs={bars} sync={sync} />
          )}
        </div>
      ))}
      {only !== undefined && values.length > 0 && <ValueList run={only} metrics={values} />}
    </>
  );
}

interface CustomCardsProps extends SharedProps {
  readonly charts: readonly CustomChart[];
  /** Runs that a chart has of its own, which its panel need not draw. */
  readonly find: (runIds: readonly string[]) => readonly ChartRun[];
  readonly onEdit: (chart: CustomChart) => void;
  /** Its menu is gone, and with it the focus. */
  readonly onRemoved: () => void;
}

/** The charts that a reader put together. */
export function CustomCards(props: CustomCardsProps): JSX.Element {
  const { charts, find, onEdit, onRemoved, ...shared } = props;
  return (
    <>
      {charts.map((chart) => (
        <div key={chart.title} class="chart-cell">
          <CustomCard
            {...shared}
            chart={chart}
            find={find}
            onEdit={() => onEdit(chart)}
            onRemove={() => {
              remove(chart);
              onRemoved();
            }}
          />
        </div>
      ))}
    </>
  );
}

function CustomCard(
  props: SharedProps & CustomActions & Pick<CustomCardsProps, "find">,
): JSX.Element {
  const { chart, find, onEdit, onRemove, ...shared } = props;
  const ids = chart.runIds?.join(",");
  const runs = useMemo(
    () => (chart.runIds === null ? shared.runs : styledRuns(find(chart.runIds))),
    [ids, ids === undefined ? shared.runs : find],
  );
  const wanted = `${chart.title}\n${chart.metrics.join("\n")}`;
  const lines = useMemo(() => customRuns(chart, runs), [wanted, runs]);
  // Runs that were chosen one by one are not summed up.
  const sums = chart.runIds === null ? shared.groups : undefined;
  const groups = useMemo(() => sums && customGroups(chart, sums), [wanted, sums]);
  return (
    <LineCard
      {...shared}
      metric={chart.title}
      runs={lines}
      groups={groups}
      custom={{ chart, onEdit, onRemove }}
    />
  );
}

function remove({ title, ...chart }: CustomChart): void {
  const own = cardQuery(title, readCardSettings(query.value, title), readSettings(query.value));
  setQuery(withoutChart(title));
  showToast(CHART_TEXTS.removed(title), {
    label: EDIT_TEXTS.undo,
    onChoose: () => setQuery({ ...customQuery({ title, ...chart }), ...own }),
  });
}

interface LineCardProps extends SharedProps {
  /** The metric, or the title of a chart of several. */
  readonly metric: string;
  readonly isPinned?: boolean;
  readonly onPin?: () => void;
  readonly custom?: CustomActions;
}

function LineCard(props: LineCardProps): JSX.Element {
  const { metric, sync } = props;
  const settings = readCardSettings(query.value, metric);
  const hasOwnAxis = axisName(settings.x) !== axisName(props.settings.x);
  const ownZoom = useMemo(() => withOwnZoom(sync), [sync]);
  const ownAxis = useMemo(() => withOwnAxis(sync), [sync, axisName(settings.x)]);
  return (
    <MetricChart
      {...props}
      settings={ownSettings(query.value, metric).length > 0 ? settings : props.settings}
      sync={hasOwnAxis ? ownAxis : syncsZoom.value ? sync : ownZoom}
    />
  );
}

export function toggleIn(list: Signal<readonly string[]>, item: string): void {
  list.value = list.value.includes(item)
    ? list.value.filter((one) => one !== item)
    : [...list.value, item];
}
