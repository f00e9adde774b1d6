import type { JSX } from "preact";
import { CHART_TEXTS } from "../texts/charts.ts";
import "./TextInput.css";
import "./RangeFields.css";

interface RangeFieldsProps {
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** Called when a field is left or Enter is pressed; an empty field leaves its end to the data. */
  readonly onChange: (low: number | undefined, high: number | undefined) => void;
}

/** Two fields for the ends of y. */
export function RangeFields({ low, high, onChange }: RangeFieldsProps): JSX.Element {
  return (
    <span class="range-fields">
      <span class="faint">{CHART_TEXTS.y}</span>
      <EndField label={CHART_TEXTS.yLow} end={low} onEnd={(end) => onChange(end, high)} />
      <EndField label={CHART_TEXTS.yHigh} end={high} onEnd={(end) => onChange(low, end)} />
    </span>
  );
}

function EndField(props: {
  label: string;
  end: number | undefined;
  onEnd: (end: number | undefined) => void;
}): JSX.Element {
  const { label, end, onEnd } = props;
  return (
    <input
      class="text-input range-field"
      type="text"
      inputMode="decimal"
      aria-label={label}
      placeholder={CHART_TEXTS.auto}
      value={end === undefined ? "" : String(end)}
      onChange={(event) => {
        const text = event.currentTarget.value.trim();
        const number = text === "" ? undefined : Number(text);
        if (number === undefined || Number.isFinite(number)) onEnd(number);
        else event.currentTarget.value = end === undefined ? "" : String(end);
      }}
    />
  );
}
