import type { JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import "./Checkbox.css";

interface CheckboxProps {
  readonly isChecked: boolean;
  /** Some of what it stands for is checked. */
  readonly isMixed?: boolean;
  readonly label: string;
  /** Shows the label beside the box instead of only reading it. */
  readonly showLabel?: boolean;
  readonly tabIndex?: number;
  readonly onChange: (isChecked: boolean) => void;
}

export function Checkbox(props: CheckboxProps): JSX.Element {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (box.current !== null) box.current.indeterminate = props.isMixed === true;
  });
  const input = (
    <input
      ref={box}
      id={id}
      type="checkbox"
      class="checkbox"
      checked={props.isChecked}
      tabIndex={props.tabIndex}
      aria-label={props.showLabel === true ? undefined : props.label}
      onChange={(event) => props.onChange(event.currentTarget.checked)}
    />
  );
  if (props.showLabel !== true) return input;
  return (
    <label class="checkbox-label" for={id}>
      {input}
      <span>{props.label}</span>
    </label>
  );
}
