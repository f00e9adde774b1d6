import { MlrunsClient } from "../../client/client.ts";
import type { Run } from "../../entities/run.ts";

/** A run as it is compared. */
export interface RunSnapshot {
  readonly run: Run;
  /** Name of its experiment. */
  readonly experiment: string;
  /** Points of each metric. */
  readonly points: ReadonlyMap<string, number>;
}

/**
 * Reads the runs of a tree by their ids, deleted ones included.
 *
 * @param runIds - only these; all when left out
 */
export async function readSnapshot(
  root: string,
  runIds?: ReadonlySet<string>,
): Promise<Map<string, RunSnapshot>> {
  const client = new MlrunsClient(root);
  const { experiments } = await client.scanExperiments("ALL");
  const runs = new Map<string, RunSnapshot>();
  for (const { experimentId, name } of experiments) {
    for (const { run, summaries } of (await client.scanRuns(experimentId)).records) {
      if (runIds !== undefined && !runIds.has(run.info.runId)) continue;
      const counts = Object.entries(summaries).map(([key, { count }]) => [key, count] as const);
      runs.set(run.info.runId, { run, experiment: name, points: new Map(counts) });
    }
  }
  return runs;
}
