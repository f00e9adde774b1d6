import type { ComponentChildren, JSX } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import type { ChartGroup, ChartRun } from "../charts/chart-run.ts";
import { type CustomChart, readCustomCharts } from "../charts/custom.ts";
import { styledRuns } from "../charts/line-styles.ts";
import {
  inOrder,
  metricFilter,
  movedSection,
  type Section,
  SYSTEM_PREFIX,
  sectionsOf,
} from "../charts/sections.ts";
import { readSettings, settingsQuery } from "../charts/settings.ts";
import { type ChartSync, makeSync } from "../charts/sync.ts";
import { formatCount, plural } from "../format.ts";
import { isTexts, preference } from "../state/preferences.ts";
import { query, setQuery } from "../state/route.ts";
import { compareMetricKeys } from "../table/columns.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { Button } from "./Button.tsx";
import { ChartCards, CustomCards, pinned, syncsZoom, toggleIn } from "./ChartCards.tsx";
import { ChartControls } from "./ChartControls.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { Icon } from "./Icon.tsx";
import { lazyComponent } from "./lazy.tsx";
import { MenuButton } from "./Menu.tsx";
import "./ChartPanel.css";

const CustomDialog = lazyComponent(async () => (await import("./CustomDialog.tsx")).CustomDialog);

/** Runs from which those of a chart are chosen. */
export interface RunChoice {
  readonly list: () => readonly Pick<ChartRun, "runId" | "name">[];
  /** Those that are gone are left out. */
  readonly find: (runIds: readonly string[]) => readonly ChartRun[];
}

interface ChartPanelProps {
  readonly runs: readonly ChartRun[];
  /** Metrics to show, all of the runs' by default. */
  readonly metrics?: readonly string[];
  readonly sync?: ChartSync;
  /** Draws groups of the runs instead of the runs. */
  readonly groups?: readonly ChartGroup[] | undefined;
  /** All runs that a chart may have, by default those that are drawn. */
  readonly choice?: RunChoice;
  /** What stands first in the row of controls. */
  readonly lead?: ComponentChildren;
}

/** Prefixes of sections that are folded, the machine metrics to begin with. */
const folded = preference<readonly string[]>("charts.folded", [SYSTEM_PREFIX], isTexts);
/** Prefixes of sections in the order that was chosen. */
const order = preference<readonly string[]>("charts.order", [], isTexts);

/** All metrics of some runs as cards, in sections by prefix, with one row of controls over them. */
export function ChartPanel(props: ChartPanelProps): JSX.Element {
  const ownSync = useRef(makeSync());
  const sync = props.sync ?? ownSync.current;
  const settings = readSettings(query.value);
  const search = query.value.get("ch") ?? "";
  const runs = useMemo(() => styledRuns(props.runs), [props.runs]);
  const custom = useMemo(() => readCustomCharts(query.value), [query.value]);
  const [edited, setEdited] = useState<CustomChart | "new" | null>(null);
  const addButton = useRef<HTMLButtonElement>(null);
  const all = useMemo(() => props.metrics ?? metricsOf(props.runs), [props.runs, props.metrics]);
  const shown = useMemo(() => all.filter(metricFilter(search)), [all, search]);
  if (all.length === 0) {
    return (
      <EmptyState title={CHART_TEXTS.noMetrics} icon="chart">
        <p>{CHART_TEXTS.noMetricsHint}</p>
      </EmptyState>
    );
  }
  const shared = { axes: all, runs, groups: props.groups, settings, sync };
  const choice = props.choice ?? choiceOf(props.runs);
  const foundCustom = custom.filter(({ title, metrics }) =>
    [title, ...metrics].some(metricFilter(search)),
  );
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
        end={
          <Button
            kind="quiet"
            icon="plus"
            label={CHART_TEXTS.addChart}
            hasPopup="dialog"
            buttonRef={addButton}
            onClick={() => setEdited("new")}
          />
        }
      />
      <div class="chart-panel-body">
        {sections.length + foundCustom.length === 0 && (
          <p class="chart-panel-empty">{CHART_TEXTS.noMatch}</p>
        )}
        {foundCustom.length > 0 && (
          <ChartSection
            section={{ prefix: CUSTOM, metrics: foundCustom.map(({ title }) => title) }}
            total={custom.length}
            isAlwaysOpen={search !== ""}
            onMove={undefined}
          >
            <CustomCards
              {...shared}
              charts={foundCustom}
              find={choice.find}
              onEdit={setEdited}
              onRemoved={() => addButton.current?.focus()}
            />
          </ChartSection>
        )}
        {sections.map((section) => (
          <ChartSection
            key={section.prefix}
            section={section}
            total={countOf.get(section.prefix) ?? section.metrics.length}
            isAlwaysOpen={search !== "" || (sections.length === 1 && custom.length === 0)}
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
            <ChartCards {...shared} metrics={section.metrics} />
          </ChartSection>
        ))}
      </div>
      {edited !== null && (
        <CustomDialog
          chart={edited === "new" ? null : edited}
          others={custom.filter(({ title }) => edited === "new" || title !== edited.title)}
          metrics={all}
          runs={choice.list()}
          onClose={() => setEdited(null)}
        />
      )}
    </section>
  );
}

/** No metric's prefix: these have no slash at their end. */
const PINNED = "pinned";
const CUSTOM = "custom";

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
          onClick={() => toggleIn(folded, section.prefix)}
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
  if (prefix === CUSTOM) return CHART_TEXTS.custom;
  return prefix === "" ? CHART_TEXTS.other : prefix;
}

/** Charts of a page that has only the runs it draws. */
function choiceOf(runs: readonly ChartRun[]): RunChoice {
  return {
    list: () => runs,
    find: (runIds) => runs.filter(({ runId }) => runIds.includes(runId)),
  };
}

function metricsOf(runs: readonly ChartRun[]): string[] {
  const keys = new Set(runs.flatMap((run) => [...run.metrics.keys()]));
  return [...keys].sort(compareMetricKeys);
}
