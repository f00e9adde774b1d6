import { type ExperimentPlace, toRunPlace } from "../store/runs.ts";
import { openStore } from "../store/store.ts";
import { encodeShard } from "./codec.ts";
import { bytesOf, readEntry } from "./entry.ts";
import { PlainReader } from "./plain-run.ts";
import { Shard } from "./shard.ts";

/** Reads runs. */
export interface ReadJob {
  readonly kind: "read";
  readonly root: string;
  readonly experiment: ExperimentPlace;
  readonly runIds: readonly string[];
}

interface ReadCost {
  readonly files: number;
  readonly bytes: number;
}

export interface ReadRows extends ReadCost {
  /** Folders that are no runs have no row in it. */
  readonly shard: Shard;
}

export interface ReadAnswer extends ReadCost {
  readonly experiment: ExperimentPlace;
  /** A block of rows. */
  readonly rows: Uint8Array;
  readonly unsettled: readonly string[];
}

/** Reads runs, as any thread can. */
export function readRuns(job: ReadJob): ReadAnswer {
  const { experiment } = job;
  const { shard, ...cost } = readRows(job);
  const rows = encodeShard(shard, experiment.inTrash, [...shard.runIds.keys()]);
  return { experiment, rows, unsettled: [...shard.unsettled], ...cost };
}

/** Keeps what it knows of the keys that runs have. */
const plainReader = new PlainReader();

/** Reads runs into a shard of their own. */
export function readRows({ root, experiment, runIds }: ReadJob): ReadRows {
  const store = openStore(root);
  const shard = new Shard(experiment.experimentId);
  let files = 0;
  let bytes = 0;
  for (const runId of runIds) {
    const plain = plainReader.read(experiment, runId);
    if (plain !== undefined) {
      shard.add(plain);
      files += plain.files.layout.paths.length;
      bytes += bytesOf(plain);
      continue;
    }
    const place = toRunPlace(store, experiment, runId);
    if (place === undefined) continue;
    const entry = readEntry(store, place);
    shard.put(entry);
    files += entry.layout.paths.length;
    bytes += bytesOf(entry);
  }
  return { shard, files, bytes };
}
