import type { RunInfo } from "../entities/run.ts";
import { type ExperimentPlace, toRunPlace } from "../store/runs.ts";
import { openStore, type Store } from "../store/store.ts";
import { encodeShard } from "./codec.ts";
import { bytesOf, readEntry } from "./entry.ts";
import { PlainReader } from "./plain-run.ts";
import { Shard } from "./shard.ts";
import { readInfo } from "./view.ts";

/** Reads runs. */
export interface ReadJob {
  readonly kind: "read";
  readonly root: string;
  readonly experiment: ExperimentPlace;
  readonly runIds: readonly string[];
}

/** Reads what the meta.yaml of runs says. */
export interface SketchJob extends Omit<ReadJob, "kind"> {
  readonly kind: "sketch";
}

export interface SketchAnswer {
  readonly experiment: ExperimentPlace;
  /** A block of rows. */
  readonly rows: Uint8Array;
  /** Runs whose meta.yaml cannot be read: they have no row. */
  readonly unreadable: number;
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

/** Sketches runs, as any thread can. */
export function sketchRuns(job: SketchJob): SketchAnswer {
  const { experiment } = job;
  const { shard, unreadable } = sketchRows(job);
  const rows = encodeShard(shard, experiment.inTrash, [...shard.runIds.keys()]);
  return { experiment, rows, unreadable };
}

/** Sketches runs in a shard of their own. */
export function sketchRows({ root, experiment, runIds }: SketchJob): {
  readonly shard: Shard;
  readonly unreadable: number;
} {
  const store = openStore(root);
  const shard = new Shard(experiment.experimentId);
  let unreadable = 0;
  for (const runId of runIds) {
    const info = sketchRun(store, experiment, runId);
    if (info === "unreadable") unreadable++;
    else if (info !== undefined) shard.sketch(info);
  }
  return { shard, unreadable };
}

/** What meta.yaml says of a run; undefined when it is none. */
export function sketchRun(
  store: Store,
  experiment: ExperimentPlace,
  runId: string,
): RunInfo | "unreadable" | undefined {
  return plainReader.readInfo(experiment, runId) ?? readInfo(store, experiment, runId);
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
