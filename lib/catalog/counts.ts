import type { RunStatus } from "../entities/run.ts";
import type { TreeProblem } from "../errors.ts";
import type { Shard } from "./shard.ts";
import type { ReadProgress } from "./stale-reader.ts";

/** The runs of an experiment in numbers. */
export interface RunCounts {
  /** Active runs by status. */
  readonly runs: Readonly<Record<RunStatus, number>>;
  readonly deletedRuns: number;
  /** Runs whose meta.yaml cannot be read. */
  readonly unreadableRuns: number;
  /** Start of the newest run, ms since the epoch. */
  readonly lastRunTime: number | null;
}

export const NO_RUNS: RunCounts = {
  runs: { RUNNING: 0, SCHEDULED: 0, FINISHED: 0, FAILED: 0, KILLED: 0 },
  deletedRuns: 0,
  unreadableRuns: 0,
  lastRunTime: null,
};

export function countRuns({ count, texts, startTime }: Shard): RunCounts {
  const runs = { ...NO_RUNS.runs };
  let deletedRuns = 0;
  let unreadableRuns = 0;
  let lastRunTime: number | null = null;
  for (let row = 0; row < count; row++) {
    const status = texts.status.get(row) as RunStatus | undefined;
    if (status === undefined) {
      unreadableRuns++;
      continue;
    }
    if (texts.lifecycleStage.get(row) === "active") runs[status]++;
    else deletedRuns++;
    lastRunTime = Math.max(lastRunTime ?? 0, startTime.get(row));
  }
  return { runs, deletedRuns, unreadableRuns, lastRunTime };
}

/** Before the first run is read: those are there that were saved, and are checked. */
export function notBegun(shards: readonly Shard[]): ReadProgress {
  const ofRuns = shards.reduce((sum, { count }) => sum + count, 0);
  const unread = shards.reduce((sum, { sketches }) => sum + sketches.size, 0);
  return { runs: ofRuns - unread, ofRuns, files: 0, leftMs: Number.NaN };
}

/** How many things could not be read of a shard's runs. */
export function countProblems(shard: Shard): number {
  let problems = 0;
  for (let row = 0; row < shard.count; row++) problems += shard.problems(row).length;
  return problems;
}

/** What could not be read of some shards' runs, in the order of their ids. */
export function problemsOf(shards: readonly Shard[]): TreeProblem[] {
  return shards.flatMap((shard) =>
    shard.runIds.toSorted().flatMap((runId) => shard.problems(shard.find(runId) ?? 0)),
  );
}
