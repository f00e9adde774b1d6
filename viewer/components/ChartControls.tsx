import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import type { XAxis } from "../charts/line.ts";
import type { ChartSettings } from "../charts/settings.ts";
import { type ChartSync, unpin } from "../charts/sync.ts";
import { xLabel } from "../charts/x-label.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { Button } from "./Button.tsx";
import type { MenuItem } from "./Menu.tsx";
import { SearchInput } from "./SearchInput.tsx";
import { axisName, SettingsFields } from "./SettingsFields.tsx";
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
  /** What stands last, before the place of the cursor. */
  readonly end?: ComponentChildren;
}

/** One row over the charts that says how all of them are drawn. */
export function ChartControls(props: ChartControlsProps): JSX.Element {
  const { settings, onSettings, sync, syncsZoom } = props;
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
      <SettingsFields
        settings={settings}
        onSettings={onSettings}
        sync={sync}
        metrics={props.metrics}
        isGrouped={props.isGrouped === true}
        items={syncsZoom === undefined ? [] : [zoomItem(syncsZoom)]}
      />
      {props.end}
      <CursorPlace sync={sync} x={settings.x} />
    </div>
  );
}

function zoomItem(syncsZoom: Signal<boolean>): MenuItem {
  return {
    label: CHART_TEXTS.syncZoom,
    startsGroup: true,
    isChecked: syncsZoom.value,
    onChoose: () => {
      syncsZoom.value = !syncsZoom.value;
    },
  };
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
