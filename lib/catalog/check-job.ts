import { STAMP_FIELDS, takeStamp } from "../tree/footprint.ts";

/** Looks whether files still have the sizes and times that they had when they were read. */
export interface CheckJob {
  readonly kind: "check";
  /** Of the experiment. */
  readonly folder: string;
  readonly runIds: readonly string[];
  /** Paths of each distinct layout, and which one each run has. */
  readonly layouts: readonly (readonly string[])[];
  readonly layoutOf: Int32Array;
  /** How many paths of each run are looked at. */
  readonly counts: Int32Array;
  /** Where the stamps of each run begin. */
  readonly starts: Int32Array;
  readonly stamps: Float64Array;
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
    const paths = layouts[layoutOf[index] as number] as readonly string[];
    const count = counts[index] as number;
    if (!isFresh(`${folder}/${runId}`, paths, count, stamps, starts[index] as number)) {
      stale.push(runId);
    }
  }
  return stale;
}

function isFresh(
  folder: string,
  paths: readonly string[],
  count: number,
  stamps: Float64Array,
  start: number,
): boolean {
  let at = start;
  for (let i = 0; i < count; i++) {
    const path = paths[i] as string;
    takeStamp(path === "" ? folder : `${folder}/${path}`, now, 0);
    if (stamps[at] !== now[0] || stamps[at + 1] !== now[1]) return false;
    at += STAMP_FIELDS;
  }
  return true;
}
