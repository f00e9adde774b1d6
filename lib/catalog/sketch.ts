import type { RunFolders } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import type { Crew } from "./crew.ts";
import { toSketches } from "./jobs.ts";
import { type SketchJob, sketchRows } from "./read-job.ts";
import type { Shard } from "./shard.ts";
import type { Shards } from "./shards.ts";
import { chunks } from "./view.ts";

/** Runs of one job; other things happen in between. */
const SKETCHED_AT_ONCE = 250;
/** From so many runs on a list takes a while: on a cold disk helpers are worth their start, on any from many more. */
const MANY_TO_SKETCH = 2_000;
const VERY_MANY = 20_000;

interface SketchTask {
  readonly job: SketchJob;
}

/**
 * Takes down what the meta.yaml of runs says that nothing is known of yet.
 *
 * @returns how many runs of each experiment have one that cannot be read
 */
export async function sketchUnknown(
  store: Store,
  shards: Shards,
  crew: Crew,
  places: readonly RunFolders[],
): Promise<ReadonlyMap<string, number>> {
  const unreadable = new Map<string, number>();
  const tasks = places.flatMap(({ runIds, ...experiment }): SketchTask[] => {
    const shard = shards.open(experiment.experimentId, experiment.inTrash);
    const unknown = runIds.filter((runId) => shard.find(runId) === undefined);
    return chunks(unknown, SKETCHED_AT_ONCE).map((some) => ({
      job: { kind: "sketch", root: store.root, experiment, runIds: some },
    }));
  });
  const takeIn = ({ job }: SketchTask, rows: Shard, more: number): void => {
    const { experimentId, inTrash } = job.experiment;
    const shard = shards.open(experimentId, inTrash);
    // What was read in whole meanwhile is known better.
    for (const runId of job.runIds) if (shard.find(runId) !== undefined) rows.remove(runId);
    shard.absorb(rows);
    if (more > 0) unreadable.set(experimentId, (unreadable.get(experimentId) ?? 0) + more);
  };
  const count = tasks.reduce((sum, { job }) => sum + job.runIds.length, 0);
  await crew.work(
    tasks.values(),
    {
      isMuch: count >= MANY_TO_SKETCH,
      isAloneAtFirst: count < VERY_MANY,
      most: tasks.length - 1,
      inBackground: false,
    },
    (task) => {
      const { shard, unreadable: more } = sketchRows(task.job);
      takeIn(task, shard, more);
    },
    (task, answer) => takeIn(task, toSketches(answer), answer.unreadable),
  );
  return unreadable;
}
