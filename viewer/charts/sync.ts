import { type Signal, signal } from "@preact/signals";
import type { Range } from "./range.ts";

/** A place on x that all charts of a panel show. */
export interface SharedCursor {
  /** In the unit of the axis. */
  readonly x: number;
  /** Run of the line nearest to the mouse. */
  readonly hot: string | null;
  /** Stays when the mouse leaves. */
  readonly isPinned: boolean;
}

/** What the charts of a panel have in common while one looks at them. */
export interface ChartSync {
  readonly cursor: Signal<SharedCursor | null>;
  /** Visible part of x; all of it when null. */
  readonly zoom: Signal<Range | null>;
  /** A run that is pointed at outside the charts, such as in the run list. */
  readonly pointedRun: Signal<string | null>;
}

export function makeSync(): ChartSync {
  return { cursor: signal(null), zoom: signal(null), pointedRun: signal(null) };
}

/** A chart that zooms alone but shares its cursor. */
export function withOwnZoom(sync: ChartSync): ChartSync {
  return { ...sync, zoom: signal(null) };
}

/** A chart whose x is another than that of the charts around it: only the run that is pointed at is shared. */
export function withOwnAxis(sync: ChartSync): ChartSync {
  return { ...makeSync(), pointedRun: sync.pointedRun };
}

/** A hover moves the cursor unless it is pinned. */
export function hoverAt(sync: ChartSync, x: number | null, hot: string | null): void {
  const cursor = sync.cursor.peek();
  if (cursor?.isPinned) sync.cursor.value = { ...cursor, hot };
  else sync.cursor.value = x === null ? null : { x, hot, isPinned: false };
}

export function togglePin(sync: ChartSync): void {
  const cursor = sync.cursor.peek();
  if (cursor !== null) sync.cursor.value = { ...cursor, isPinned: !cursor.isPinned };
}

export function unpin(sync: ChartSync): void {
  sync.cursor.value = null;
}
