import { STAMP_FIELDS, takeStamp } from "../tree/footprint.ts";

/** Looks whether files still have the sizes and times that they had when they were read. */
export interface CheckJob {
  readonly kind: "check";
  /** Of the experiment. */
  readonly folder: string;
  readonly runIds: readonly string[];
  /** What is looked at of each distinct layout, and which one each run has. */
  readonly layouts: readonly CheckedLayout[];
  readonly layoutOf: Int32Array;
  /** How many paths of each run's layout come into question. */
  readonly counts: Int32Array;
  /** Where the stamps of each run begin. */
  readonly starts: Int32Array;
  readonly stamps: Float64Array;
}

/** Paths of a layout, and which ones they are in it, in order. */
export interface CheckedLayout {
  readonly paths: readonly string[];
  readonly places: readonly number[];
}

/** A copy that can be sent to a thread without sending all stamps of the shard. */
export function toMessage(job: CheckJob): CheckJob {
  return { ...job, stamps: job.stamps.slice() };
}

const now = new Float64Array(STAMP_FIELDS);

/** @returns the runs whose files have changed */
export function check({
  folder,
  runIds,
  layouts,
  layoutOf,
  counts,
  starts,
  stamps,
}: CheckJob): string[] {
  const stale: string[] = [];
  for (const [index, runId] of runIds.entries()) {
    const layout = layouts[layoutOf[index] as number] as CheckedLayout;
    const count = counts[index] as number;
    if (!isFresh(`${folder}/${runId}`, layout, count, stamps, starts[index] as number)) {
      stale.push(runId);
    }
  }
  return stale;
}

function isFresh(
  folder: string,
  { paths, places }: CheckedLayout,
  count: number,
  stamps: Float64Array,
  start: number,
): boolean {
  for (let i = 0; i < paths.length; i++) {
    const place = places[i] as number;
    if (place >= count) break;
    const path = paths[i] as string;
    takeStamp(path === "" ? folder : `${folder}/${path}`, now, 0);
    const at = start + place * STAMP_FIELDS;
    if (stamps[at] !== now[0] || stamps[at + 1] !== now[1]) return false;
  }
  return true;
}
