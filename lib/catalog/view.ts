import { isDeepStrictEqual } from "node:util";
import type { RunInfo } from "../entities/run.ts";
import { metaPath, readRunMeta, runInfoOf } from "../store/read-run.ts";
import { type ExperimentPlace, type RunFolders, toRunPlace } from "../store/runs.ts";
import { type Store, toProblem } from "../store/store.ts";
import type { CheckJob } from "./check-job.ts";
import { checkedPaths } from "./entry.ts";
import type { Shard } from "./shard.ts";

/** A run that is to be read, and where its experiment lies. */
export interface RunToRead extends ExperimentPlace {
  readonly runId: string;
}

/** An experiment during a look. */
export interface View {
  readonly folders: RunFolders;
  readonly shard: Shard;
  /** Runs that have to be read. */
  readonly stale: Set<string>;
  /** Runs that somebody else has read, or found gone, since the look began: what the look finds is older. */
  readonly overtaken: Set<string>;
}

export interface CheckTask {
  readonly view: View;
  readonly job: CheckJob;
}

export function hasSameRow(a: Shard, b: Shard, runId: string): boolean {
  const [before, after] = [a, b].map((shard) => {
    const row = shard.find(runId);
    return row === undefined ? undefined : [shard.record(row), shard.problems(row)];
  });
  return isDeepStrictEqual(before, after);
}

/** Questions to the file system that an ordinary check of a shard takes. */
export function statsOf(shard: Shard): number {
  let stats = 0;
  for (let row = 0; row < shard.count; row++) {
    stats += checkedPaths(shard.layout(row), shard.texts.status.get(row));
  }
  return stats;
}

/** What meta.yaml says of a run; undefined when it is none. Why it cannot be read, the look will say. */
export function readInfo(
  store: Store,
  experiment: ExperimentPlace,
  runId: string,
): RunInfo | "unreadable" | undefined {
  const place = toRunPlace(store, experiment, runId);
  if (place === undefined) return undefined;
  try {
    return runInfoOf(readRunMeta(store, place), undefined);
  } catch (error) {
    // It throws bugs on.
    toProblem(error, metaPath(store, place));
    return "unreadable";
  }
}

/** The runs that have to be read; only those that are listed already have a time. */
export function newestFirst({ shard, stale }: View): string[] {
  const runIds = [...stale];
  if (shard.sketches.size === 0) return runIds;
  const startOf = (runId: string): number => newestOf(shard, [runId]);
  return runIds.sort((a, b) => startOf(b) - startOf(a));
}

/** When the newest of some runs began, as far as it is known. */
export function newestOf(shard: Shard, runIds: readonly string[]): number {
  let newest = 0;
  for (const runId of runIds) {
    const row = shard.find(runId);
    const started = row === undefined ? Number.NaN : shard.startTime.get(row);
    if (started > newest) newest = started;
  }
  return newest;
}

export function addAll<Item>(set: Set<Item>, items: Iterable<Item>): void {
  for (const item of items) set.add(item);
}

export function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
