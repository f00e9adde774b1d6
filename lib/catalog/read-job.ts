import { type ExperimentPlace, toRunPlace } from "../store/runs.ts";
import { openStore } from "../store/store.ts";
import { decodeShard, encodeShard } from "./codec.ts";
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

/** The rows of an answer as a shard. */
export function toShard({ experiment, rows, unsettled }: ReadAnswer): Shard {
  // What a thread hands over has lost the methods of a Buffer.
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  const shard = decodeShard([bytes], experiment.experimentId, experiment.inTrash);
  if (shard === undefined) throw new Error("A thread's own rows are whole");
  for (const runId of unsettled) shard.unsettled.add(runId);
  return shard;
}
