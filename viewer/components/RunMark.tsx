import type { JSX } from "preact";
import { RUN_STATUSES } from "../../lib/entities/run.ts";
import { UNREADABLE } from "../data/runs-table.ts";
import { runColorClass } from "../state/run-color.ts";
import { TEXTS } from "../texts.ts";
import "./RunMark.css";

/** Paths of the shapes: disc finished, ring running, cross failed, bar killed, triangle unreadable. */
const SHAPES: readonly JSX.Element[] = [
  <path key="running" class="run-mark-ring" d="M10 6a4 4 0 1 1-8 0 4 4 0 0 1 8 0M6 6h.01" />,
  <path key="scheduled" class="run-mark-dotted" d="M10 6a4 4 0 1 1-8 0 4 4 0 0 1 8 0" />,
  <circle key="finished" cx="6" cy="6" r="5" class="run-mark-disc" />,
  <path key="failed" class="run-mark-cross" d="M2 2l8 8M10 2l-8 8" />,
  <path key="killed" class="run-mark-bar" d="M1.5 6h9" />,
  <path key="unreadable" class="run-mark-triangle" d="M6 1 11.5 11H.5zM6 4.5v3M6 9v.5" />,
];

/** One glyph, two facts: the colour is the run, the shape its state. `status` is an index into `RUN_STATUSES`. */
export function RunMark({ runId, status }: { runId: string; status: number }): JSX.Element {
  const color = status === UNREADABLE ? "run-mark-unreadable" : runColorClass(runId);
  return (
    <svg class={`run-mark ${color}`} viewBox="0 0 12 12" role="img" aria-label={statusName(status)}>
      {SHAPES[status] ?? SHAPES[UNREADABLE]}
    </svg>
  );
}

/** A state in a word: `finished`, `running`, … */
export function statusName(status: number): string {
  const name = RUN_STATUSES[status];
  return name === undefined ? TEXTS.status.UNREADABLE : TEXTS.status[name];
}
