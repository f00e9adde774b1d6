import type { Run } from "../entities/run.ts";
import type { TreeProblem } from "../errors.ts";
import type { RunQuery } from "../search/index.ts";
import { listExperiments } from "../store/experiments.ts";
import type { RunReading, RunRecord } from "../store/read-run.ts";
import { findRunFolders, type RunFolders, toRunPlace } from "../store/runs.ts";
import type { Scan, Store } from "../store/store.ts";
import { readEntry } from "./entry.ts";
import { isFresh } from "./freshness.ts";
import { searchShards } from "./search.ts";
import type { Shard } from "./shard.ts";
import { Shards } from "./shards.ts";

/** Finished runs whose metric files and params a look goes over besides what is always checked: in turn, all are swept. */
const SWEPT_SHARE = 20;
const SWEPT_LEAST = 50;

/**
 * What was read from a tree, kept in columns: a run is read again when one of its files has another size or time. Never
 * the truth: dropping it loses nothing but time.
 */
export class Catalog {
  readonly #store: Store;
  readonly #shards = new Shards();
  /** How far the metric files of unfinished runs were read, by run folder. */
  readonly #readings = new Map<string, RunReading>();
  readonly #versions = new Map<string, number>();
  readonly #changed = new Map<string, Set<string>>();
  /** Per experiment, the run with which the next sweep begins. */
  readonly #sweepAt = new Map<string, number>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Every run of an experiment as it is on disk now, in the order of their ids, with what could not be read. */
  readRuns(experimentId: string): Scan<RunRecord> {
    const shard = this.#look(experimentId);
    const found: RunRecord[] = [];
    const problems: TreeProblem[] = [];
    for (const runId of shard.runIds.toSorted()) {
      const row = shard.find(runId) ?? 0;
      const record = shard.record(row);
      if (record !== undefined) found.push(record);
      problems.push(...shard.problems(row));
    }
    return { found, problems };
  }

  /**
   * Searches the runs of some experiments as they are on disk now. Ids that are no experiments are passed over.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a filter or order that MLflow refuses
   */
  search(
    experimentIds: readonly string[],
    query: Omit<RunQuery, "experimentIds">,
  ): { runs: Run[]; nextPageToken: string | undefined } {
    const known = new Set(
      listExperiments(this.#store, "ALL").found.map(({ experimentId }) => experimentId),
    );
    const ids = [...new Set(experimentIds)].filter((id) => known.has(id));
    return searchShards(
      ids.map((id) => this.#look(id)),
      query,
    );
  }

  /** Grows with every change that was met in the experiment. */
  version(experimentId: string): number {
    return this.#versions.get(experimentId) ?? 0;
  }

  /** What was met since this was last asked: experiments, and the runs in them that have changed. */
  takeChanges(): { readonly experimentId: string; readonly runIds: readonly string[] }[] {
    const changes = [...this.#changed].map(([experimentId, runIds]) => ({
      experimentId,
      runIds: [...runIds],
    }));
    this.#changed.clear();
    return changes;
  }

  /** Brings an experiment's shard up to the disk. */
  #look(experimentId: string): Shard {
    const folders = findRunFolders(this.#store, experimentId);
    const shard = this.#shards.open(experimentId, folders.inTrash);
    const gone = new Set(shard.runIds);
    for (const runId of this.#findStale(shard, folders, gone)) {
      if (this.#read(shard, folders, runId)) this.#noteChange(experimentId, runId);
    }
    for (const runId of gone) {
      shard.remove(runId);
      this.#noteChange(experimentId);
    }
    return shard;
  }

  /** Runs that are new or whose files have changed; what is there is taken out of `gone`. */
  #findStale(shard: Shard, folders: RunFolders, gone: Set<string>): string[] {
    const stale: string[] = [];
    const swept = this.#chooseSwept(shard);
    for (const runId of folders.runIds) {
      gone.delete(runId);
      const row = shard.find(runId);
      if (row !== undefined && isFresh(shard, row, folders.folder, swept(row))) continue;
      stale.push(runId);
    }
    return stale;
  }

  #chooseSwept(shard: Shard): (row: number) => boolean {
    const { count, experimentId } = shard;
    const size = Math.max(SWEPT_LEAST, Math.ceil(count / SWEPT_SHARE));
    if (size >= count) return () => true;
    const start = this.#sweepAt.get(experimentId) ?? Math.floor(Math.random() * count);
    this.#sweepAt.set(experimentId, (start + size) % count);
    return (row) => (row - start + count) % count < size;
  }

  /** Reads a run into the shard; without a meta.yaml it is none. @returns whether anything changed */
  #read(shard: Shard, folders: RunFolders, runId: string): boolean {
    const place = toRunPlace(this.#store, folders, runId);
    if (place === undefined) {
      const isKnown = shard.find(runId) !== undefined;
      shard.remove(runId);
      return isKnown;
    }
    const entry = readEntry(this.#store, place, this.#readings.get(place.folder));
    if (entry.reading.progress.size > 0) this.#readings.set(place.folder, entry.reading);
    else this.#readings.delete(place.folder);
    return shard.put(entry);
  }

  #noteChange(experimentId: string, runId?: string): void {
    this.#versions.set(experimentId, this.version(experimentId) + 1);
    const runIds = this.#changed.get(experimentId) ?? new Set();
    if (runId !== undefined) runIds.add(runId);
    this.#changed.set(experimentId, runIds);
  }
}
