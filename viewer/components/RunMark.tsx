import type { JSX } from "preact";
import { markClass, markShape, statusName } from "./run-mark.ts";

/** One glyph, two facts: the colour is the run, the shape its state. `status` is an index into `RUN_STATUSES`. */
export function RunMark({ runId, status }: { runId: string; status: number }): JSX.Element {
  const shape = markShape(status);
  return (
    <svg
      class={markClass(runId, status)}
      viewBox="0 0 12 12"
      role="img"
      aria-label={statusName(status)}
    >
      <path class={shape.class} d={shape.d} />
    </svg>
  );
}
