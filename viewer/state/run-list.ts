import { type Signal, signal } from "@preact/signals";
import type { RunsTable } from "../data/runs-table.ts";

/** The list that runs are opened from: the page of one offers the run before and the run after. */
export interface RunList {
  readonly table: RunsTable;
  readonly rows: Int32Array;
  /** What the list is sorted by, such as `val/acc`; undefined for newest first. */
  readonly sortedBy: string | undefined;
  /** Address of the list. */
  readonly hash: string;
}

/** The last list that was shown. */
export const runList: Signal<RunList | null> = signal(null);
