import type { JSX } from "preact";
import { Icon, type IconName } from "./Icon.tsx";
import "./Segmented.css";

export interface Segment<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly icon?: IconName;
}

interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly segments: readonly Segment<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of a few: all are seen, one is on. */
export function Segmented<Value extends string>(props: SegmentedProps<Value>): JSX.Element {
  return (
    <fieldset class="segmented" aria-label={props.label}>
      {props.segments.map(({ value, label, icon }) => (
        <button
          key={value}
          type="button"
          class="segment"
          aria-pressed={value === props.value}
          onClick={() => props.onChange(value)}
        >
          {icon !== undefined && <Icon name={icon} size={14} />}
          <span class={icon === undefined ? undefined : "segment-label"}>{label}</span>
        </button>
      ))}
    </fieldset>
  );
}
