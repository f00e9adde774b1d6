import { setImmediate } from "node:timers/promises";
import type { RunFolders } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { PlainReader } from "./plain-run.ts";
import type { Shards } from "./shards.ts";
import { readInfo } from "./view.ts";

/** Other things happen after so many runs. */
const SKETCHED_AT_ONCE = 250;

/** Keeps what it knows of the keys that runs have. */
const plainReader = new PlainReader();

/**
 * Takes down what the meta.yaml of runs says that nothing is known of yet.
 *
 * @returns how many runs of each experiment have one that cannot be read
 */
export async function sketchRuns(
  store: Store,
  shards: Shards,
  places: readonly RunFolders[],
): Promise<ReadonlyMap<string, number>> {
  const unreadable = new Map<string, number>();
  let left = SKETCHED_AT_ONCE;
  for (const folders of places) {
    const { experimentId: id, inTrash, runIds } = folders;
    const shard = shards.open(id, inTrash);
    for (const runId of runIds) {
      if (shard.find(runId) !== undefined) continue;
      const info = plainReader.readInfo(folders, runId) ?? readInfo(store, folders, runId);
      if (info === "unreadable") unreadable.set(id, (unreadable.get(id) ?? 0) + 1);
      else if (info !== undefined) shard.sketch(info);
      if (left-- > 0) continue;
      left = SKETCHED_AT_ONCE;
      await setImmediate();
    }
  }
  return unreadable;
}
