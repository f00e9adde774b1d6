import { type ExperimentPlace, toRunPlace } from "../store/runs.ts";
import { openStore } from "../store/store.ts";
import { encodeShard } from "./codec.ts";
import { bytesOf, readEntry } from "./entry.ts";
import { Shard } from "./shard.ts";

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

/** Reads runs, as any thread can. */
export function readRuns({ root, experiment, runIds }: ReadJob): ReadAnswer {
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
