import type { JSX } from "preact";
import type { StyledRun } from "../charts/chart-run.ts";
import { historiesCsv } from "../charts/csv.ts";
import { type CustomChart, customQuery } from "../charts/custom.ts";
import { pngOf, svgOf } from "../charts/download.ts";
import { drawnCsv } from "../charts/drawn-csv.ts";
import { metricOf, ownerOf } from "../charts/line-id.ts";
import type { Plot, PlotLine } from "../charts/plot.ts";
import type { Range } from "../charts/range.ts";
import { type ChartSettings, settingsQuery } from "../charts/settings.ts";
import { themeColors } from "../charts/theme-colors.ts";
import { getHistory } from "../data/histories.ts";
import { metricHref } from "../state/links.ts";
import { formatHash, parseHash, withQuery } from "../state/url.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { MenuButton, type MenuItem } from "./Menu.tsx";
import { saveFile } from "./save-file.ts";
import { copyText } from "./Toast.tsx";

interface ChartMenuProps {
  readonly metric: string;
  /** What is drawn: runs, or groups of them. */
  readonly runs: readonly StyledRun[];
  /** The runs of the groups, or the runs. */
  readonly members: readonly StyledRun[];
  readonly lines: readonly PlotLine[];
  readonly plot: Plot | undefined;
  readonly settings: ChartSettings;
  readonly zoom: Range | null;
  readonly isTable: boolean;
  readonly onTable: () => void;
  /** Opens the settings that the chart has of its own. */
  readonly onSettings?: (() => void) | undefined;
  readonly isPinned?: boolean | undefined;
  readonly onPin?: (() => void) | undefined;
  /** Of a chart that a reader put together. */
  readonly custom?: CustomActions | undefined;
  /** The chart has a page of its own already. */
  readonly isPage: boolean;
}

export interface CustomActions {
  readonly chart: CustomChart;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

/** What one can do with a chart: look closer, save it, take its numbers. */
export function ChartMenu(props: ChartMenuProps): JSX.Element {
  const { metric, runs, lines, plot, settings } = props;
  const names = new Map(runs.map((run) => [run.runId, run.name]));
  const href = chartHref(metric, props.members, settings, props.custom?.chart);
  const svg = (): string | undefined =>
    svgOf(
      metric,
      runs,
      lines,
      { ...settings, xKind: settings.x.kind, zoom: props.zoom, yRange: settings },
      themeColors.peek(),
    );
  const items: MenuItem[] = [
    ...(props.isPage
      ? []
      : [
          {
            label: CHART_TEXTS.fullSize,
            icon: "fullscreen",
            onChoose: () => {
              location.hash = href;
            },
          } as const,
        ]),
    ...(props.onPin === undefined
      ? []
      : [
          {
            label: props.isPinned === true ? CHART_TEXTS.unpinChart : CHART_TEXTS.pinChart,
            icon: "pin",
            onChoose: props.onPin,
          } as const,
        ]),
    ...(props.onSettings === undefined
      ? []
      : [
          {
            label: CHART_TEXTS.cardSettings,
            icon: "sliders",
            onChoose: props.onSettings,
          } as const,
        ]),
    ...(props.custom === undefined ? [] : customItems(props.custom)),
    {
      label: props.isTable ? CHART_TEXTS.asChart : CHART_TEXTS.asTable,
      icon: props.isTable ? "chart" : "table",
      onChoose: props.onTable,
    },
    {
      label: CHART_TEXTS.savePng,
      icon: "image",
      onChoose: () => void savePng(metric, svg()),
    },
    {
      label: CHART_TEXTS.saveSvg,
      icon: "download",
      onChoose: () => saveFile(`${metric}.svg`, svg() ?? "", "image/svg+xml"),
    },
    {
      label: CHART_TEXTS.saveDrawnCsv,
      icon: "download",
      isDisabled: plot === undefined,
      onChoose: () => {
        if (plot === undefined) return;
        const axis = settings.x.kind === "metric" ? settings.x.key : settings.x.kind;
        const csv = drawnCsv(plot, lines, axis, (id) => names.get(id) ?? id);
        saveFile(`${metric}.csv`, csv, "text/csv");
      },
    },
    {
      label: CHART_TEXTS.saveCsv,
      icon: "download",
      onChoose: () => void saveAllPoints(metric, props.members),
    },
    {
      label: CHART_TEXTS.copyLink,
      icon: "link",
      onChoose: () => void copyText(new URL(href, location.href).href),
    },
  ];
  return (
    <MenuButton items={items} label={CHART_TEXTS.more} icon="dots" kind="quiet" small align="end" />
  );
}

function customItems({ onEdit, onRemove }: CustomActions): MenuItem[] {
  return [
    { label: CHART_TEXTS.editChart, icon: "edit", onChoose: onEdit },
    { label: CHART_TEXTS.removeChart, icon: "trash", onChoose: onRemove },
  ];
}

/** The address of a chart at full size, drawn as it is here. */
export function chartHref(
  metric: string,
  runs: readonly StyledRun[],
  settings: ChartSettings,
  chart?: CustomChart,
): string {
  const experiments = [...new Set(runs.map((run) => run.experimentId))];
  const href = metricHref(metric, [...new Set(runs.map((run) => ownerOf(run.runId)))], experiments);
  // The runs of the address are those of the chart.
  const custom = chart === undefined ? {} : customQuery({ ...chart, runIds: null });
  return formatHash(withQuery(parseHash(href), { ...settingsQuery(settings), ...custom }));
}

async function savePng(metric: string, svg: string | undefined): Promise<void> {
  if (svg !== undefined) saveFile(`${metric}.png`, await pngOf(svg));
}

async function saveAllPoints(metric: string, runs: readonly StyledRun[]): Promise<void> {
  const histories = await Promise.all(
    runs.map(async (run) => {
      const runId = ownerOf(run.runId);
      const key = metricOf(run.runId) ?? metric;
      const history = await getHistory(runId, key, run.metrics.get(metric)?.count ?? 0);
      return { runId, runName: run.name, key, history };
    }),
  );
  saveFile(`${metric}.csv`, historiesCsv(histories), "text/csv");
}
