import type { Run } from "../entities/run.ts";
import type { TreeProblem } from "../errors.ts";
import type { RunQuery } from "../search/index.ts";
import { listExperiments } from "../store/experiments.ts";
import type { RunReading, RunRecord } from "../store/read-run.ts";
import { findRunFolders, type RunFolders, toRunPlace } from "../store/runs.ts";
import type { Scan, Store } from "../store/store.ts";
import { Crew } from "./crew.ts";
import { bytesOf, readEntry } from "./entry.ts";
import { check, type ReadAnswer, toCheckJob, toShard } from "./jobs.ts";
import { searchShards } from "./search.ts";
import { Shard } from "./shard.ts";
import { Shards } from "./shards.ts";

/** How far the reading of runs has come. */
export interface ReadProgress {
  readonly runs: number;
  readonly ofRuns: number;
  /** Estimated, milliseconds. */
  readonly leftMs: number;
}

export interface CatalogOptions {
  /** Called now and then while many runs are read. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** Runs that are read, and checked, in one job. */
const READ_AT_ONCE = 50;
const CHECK_AT_ONCE = 250;
/** From so many runs on helpers are worth their start, some 50 ms. */
const MANY_TO_READ = 200;
const MANY_TO_CHECK = 2_000;
/** Finished runs whose metric files and params a look goes over besides what is always checked: in turn, all are swept. */
const SWEPT_SHARE = 20;
const SWEPT_LEAST = 50;

/**
 * What was read from a tree, kept in columns: a run is read again when one of its files has another size or time. Never
 * the truth: dropping it loses nothing but time.
 */
export class Catalog {
  readonly #store: Store;
  readonly #options: CatalogOptions;
  readonly #shards: Shards;
  readonly #crew = new Crew();
  /** Looks happen one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  /** How far the metric files of unfinished runs were read, by run folder. */
  readonly #readings = new Map<string, RunReading>();
  readonly #versions = new Map<string, number>();
  readonly #changed = new Map<string, Set<string>>();
  /** Per experiment, the row with which the next sweep begins. */
  readonly #sweepAt = new Map<string, number>();

  constructor(store: Store, options: CatalogOptions = {}) {
    this.#store = store;
    this.#options = options;
    this.#shards = new Shards(store.root);
  }

  /** Every run of an experiment as it is on disk now, in the order of their ids, with what could not be read. */
  async readRuns(experimentId: string): Promise<Scan<RunRecord>> {
    const shard = await this.#lookAt(experimentId);
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
  async search(
    experimentIds: readonly string[],
    query: Omit<RunQuery, "experimentIds">,
  ): Promise<{ runs: Run[]; nextPageToken: string | undefined }> {
    const known = new Set(this.#experimentIds());
    const ids = [...new Set(experimentIds)].filter((id) => known.has(id));
    return searchShards(await this.#lookInTurn(ids), query);
  }

  /** Looks at the whole tree. */
  async refresh(): Promise<{ readonly experiments: number; readonly runs: number }> {
    const ids = this.#experimentIds();
    const shards = await this.#lookInTurn(ids);
    const runs = shards.reduce((sum, { count }) => sum + count, 0);
    return { experiments: ids.length, runs };
  }

  /**
   * Reads every file of the tree and compares: what changed without a trace in sizes and times is found, and put right.
   *
   * @returns the runs that the catalog was wrong about
   */
  async verify(): Promise<{ readonly experimentId: string; readonly runId: string }[]> {
    const wrong: { experimentId: string; runId: string }[] = [];
    for (const experimentId of this.#experimentIds()) {
      const shard = await this.#lookAt(experimentId);
      const folders = findRunFolders(this.#store, experimentId);
      for (const runId of folders.runIds) {
        if (this.#read(shard, folders, runId)) wrong.push({ experimentId, runId });
      }
    }
    for (const { experimentId, runId } of wrong) this.#noteChange(experimentId, runId);
    this.#shards.saveAll();
    return wrong;
  }

  /** Reads the whole tree anew, whatever is known of it. */
  async rebuild(): Promise<void> {
    this.clear();
    for (const id of this.#experimentIds()) this.#shards.reset(id);
    await this.refresh();
    this.#shards.saveAll();
  }

  /** Saves all that is known, also what is quick to read again. */
  async save(): Promise<void> {
    this.#shards.saveAll();
    await this.#shards.files.tidy();
  }

  /** Writes what is known into the tree itself, as a hidden file in each experiment. @throws the file system's error */
  saveInTree(): void {
    this.#shards.saveInTree();
  }

  /** Removes what is saved. @returns bytes that it took */
  clear(): number {
    return this.#shards.files.clear();
  }

  /** Where the catalog is saved, and bytes that it takes there. */
  get saved(): { readonly folder: string; readonly bytes: number } {
    return { folder: this.#shards.files.folder, bytes: this.#shards.files.size() };
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

  #experimentIds(): string[] {
    return listExperiments(this.#store, "ALL").found.map(({ experimentId }) => experimentId);
  }

  async #lookAt(experimentId: string): Promise<Shard> {
    const [shard] = await this.#lookInTurn([experimentId]);
    return shard ?? new Shard(experimentId);
  }

  /** A look that begins after this is called, so that it sees what was there before. */
  #lookInTurn(experimentIds: readonly string[]): Promise<Shard[]> {
    const look = this.#queue.then(() => this.#look(experimentIds));
    this.#queue = look.catch(() => undefined);
    return look;
  }

  /** Brings shards up to the disk. */
  async #look(experimentIds: readonly string[]): Promise<Shard[]> {
    const views = experimentIds.map((id): View => {
      const folders = findRunFolders(this.#store, id);
      const shard = this.#shards.open(id, folders.inTrash);
      this.#forgetGone(shard, folders);
      return { folders, shard, stale: [] };
    });
    await this.#check(views);
    await this.#readStale(views);
    for (const id of experimentIds) this.#shards.save(id);
    return views.map(({ shard }) => shard);
  }

  #forgetGone(shard: Shard, folders: RunFolders): void {
    const there = new Set(folders.runIds);
    for (const runId of shard.runIds.filter((known) => !there.has(known))) {
      shard.remove(runId);
      this.#noteChange(shard.experimentId);
    }
  }

  /** Finds runs that are new or whose files have changed. */
  async #check(views: readonly View[]): Promise<void> {
    let count = 0;
    const jobs = views.flatMap((view) => {
      const { shard, folders, stale } = view;
      const known: number[] = [];
      for (const runId of folders.runIds) {
        const row = shard.find(runId);
        if (row === undefined || shard.unsettled.has(runId)) stale.push(runId);
        else known.push(row);
      }
      count += known.length;
      const isSwept = this.#chooseSwept(shard);
      return chunks(known, CHECK_AT_ONCE).map((rows) => ({
        view,
        job: toCheckJob(shard, rows, folders.folder, isSwept),
      }));
    });
    await this.#crew.work(
      jobs,
      count >= MANY_TO_CHECK,
      ({ view, job }) => view.stale.push(...check(job)),
      ({ view }, found) => view.stale.push(...found),
    );
  }

  #chooseSwept({ count, experimentId }: Shard): (row: number) => boolean {
    const size = Math.max(SWEPT_LEAST, Math.ceil(count / SWEPT_SHARE));
    if (size >= count) return () => true;
    const start = this.#sweepAt.get(experimentId) ?? Math.floor(Math.random() * count);
    this.#sweepAt.set(experimentId, (start + size) % count);
    return (row) => (row - start + count) % count < size;
  }

  async #readStale(views: readonly View[]): Promise<void> {
    const ofRuns = views.reduce((sum, { stale }) => sum + stale.length, 0);
    const start = performance.now();
    let runs = 0;
    const advance = (more: number): void => {
      runs += more;
      const leftMs = ((performance.now() - start) / runs) * (ofRuns - runs);
      this.#options.onProgress?.({ runs, ofRuns, leftMs });
    };
    const { root } = this.#store;
    const jobs = views.flatMap((view) => {
      const { runIds: _, ...experiment } = view.folders;
      return chunks(view.stale, READ_AT_ONCE).map((runIds) => ({
        view,
        job: { kind: "read", root, experiment, runIds } as const,
      }));
    });
    await this.#crew.work(
      jobs,
      ofRuns >= MANY_TO_READ,
      ({ view, job }) => {
        for (const runId of job.runIds) {
          if (!this.#read(view.shard, view.folders, runId)) continue;
          this.#noteChange(view.shard.experimentId, runId);
        }
        advance(job.runIds.length);
      },
      ({ view, job }, answer) => {
        this.#takeIn(view.shard, job.runIds, answer);
        advance(job.runIds.length);
      },
    );
  }

  /** Takes in what a helper has read. */
  #takeIn(shard: Shard, runIds: readonly string[], answer: ReadAnswer): void {
    for (const runId of runIds) {
      shard.remove(runId);
      this.#noteChange(shard.experimentId, runId);
    }
    shard.absorb(toShard(answer));
    this.#shards.noteRead(shard.experimentId, runIds, answer);
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
    this.#shards.noteRead(shard.experimentId, [runId], {
      files: entry.layout.paths.length,
      bytes: bytesOf(entry),
    });
    return shard.put(entry);
  }

  #noteChange(experimentId: string, runId?: string): void {
    this.#versions.set(experimentId, this.version(experimentId) + 1);
    const runIds = this.#changed.get(experimentId) ?? new Set();
    if (runId !== undefined) runIds.add(runId);
    this.#changed.set(experimentId, runIds);
  }
}

/** An experiment during a look. */
interface View {
  readonly folders: RunFolders;
  readonly shard: Shard;
  /** Runs that have to be read. */
  readonly stale: string[];
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const parts: Item[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}
