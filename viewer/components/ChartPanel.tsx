import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { ChartGroup, ChartRun, StyledRun } from "../charts/chart-run.ts";
import { groupsAsRuns } from "../charts/group-lines.ts";
import { lineStyles } from "../charts/line-styles.ts";
import {
  inOrder,
  metricFilter,
  movedSection,
  type Section,
  SYSTEM_PREFIX,
  sectionsOf,
} from "../charts/sections.ts";
import { ownSettings, readCardSettings, readSettings, settingsQuery } from "../charts/settings.ts";
import { type ChartSync, makeSync, withOwnAxis, withOwnZoom } from "../charts/sync.ts";
import { formatCount, plural } from "../format.ts";
import { isBoolean, isTexts, preference } from "../state/preferences.ts";
import { query, setQuery } from "../state/route.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { ChartControls } from "./ChartControls.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { Icon } from "./Icon.tsx";
import { MenuButton } from "./Menu.tsx";
import { MetricChart } from "./MetricChart.tsx";
import { axisName } from "./SettingsFields.tsx";
import { ValueBars } from "./ValueBars.tsx";
import { ValueList } from "./ValueList.tsx";
import "./ChartPanel.css";

interface ChartPanelProps {
  readonly runs: readonly ChartRun[];
  /** Metrics to show, all of the runs' by default. */
  readonly metrics?: readonly string[];
  readonly sync?: ChartSync;
  /** Draws groups of the runs instead of the runs. */
  readonly groups?: readonly ChartGroup[] | undefined;
  /** What stands first in the row of controls. */
  readonly lead?: ComponentChildren;
}

/** Prefixes of sections that are folded, the machine metrics to begin with. */
const folded = preference<readonly string[]>("charts.folded", [SYSTEM_PREFIX], isTexts);
/** Prefixes of sections in the order that was chosen. */
const order = preference<readonly string[]>("charts.order", [], isTexts);
const pinned = preference<readonly string[]>("charts.pinned", [], isTexts);
const syncsZoom = preference("charts.sync-zoom", true, isBoolean);

/** All metrics of some runs as cards, in sections by prefix, with one row of controls over them. */
export function ChartPanel(props: ChartPanelProps): JSX.Element {
  const ownSync = useRef(makeSync());
  const sync = props.sync ?? ownSync.current;
  const settings = readSettings(query.value);
  const search = query.value.get("ch") ?? "";
  const runs = useMemo(() => styled(props.runs), [props.runs]);
  const all = useMemo(() => props.metrics ?? metricsOf(props.runs), [props.runs, props.metrics]);
  const shown = useMemo(() => all.filter(metricFilter(search)), [all, search]);
  if (all.length === 0) {
    return (
      <EmptyState title={CHART_TEXTS.noMetrics} icon="chart">
        <p>{CHART_TEXTS.noMetricsHint}</p>
      </EmptyState>
    );
  }
  const isPinned = (metric: string): boolean => pinned.value.includes(metric);
  const sections = [
    { prefix: PINNED, metrics: shown.filter(isPinned) },
    ...inOrder(sectionsOf(shown.filter((metric) => !isPinned(metric))), order.value),
  ].filter((section) => section.metrics.length > 0);
  const countOf = new Map(
    sectionsOf(all).map((section) => [section.prefix, section.metrics.length]),
  );
  return (
    <section class="chart-panel" aria-label="Charts">
      <ChartControls
        settings={settings}
        onSettings={(changed) => setQuery(settingsQuery(changed), { replace: true })}
        sync={sync}
        metrics={all}
        search={search}
        onSearch={(text) => setQuery({ ch: text }, { replace: true })}
        syncsZoom={syncsZoom}
        isGrouped={props.groups !== undefined}
        lead={props.lead}
      />
      <div class="chart-panel-body">
        {sections.length === 0 && <p class="chart-panel-empty">{CHART_TEXTS.noMatch}</p>}
        {sections.map((section) => (
          <ChartSection
            key={section.prefix}
            section={section}
            total={countOf.get(section.prefix) ?? section.metrics.length}
            isAlwaysOpen={search !== "" || sections.length === 1}
            onMove={
              search !== "" || section.prefix === PINNED
                ? undefined
                : (by) => {
                    const prefixes = sections.map(({ prefix }) => prefix);
                    const movable = prefixes.filter((prefix) => prefix !== PINNED);
                    order.value = movedSection(movable, order.value, section.prefix, by);
                  }
            }
          >
            <Cards
              metrics={section.metrics}
              axes={all}
              runs={runs}
              groups={props.groups}
              settings={settings}
              sync={sync}
            />
          </ChartSection>
        ))}
      </div>
    </section>
  );
}

/** No metric's prefix: it has no slash at its end. */
const PINNED = "pinned";

interface CardsProps {
  readonly metrics: readonly string[];
  /** Metrics that may be an x axis. */
  readonly axes: readonly string[];
  readonly runs: readonly StyledRun[];
  readonly groups: readonly ChartGroup[] | undefined;
  readonly settings: ReturnType<typeof readSettings>;
  readonly sync: ChartSync;
}

function Cards({ metrics, ...shared }: CardsProps): JSX.Element {
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
            <HistoryCard {...shared} metric={metric} />
          ) : (
            <ValueBars metric={metric} runs={bars} sync={sync} />
          )}
        </div>
      ))}
      {only !== undefined && values.length > 0 && <ValueList run={only} metrics={values} />}
    </>
  );
}

function HistoryCard(props: Omit<CardsProps, "metrics"> & { metric: string }): JSX.Element {
  const { metric, sync } = props;
  const settings = readCardSettings(query.value, metric);
  const hasOwnAxis = axisName(settings.x) !== axisName(props.settings.x);
  const ownZoom = useMemo(() => withOwnZoom(sync), [sync]);
  const ownAxis = useMemo(() => withOwnAxis(sync), [sync, axisName(settings.x)]);
  const isPinned = pinned.value.includes(metric);
  return (
    <MetricChart
      {...props}
      settings={ownSettings(query.value, metric).length > 0 ? settings : props.settings}
      sync={hasOwnAxis ? ownAxis : syncsZoom.value ? sync : ownZoom}
      isPinned={isPinned}
      onPin={() => toggle(pinned, metric)}
    />
  );
}

function ChartSection(props: {
  section: Section;
  total: number;
  /** A search shows what it finds, and a section alone has nothing to make room for. */
  isAlwaysOpen: boolean;
  /** Moves the section up or down; absent where it has a place of its own. */
  onMove: ((by: 1 | -1) => void) | undefined;
  children: JSX.Element;
}): JSX.Element {
  const { section, total, isAlwaysOpen, onMove } = props;
  const isOpen = isAlwaysOpen || !folded.value.includes(section.prefix);
  const shown = section.metrics.length;
  return (
    <div class="chart-section">
      <h2 class="chart-section-line">
        <button
          type="button"
          class="chart-section-head"
          aria-expanded={isOpen}
          onClick={() => toggle(folded, section.prefix)}
        >
          <Icon name={isOpen ? "down" : "right"} />
          <span
            class={section.prefix.endsWith("/") ? "chart-section-prefix" : "chart-section-name"}
          >
            {nameOf(section.prefix)}
          </span>
          <span class="faint">
            {shown < total
              ? `${formatCount(shown)} of ${plural(total, "chart")}`
              : plural(total, "chart")}
          </span>
        </button>
        {onMove !== undefined && !isAlwaysOpen && (
          <MenuButton
            items={[
              { label: CHART_TEXTS.moveUp, icon: "up", onChoose: () => onMove(-1) },
              { label: CHART_TEXTS.moveDown, icon: "down", onChoose: () => onMove(1) },
            ]}
            label={CHART_TEXTS.moveSection(nameOf(section.prefix))}
            icon="dots"
            kind="quiet"
            small
            align="end"
          />
        )}
      </h2>
      {isOpen && <div class="chart-grid">{props.children}</div>}
    </div>
  );
}

function nameOf(prefix: string): string {
  if (prefix === PINNED) return CHART_TEXTS.pinned;
  return prefix === "" ? CHART_TEXTS.other : prefix;
}

function toggle(list: Signal<readonly string[]>, item: string): void {
  list.value = list.value.includes(item)
    ? list.value.filter((one) => one !== item)
    : [...list.value, item];
}

function styled(runs: readonly ChartRun[]): StyledRun[] {
  const styles = lineStyles(runs.map((run) => run.runId));
  return runs.map((run) => ({ ...run, style: styles.get(run.runId) ?? { color: 1, dash: 0 } }));
}

function metricsOf(runs: readonly ChartRun[]): string[] {
  return [...new Set(runs.flatMap((run) => [...run.metrics.keys()]))];
}
