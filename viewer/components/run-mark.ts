import { RUN_STATUSES } from "../../lib/entities/run.ts";
import { UNREADABLE } from "../data/runs-table.ts";
import { runColorClass } from "../state/run-color.ts";
import { TEXTS } from "../texts.ts";

/** A shape by its class and path. */
export interface MarkShape {
  readonly class: string;
  readonly d: string;
}

/** Disc finished, ring running, cross failed, bar killed, triangle unreadable. */
const SHAPES: readonly MarkShape[] = [
  { class: "run-mark-ring", d: "M10 6a4 4 0 1 1-8 0 4 4 0 0 1 8 0M6 6h.01" },
  { class: "run-mark-dotted", d: "M10 6a4 4 0 1 1-8 0 4 4 0 0 1 8 0" },
  { class: "run-mark-disc", d: "M11 6a5 5 0 1 1-10 0 5 5 0 0 1 10 0" },
  { class: "run-mark-cross", d: "M2 2l8 8M10 2l-8 8" },
  { class: "run-mark-bar", d: "M1.5 6h9" },
  { class: "run-mark-triangle", d: "M6 1 11.5 11H.5zM6 4.5v3M6 9v.5" },
];

/** Shape of a state, which is an index into `RUN_STATUSES`. */
export function markShape(status: number): MarkShape {
  return (SHAPES[status] ?? SHAPES[UNREADABLE]) as MarkShape;
}

/** Class of the mark of a run: its colour. */
export function markClass(runId: string, status: number): string {
  return `run-mark ${status === UNREADABLE ? "run-mark-unreadable" : runColorClass(runId)}`;
}

/** A state in a word: `finished`, `running`, … */
export function statusName(status: number): string {
  const name = RUN_STATUSES[status];
  return name === undefined ? TEXTS.status.UNREADABLE : TEXTS.status[name];
}
