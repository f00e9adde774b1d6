import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { cardQuery, ownSettings, readCardSettings, readSettings } from "../charts/settings.ts";
import type { ChartSync } from "../charts/sync.ts";
import { query, setQuery } from "../state/route.ts";
import { CHART_TEXTS } from "../texts/charts.ts";
import { Button } from "./Button.tsx";
import { Popover } from "./Popover.tsx";
import { SettingsFields } from "./SettingsFields.tsx";
import "./CardSettings.css";

interface CardSettingsProps {
  readonly metric: string;
  /** Metrics that may be the x axis. */
  readonly metrics: readonly string[];
  readonly sync: ChartSync;
  readonly isGrouped: boolean;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

/** What a card draws otherwise than its panel: named in its head, and changed in a box that hangs from there. */
export function CardSettings(props: CardSettingsProps): JSX.Element | null {
  const { metric, isOpen, onOpen } = props;
  const anchor = useRef<HTMLButtonElement>(null);
  const own = ownSettings(query.value, metric);
  if (own.length === 0 && !isOpen) return null;
  const panel = readSettings(query.value);
  return (
    <>
      <Button
        small
        buttonRef={anchor}
        class="card-settings-own"
        title={CHART_TEXTS.ownSettings}
        expanded={isOpen}
        hasPopup="dialog"
        onClick={() => onOpen(!isOpen)}
      >
        {CHART_TEXTS.own(own.map((key) => CHART_TEXTS.ownKeys[key]).join(", "))}
      </Button>
      {isOpen && (
        <Popover
          anchor={anchor}
          label={CHART_TEXTS.ownSettings}
          class="card-settings"
          align="end"
          onClose={() => onOpen(false)}
        >
          <SettingsFields
            settings={readCardSettings(query.value, metric)}
            onSettings={(changed) => setQuery(cardQuery(metric, changed, panel), { replace: true })}
            sync={props.sync}
            metrics={props.metrics}
            isGrouped={props.isGrouped}
          />
          <Button
            disabled={own.length === 0}
            onClick={() => setQuery(cardQuery(metric, panel, panel), { replace: true })}
          >
            {CHART_TEXTS.likePanel}
          </Button>
        </Popover>
      )}
    </>
  );
}
