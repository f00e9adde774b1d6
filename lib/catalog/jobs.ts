import { type ExperimentPlace, toRunPlace } from "../store/runs.ts";
import { openStore } from "../store/store.ts";
import { STAMP_FIELDS, takeStamp } from "../tree/footprint.ts";
import { decodeShard, encodeShard } from "./codec.ts";
import { bytesOf, checkedPaths, readEntry } from "./entry.ts";
import { Shard } from "./shard.ts";

/** Work on some runs of an experiment that any thread can do: what goes in and comes out can be copied. */
export type Job = CheckJob | ReadJob;
export type Answer<Kind extends Job> = Kind extends CheckJob ? readonly string[] : ReadAnswer;

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
  /** Of those paths, run after run. */
  readonly stamps: Float64Array;
}

/** Reads runs. */
export interface ReadJob {
  readonly kind: "read";
  readonly root: string;
  readonly experiment: ExperimentPlace;
  readonly runIds: readonly string[];
}

export interface ReadAnswer {
  readonly experiment: ExperimentPlace;
  /** A block of rows. Folders that are no runs have none. */
  readonly rows: Uint8Array;
  readonly unsettled: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

export function doJob(job: Job): readonly string[] | ReadAnswer {
  return job.kind === "check" ? check(job) : read(job);
}

/** What a check of some rows takes; rows that may have changed unseen are left out: they are read anyway. */
export function toCheckJob(
  shard: Shard,
  rows: readonly number[],
  folder: string,
  isSwept: (row: number) => boolean,
): CheckJob {
  const layouts: (readonly string[])[] = [];
  const numberOf = new Map<readonly string[], number>();
  const layoutOf = new Int32Array(rows.length);
  const counts = new Int32Array(rows.length);
  let length = 0;
  for (const [index, row] of rows.entries()) {
    const layout = shard.layout(row);
    let number = numberOf.get(layout.paths);
    if (number === undefined) {
      number = layouts.push(layout.paths) - 1;
      numberOf.set(layout.paths, number);
    }
    layoutOf[index] = number;
    const count = isSwept(row)
      ? layout.paths.length
      : checkedPaths(layout, shard.texts.status.get(row));
    counts[index] = count;
    length += count * STAMP_FIELDS;
  }
  const stamps = new Float64Array(length);
  let at = 0;
  for (const [index, row] of rows.entries()) {
    const start = shard.stampStart.get(row);
    const taken = (counts[index] as number) * STAMP_FIELDS;
    stamps.set(shard.stamps.subarray(start, start + taken), at);
    at += taken;
  }
  const runIds = rows.map((row) => shard.runIds[row] as string);
  return { kind: "check", folder, runIds, layouts, layoutOf, counts, stamps };
}

/** The rows of an answer as a shard. */
export function toShard({ experiment, rows, unsettled }: ReadAnswer): Shard {
  // What a thread hands over has lost the methods of a Buffer.
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  const shard = decodeShard([bytes], experiment.experimentId, experiment.inTrash);
  if (shard === undefined) throw new Error("A thread's own rows are whole");
  for (const runId of unsettled) shard.unsettled.add(runId);
  return shard;
}

const now = new Float64Array(STAMP_FIELDS);

/** @returns the runs whose files have changed */
export function check({ folder, runIds, layouts, layoutOf, counts, stamps }: CheckJob): string[] {
  const stale: string[] = [];
  let start = 0;
  for (const [index, runId] of runIds.entries()) {
    const paths = layouts[layoutOf[index] as number] as readonly string[];
    const count = counts[index] as number;
    if (!isFresh(`${folder}/${runId}`, paths, count, stamps, start)) stale.push(runId);
    start += count * STAMP_FIELDS;
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

function read({ root, experiment, runIds }: ReadJob): ReadAnswer {
  const store = openStore(root);
  const shard = new Shard(experiment.experimentId);
  let files = 0;
  let bytes = 0;
  for (const runId of runIds) {
    const place = toRunPlace(store, experiment, runId);
    if (place === undefined) continue;
    const entry = readEntry(store, place);
    shard.put(entry);
    files += entry.layout.paths.length;
    bytes += bytesOf(entry);
  }
  const rows = encodeShard(shard, experiment.inTrash, [...shard.runIds.keys()]);
  return { experiment, rows, unsettled: [...shard.unsettled], files, bytes };
}
