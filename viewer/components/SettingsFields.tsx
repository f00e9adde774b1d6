import type { JSX } from "preact";
import { SPREADS } from "../charts/group.ts";
import type { XAxis } from "../charts/line.ts";
import { type ChartSettings, MOST_SMOOTHING, STROKES } from "../charts/settings.ts";
import type { ChartSync } from "../charts/sync.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import { MenuButton, type MenuItem } from "./Menu.tsx";
import { RangeFields } from "./RangeFields.tsx";
import { Segmented } from "./Segmented.tsx";
import "./SettingsFields.css";

interface SettingsFieldsProps {
  readonly settings: ChartSettings;
  readonly onSettings: (settings: ChartSettings) => void;
  readonly sync: ChartSync;
  /** Metrics that may be the x axis. */
  readonly metrics: readonly string[];
  readonly isGrouped: boolean;
  /** More that is chosen from the menu at the end. */
  readonly items?: readonly MenuItem[];
}

/** How charts are drawn: axes, smoothing, ends of y, band. Of a panel in one row, of a card in its own box. */
export function SettingsFields(props: SettingsFieldsProps): JSX.Element {
  const { settings, onSettings, sync } = props;
  const change = (changes: Partial<ChartSettings>): void => onSettings({ ...settings, ...changes });
  return (
    <>
      <MenuButton
        label={CHART_TEXTS.xAxis}
        items={axisItems(settings.x, props.metrics, (x) => {
          // A zoom is a part of the axis that was.
          sync.zoom.value = null;
          change({ x });
        })}
      >
        <span class="faint">{CHART_TEXTS.x}</span>
        <span class="cut settings-axis">{axisName(settings.x)}</span>
        <Icon name="down" size={14} />
      </MenuButton>
      <label class="settings-smooth">
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
      <MenuButton
        label={CHART_TEXTS.drawAs}
        icon="sliders"
        items={[
          ...STROKES.map((stroke) => ({
            label: CHART_TEXTS.strokes[stroke],
            isChecked: stroke === settings.stroke,
            onChoose: () => change({ stroke }),
          })),
          ...(props.items ?? []),
        ]}
      />
      {props.isGrouped && (
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
    </>
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

/** An axis as a reader calls it. */
export function axisName(x: XAxis): string {
  return x.kind === "metric" ? x.key : CHART_TEXTS.xKinds[x.kind];
}
