import { useMemo } from "preact/hooks";
import { manifest, refresh } from "../data/live.ts";
import { EMPTY_TABLE, type RunsTable } from "../data/runs-table.ts";
import { plural, shortId } from "../format.ts";
import { activeExperiments, experimentIdsOf, experimentName } from "../state/experiments.ts";
import {
  experimentsHref,
  metricHref,
  modelsHref,
  runHref,
  runsHref,
  tracesHref,
  treeHref,
} from "../state/links.ts";
import { openHelp } from "../state/overlay.ts";
import { theme } from "../state/preferences.ts";
import { rootOf } from "../state/roots.ts";
import { navigate, route } from "../state/route.ts";
import { selection } from "../state/selection.ts";
import { THEMES } from "../state/theme.ts";
import { useRuns } from "../state/use-runs.ts";
import { TEXTS } from "../texts.ts";
import type { IconName } from "./Icon.tsx";

/** Something that the palette offers. */
export interface PaletteItem {
  readonly id: string;
  readonly label: string;
  /** What kind of thing it is, or where it belongs. */
  readonly note: string;
  readonly icon: IconName;
  readonly run?: { readonly runId: string; readonly status: number };
  /** A key that does the same. */
  readonly hint?: string;
  readonly onChoose: () => void;
}

/** Everything one can go to or do from here; the runs are those of the experiments that are shown. */
export function usePaletteItems(): readonly PaletteItem[] {
  const [page, ids = ""] = route.value.path;
  const shownIds = page === "experiments" ? experimentIdsOf(ids) : [];
  const { data } = useRuns(shownIds);
  const table = data ?? EMPTY_TABLE;
  const experiments = activeExperiments.value;
  return useMemo(
    () => [
      ...pageItems(),
      ...experiments.map(
        ({ experimentId, name, runCount }): PaletteItem => ({
          id: `experiment ${experimentId}`,
          label: name,
          note: [plural(runCount, "run"), rootOf(experimentId)].filter(Boolean).join(", "),
          icon: "flask",
          onChoose: () => navigate(runsHref(experimentId)),
        }),
      ),
      ...runItems(table),
      ...metricItems(table, shownIds),
      ...actionItems(),
    ],
    [table, experiments, shownIds.join()],
  );
}

/** Looks for words in the names, ids and tags of all runs. */
export function searchItem(text: string): PaletteItem {
  return {
    id: "search",
    label: TEXTS.findRuns(text),
    note: TEXTS.allRuns,
    icon: "search",
    onChoose: () => navigate(runsHref("all", { q: text })),
  };
}

function pageItems(): PaletteItem[] {
  const traced = activeExperiments.peek().find(({ traceCount }) => traceCount > 0);
  const pages: (readonly [label: string, href: string, icon: IconName])[] = [
    [TEXTS.allExperiments, experimentsHref(), "flask"],
    [TEXTS.allRuns, runsHref("all"), "table"],
    ...(manifest.peek()?.features.registry === true
      ? [[TEXTS.models, modelsHref(), "box"] as const]
      : []),
    ...(traced === undefined
      ? []
      : [[TEXTS.traces, tracesHref(traced.experimentId), "trace"] as const]),
    [TEXTS.health, treeHref(), "pulse"],
  ];
  return pages.map(([label, href, icon]) => ({
    id: `page ${href}`,
    label,
    note: TEXTS.page,
    icon,
    onChoose: () => navigate(href),
  }));
}

function runItems(table: RunsTable): PaletteItem[] {
  return table.runIds.map((runId, row) => {
    const name = table.names[row] ?? "";
    const experimentId = table.experiment.values[table.experiment.codes[row] ?? -1] ?? "";
    return {
      id: `run ${runId}`,
      label: name === "" ? shortId(runId) : name,
      note: [experimentName(experimentId), rootOf(experimentId), shortId(runId)]
        .filter(Boolean)
        .join(" "),
      icon: "table",
      run: { runId, status: table.status[row] ?? 0 },
      onChoose: () => navigate(runHref(experimentId, runId)),
    };
  });
}

function metricItems(table: RunsTable, experimentIds: readonly string[]): PaletteItem[] {
  return [...table.metrics.keys()].map((key) => ({
    id: `metric ${key}`,
    label: key,
    note: TEXTS.metric,
    icon: "chart",
    onChoose: () => {
      const selected = [...selection.peek()];
      const first = table.runIds.filter((_, row) => (table.metrics.get(key)?.count[row] ?? 0) > 0);
      const runIds = selected.length > 0 ? selected : first.slice(0, 20);
      navigate(metricHref(key, runIds, experimentIds));
    },
  }));
}

function actionItems(): PaletteItem[] {
  return [
    ...THEMES.map(
      (choice): PaletteItem => ({
        id: `theme ${choice}`,
        label: TEXTS.themeAction(TEXTS.themes[choice]),
        note: TEXTS.action,
        icon: "contrast",
        onChoose: () => {
          theme.value = choice;
        },
      }),
    ),
    {
      id: "refresh",
      label: TEXTS.refresh,
      note: TEXTS.action,
      icon: "refresh",
      hint: "r",
      onChoose: () => void refresh(),
    },
    {
      id: "help",
      label: TEXTS.help,
      note: TEXTS.action,
      icon: "help",
      hint: "?",
      onChoose: openHelp,
    },
  ];
}
