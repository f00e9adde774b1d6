import type { JSX } from "preact";
import { DASHES, type LineStyle } from "../charts/line-styles.ts";
import "./LineSample.css";

/** A piece of a run's line, with its colour and dash: the run's mark where lines are drawn. */
export function LineSample({
  style,
  width = 16,
}: {
  style: LineStyle;
  width?: 16 | 28;
}): JSX.Element {
  return (
    <svg
      class={`line-sample r${style.color}`}
      width={width}
      height="8"
      viewBox={`0 0 ${width} 8`}
      aria-hidden="true"
    >
      <path d={`M0 4H${width}`} stroke-dasharray={DASHES[style.dash]?.join(" ")} />
    </svg>
  );
}
