import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { SPREADS } from "../charts/group.ts";
import type { XAxis } from "../charts/line.ts";
import { type ChartSettings, MOST_SMOOTHING } from "../charts/settings.ts";
import { type ChartSync, unpin } from "../charts/sync.ts";
import { xLabel } from "../charts/x-label.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import { MenuButton, type MenuItem } from "./Menu.tsx";
import { RangeFields } from "./RangeFields.tsx";
import { SearchInput } from "./SearchInput.tsx";
import { Segmented } from "./Segmented.tsx";
import "./ChartControls.css";

interface ChartControlsProps {
  readonly settings: ChartSettings;
  readonly onSettings: (settings: ChartSettings) => void;
  readonly sync: ChartSync;
  /** Metrics that may be the x axis. */
  readonly metrics: readonly string[];
  /** Left out where there is only one chart. */
  readonly search?: string;
  readonly onSearch?: (search: string) => void;
  readonly syncsZoom?: Signal<boolean>;
  readonly isGrouped?: boolean;
  /** What stands first in the row. */
  readonly lead?: ComponentChildren;
}

/** One row over the charts that says how all of them are drawn. */
export function ChartControls(props: ChartControlsProps): JSX.Element {
  const { settings, onSettings, sync, syncsZoom } = props;
  const change = (changes: Partial<ChartSettings>): void => onSettings({ ...settings, ...changes });
  return (
    <div class="chart-controls">
      {props.lead}
      {props.onSearch !== undefined && (
        <>
          <SearchInput
            small
            value={props.search ?? ""}
            label={CHART_TEXTS.findMetrics}
            onInput={props.onSearch}
          />
          <span class="chart-controls-rule" />
        </>
      )}
      <MenuButton label="x axis" items={axisItems(settings.x, props.metrics, (x) => change({ x }))}>
        <span class="faint">{CHART_TEXTS.x}</span>
        <span class="cut chart-controls-axis">{axisName(settings.x)}</span>
        <Icon name="down" size={14} />
      </MenuButton>
      <label class="chart-controls-smooth">
        {CHART_TEXTS.smooth}
        <input
          type="range"
          min="0"
          max={MOST_SMOOTHING}
          step="0.01"
          value={settings.smoothing}
          style={{ "--share": `${(settings.smoothing / MOST_SMOOTHING) * 100}%` }}
          onInput={(event) => change({ smoothing: Number(event.currentTarget.value) })}
        />
        <output>{settings.smoothing.toFixed(2)}</output>
      </label>
      <span class="chart-controls-rule" />
      <Button
        kind="quiet"
        pressed={settings.logX}
        onClick={() => {
          sync.zoom.value = null;
          change({ logX: !settings.logX });
        }}
      >
        {CHART_TEXTS.logX}
      </Button>
      <Button kind="quiet" pressed={settings.logY} onClick={() => change({ logY: !settings.logY })}>
        {CHART_TEXTS.logY}
      </Button>
      <Button kind="quiet" pressed={settings.clip} onClick={() => change({ clip: !settings.clip })}>
        {CHART_TEXTS.clip}
      </Button>
      <RangeFields
        low={settings.low}
        high={settings.high}
        onChange={(low, high) => onSettings(withEnds(settings, low, high))}
      />
      {props.isGrouped === true && (
        <>
          <Segmented
            label={CHART_TEXTS.band}
            value={settings.spread}
            segments={SPREADS.map((value) => ({ value, label: CHART_TEXTS.spreads[value] }))}
            onChange={(spread) => change({ spread })}
          />
          <Button
            kind="quiet"
            pressed={settings.showsMembers}
            onClick={() => change({ showsMembers: !settings.showsMembers })}
          >
            {CHART_TEXTS.members}
          </Button>
        </>
      )}
      {syncsZoom !== undefined && (
        <Button
          kind="quiet"
          pressed={syncsZoom.value}
          onClick={() => {
            syncsZoom.value = !syncsZoom.value;
          }}
        >
          {CHART_TEXTS.syncZoom}
        </Button>
      )}
      <CursorPlace sync={sync} x={settings.x} />
    </div>
  );
}

/** Where the cursor is. A component of its own: it follows the mouse, and the controls beside it do not change with it. */
function CursorPlace({ sync, x }: { sync: ChartSync; x: XAxis }): JSX.Element {
  const cursor = sync.cursor.value;
  return (
    <span class="chart-controls-cursor">
      {sync.zoom.value !== null && (
        <Button
          small
          onClick={() => {
            sync.zoom.value = null;
          }}
        >
          {CHART_TEXTS.resetZoom}
        </Button>
      )}
      {cursor !== null && (
        <>
          <span class="faint">{axisName(x)}</span>
          <b>{xLabel(x.kind, cursor.x)}</b>
        </>
      )}
      {cursor?.isPinned && (
        <Button
          kind="quiet"
          small
          icon="pin"
          label={CHART_TEXTS.unpin}
          onClick={() => unpin(sync)}
        />
      )}
    </span>
  );
}

function withEnds(
  { low: _, high: __, ...others }: ChartSettings,
  low: number | undefined,
  high: number | undefined,
): ChartSettings {
  return { ...others, ...(low !== undefined && { low }), ...(high !== undefined && { high }) };
}

function axisItems(
  now: XAxis,
  metrics: readonly string[],
  onChoose: (x: XAxis) => void,
): MenuItem[] {
  const axes: XAxis[] = [
    { kind: "step" },
    { kind: "relative" },
    { kind: "time" },
    ...metrics.map((key) => ({ kind: "metric", key }) as const),
  ];
  return axes.map((axis) => ({
    label: axisName(axis),
    isChecked: JSON.stringify(axis) === JSON.stringify(now),
    onChoose: () => onChoose(axis),
  }));
}

function axisName(x: XAxis): string {
  return x.kind === "metric" ? x.key : CHART_TEXTS.xKinds[x.kind];
}
