import type { Run } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import type { RunQuery } from "../search/index.ts";
import { listExperiments, readExperimentMeta } from "../store/experiments.ts";
import type { RunRecord } from "../store/read-run.ts";
import { findRunFolders } from "../store/runs.ts";
import type { Scan, Store } from "../store/store.ts";
import { countProblems, countRuns, notBegun, problemsOf, type RunCounts } from "./counts.ts";
import { type FolderState, lookAtFolder, permittedAge } from "./freshness.ts";
import { Looker, MANY_TO_READ, type ReadProgress } from "./look.ts";
import { searchShards } from "./search.ts";
import type { Shard } from "./shard.ts";
import { Shards } from "./shards.ts";

export type { ReadProgress };

export interface CatalogOptions {
  /** Called now and then while many runs are read. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

export interface Freshness {
  /**
   * How old what others have written may be before it is seen, ms; 0 looks at every run before it answers. By default 0 in
   * trees of up to some 60 runs, 0.3 s at 1,000 runs and 3 s at 10,000: about four times what a look costs. What this process
   * has written, runs that are new or gone, and runs that others are at work on are seen whatever this says.
   */
  readonly maxAge?: number;
  /**
   * Does not wait until everything is read: a tree that is opened for the first time answers with the list of its runs, of
   * which little more than name, status and times is there at first, newest first. `reading` tells that it is so. A large
   * tree that was looked at before answers with what was seen then, however long ago, and is looked at soon after: who
   * watches it, as `takeChanges` tells, sees what has changed then.
   */
  readonly partial?: boolean;
}

export interface RunFamily {
  /** Undefined for a run that cannot be read. */
  readonly record: RunRecord | undefined;
  readonly parent: RunRecord | undefined;
  /** In the order of their ids. */
  readonly children: readonly RunRecord[];
}

/** What may have been answered before everything was read. */
export interface PartialAnswer {
  /** Set while runs are being read; ask again then. */
  readonly reading?: ReadProgress;
}

/** A look that nobody waits for begins so long after it was wanted, ms. */
const SOON_MS = 1_000;

/**
 * What was read from a tree, kept in columns: a run is read again when one of its files has another size or time. Never
 * the truth: dropping it loses nothing but time.
 */
export class Catalog {
  readonly #store: Store;
  readonly #shards: Shards;
  readonly #looker: Looker;
  /** Looks happen one after the other. */
  #queue: Promise<unknown> = Promise.resolve();
  /** A look that somebody waits for, and one that nobody does. */
  #awaited: Promise<unknown> | undefined;
  #inBackground: Promise<unknown> | undefined;
  /** Experiments of looks that are under way, or about to be. */
  readonly #lookedAtSoon = new Set<string>();
  /** Experiments of a look that is about to begin. */
  readonly #toLookAt = new Set<string>();
  #soon: NodeJS.Timeout | undefined;
  readonly #versions = new Map<string, number>();
  readonly #changed = new Map<string, Set<string>>();
  /** Up to when, by the clock of `TouchedRuns`, what this process wrote to an experiment was read. */
  readonly #readUpTo = new Map<string, number>();
  /** Per experiment, whether the meta.yaml of that size and time can be read. */
  readonly #metas = new Map<string, { readonly meta: string; readonly isReadable: boolean }>();

  constructor(store: Store, options: CatalogOptions = {}) {
    this.#store = store;
    this.#shards = new Shards(store.root);
    const onChange = (experimentId: string, runId?: string): void =>
      this.#noteChange(experimentId, runId);
    this.#looker = new Looker(store, this.#shards, { ...options, onChange });
  }

  /** Every run of an experiment, in the order of their ids, with what could not be read. */
  async readRuns(
    experimentId: string,
    freshness: Freshness = {},
  ): Promise<Scan<RunRecord> & PartialAnswer> {
    findRunFolders(this.#store, experimentId);
    const { shards, ...answer } = await this.#bring([experimentId], freshness);
    const found: RunRecord[] = [];
    for (const shard of shards) {
      for (const runId of shard.runIds.toSorted()) {
        const record = shard.record(shard.find(runId) ?? 0);
        if (record !== undefined) found.push(record);
      }
    }
    return { found, problems: problemsOf(shards), ...answer };
  }

  /** A run with those it is nested with. No other run is made of its columns. */
  async readFamily(
    experimentId: string,
    runId: string,
    freshness: Freshness = {},
  ): Promise<RunFamily & PartialAnswer> {
    findRunFolders(this.#store, experimentId);
    const { shards, ...answer } = await this.#bring([experimentId], freshness);
    const [shard] = shards;
    const read = (id: string | undefined): RunRecord | undefined =>
      shard?.record(shard.find(id ?? "") ?? -1);
    const record = read(runId);
    const parents = shard?.keyed.tags.get(MLFLOW_TAG.parentRunId);
    const childIds = (shard?.runIds ?? []).filter((_, row) => parents?.get(row) === runId);
    return {
      record,
      parent: read(record?.run.data.tags[MLFLOW_TAG.parentRunId]),
      children: childIds.toSorted().flatMap((id) => read(id) ?? []),
      ...answer,
    };
  }

  /** Meets what changed in an experiment's runs, as `readRuns` does, without making runs of it: for who asks for `version`. */
  async meetChanges(experimentId: string, freshness: Freshness = {}): Promise<PartialAnswer> {
    findRunFolders(this.#store, experimentId);
    const { shards: _, ...answer } = await this.#bring([experimentId], freshness);
    return answer;
  }

  /** Ids of the runs of some experiments, also of those that cannot be read. */
  async listRunIds(experimentIds: readonly string[]): Promise<string[]> {
    const { shards } = await this.#bring(experimentIds, {});
    return shards.flatMap(({ runIds }) => runIds);
  }

  /**
   * The runs of some experiments in numbers, by experiment. With `partial` the list of runs is enough, and no look is made
   * before the first one.
   */
  async countRuns(
    experimentIds: readonly string[],
    freshness: Freshness = {},
  ): Promise<ReadonlyMap<string, RunCounts>> {
    if (!freshness.partial || this.#isLookedAt(experimentIds)) {
      const { shards } = await this.#bring(experimentIds, freshness);
      return new Map(shards.map((shard) => [shard.experimentId, countRuns(shard)]));
    }
    const unreadable = await this.#looker.sketch(experimentIds);
    return new Map(
      experimentIds.flatMap((id) => {
        const shard = this.#shards.find(id);
        if (shard === undefined) return [];
        const counts = countRuns(shard);
        const unreadableRuns = counts.unreadableRuns + (unreadable.get(id) ?? 0);
        return [[id, { ...counts, unreadableRuns }] as const];
      }),
    );
  }

  /** How many problems are known of the runs of some experiments, from what was read so far. Nothing is read for it. */
  countKnownProblems(experimentIds: readonly string[]): number {
    const shards = experimentIds.flatMap((id) => this.#shards.find(id) ?? []);
    return shards.reduce((sum, shard) => sum + countProblems(shard), 0);
  }

  /** What could not be read of the runs of some experiments. */
  async readProblems(experimentIds: readonly string[]): Promise<TreeProblem[]> {
    return problemsOf((await this.#bring(experimentIds, {})).shards);
  }

  /**
   * Searches the runs of some experiments. Ids that are no experiments are passed over.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a filter or order that MLflow refuses
   */
  async search(
    experimentIds: readonly string[],
    query: Omit<RunQuery, "experimentIds"> & Freshness,
  ): Promise<{ runs: Run[]; nextPageToken: string | undefined } & PartialAnswer> {
    const { shards, ...answer } = await this.#bring([...new Set(experimentIds)], query);
    const known = shards.filter(({ experimentId }) => this.#isExperiment(experimentId));
    return { ...searchShards(known, query), ...answer };
  }

  /** Looks at the whole tree. */
  async refresh(
    options: { readonly inBackground?: boolean } = {},
  ): Promise<{ readonly experiments: number; readonly runs: number }> {
    const ids = this.#experimentIds();
    if (options.inBackground) await this.#lookBehind(ids);
    else await this.#lookNow(ids);
    const runs = ids.reduce((sum, id) => sum + (this.#shards.find(id)?.count ?? 0), 0);
    return { experiments: ids.length, runs };
  }

  /** Lets the next search look at everything again: somebody has changed files in ways of his own. */
  distrust(): void {
    this.#looker.distrust();
  }

  /**
   * Reads every file of the tree and compares: what changed without a trace in sizes and times is found, and put right.
   *
   * @returns the runs that the catalog was wrong about
   */
  async verify(): Promise<{ readonly experimentId: string; readonly runId: string }[]> {
    await this.refresh();
    const verification = this.#queue.then(() => this.#looker.verify(this.#experimentIds()));
    this.#queue = verification.catch(() => undefined);
    const wrong = await verification;
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

  /** The shards of some experiments, as fresh as asked. Ids that are no experiments have none. */
  async #bring(
    experimentIds: readonly string[],
    { maxAge, partial }: Freshness,
  ): Promise<{ shards: Shard[] } & PartialAnswer> {
    // What was written through this store has to be in the files before they are looked at.
    this.#store.appender.flush();
    if (partial && this.#isLongRead(experimentIds)) return this.#bringPart(experimentIds);
    while (this.#awaited !== undefined) await this.#awaited;
    const places = this.#findAll(experimentIds);
    const { age, stats, took } = this.#lookedAt(places);
    const permitted = maxAge ?? permittedAge(stats, took);
    const ids = places.map(({ id }) => id);
    const isUnread = this.#countUnread(ids) >= MANY_TO_READ;
    if (partial && permitted > 0 && age < Number.POSITIVE_INFINITY && !isUnread) {
      if (age >= permitted / 2) this.#lookSoon(ids);
      return { shards: this.#glance(places) };
    }
    if (age >= permitted || isUnread) {
      await this.#lookNow(ids);
      return { shards: this.#glance(this.#findAll(ids)) };
    }
    if (age >= permitted / 2) void this.#lookBehind(ids);
    return { shards: this.#glance(places) };
  }

  #isLookedAt(experimentIds: readonly string[]): boolean {
    return this.#findAll(experimentIds).every(({ id, state }) => this.#looker.looked(id, state));
  }

  /** Whether some experiments were not looked at before, and have so many runs that this takes a while. */
  #isLongRead(experimentIds: readonly string[]): boolean {
    const fresh = this.#findAll(experimentIds).filter(
      ({ id, state }) => this.#looker.looked(id, state) === undefined,
    );
    let runs = 0;
    for (const { id } of fresh) runs += findRunFolders(this.#store, id).runIds.length;
    return runs >= MANY_TO_READ;
  }

  /** What is known so far of experiments that are being read. */
  async #bringPart(experimentIds: readonly string[]): Promise<{ shards: Shard[] } & PartialAnswer> {
    const ids = this.#findAll(experimentIds).map(({ id }) => id);
    await this.#looker.sketch(ids);
    const waiting = ids.filter((id) => !this.#lookedAtSoon.has(id));
    // The list goes out, and the page with it, before the reading begins.
    if (waiting.length > 0) this.#lookSoon(waiting);
    const shards = this.#findAll(ids).map(({ id, state }) => this.#shards.open(id, state.inTrash));
    return this.#isLookedAt(ids)
      ? { shards }
      : { shards, reading: this.#looker.progress ?? notBegun(shards) };
  }

  /** Runs that a search would have to read before it answers. */
  #countUnread(experimentIds: readonly string[]): number {
    let count = 0;
    for (const runIds of this.#touchedIn(experimentIds).values()) count += runIds.length;
    for (const id of experimentIds) count += this.#shards.find(id)?.sketches.size ?? 0;
    return count;
  }

  #findAll(experimentIds: readonly string[]): ExperimentState[] {
    return experimentIds.flatMap((id) => {
      const state = lookAtFolder(this.#store.root, id);
      return state === undefined ? [] : { id, state };
    });
  }

  /** How long ago the oldest of the last looks was, and what one costs. */
  #lookedAt(places: readonly ExperimentState[]): { age: number; stats: number; took: number } {
    let at = Number.POSITIVE_INFINITY;
    let stats = 0;
    let took = 0;
    for (const { id, state } of places) {
      const looked = this.#looker.looked(id, state);
      at = Math.min(at, looked?.at ?? Number.NEGATIVE_INFINITY);
      stats += looked?.stats ?? 0;
      took = Math.max(took, looked?.took ?? 0);
    }
    return { age: performance.now() - at, stats, took };
  }

  /** Sees what is cheap to see. Nothing else happens in between, so that what was just written is in the answer. */
  #glance(places: readonly ExperimentState[]): Shard[] {
    const touched = this.#takeTouched(places.map(({ id }) => id));
    return places.map(({ id, state }) => {
      const runs = this.#looker.glance(id, state, touched.get(id) ?? []);
      for (const run of runs) this.#looker.read(run);
      return this.#shards.open(id, state.inTrash);
    });
  }

  /** A look that begins after this is called, so that it sees what was there before. Searches wait for it. */
  async #lookNow(experimentIds: readonly string[]): Promise<void> {
    const look = this.#queue.then(async () => {
      const before = new Map(this.#readUpTo);
      try {
        await this.#looker.look(experimentIds, this.#takeTouched(experimentIds));
      } catch (error) {
        for (const id of experimentIds) this.#readUpTo.set(id, before.get(id) ?? 0);
        throw error;
      }
    });
    const settled = look.catch(() => undefined);
    this.#queue = settled;
    this.#awaited = settled;
    for (const id of experimentIds) this.#lookedAtSoon.add(id);
    try {
      await look;
    } finally {
      for (const id of experimentIds) this.#lookedAtSoon.delete(id);
      if (this.#awaited === settled) this.#awaited = undefined;
    }
  }

  /** A look when the page that is being opened has got what it shows. */
  #lookSoon(experimentIds: readonly string[]): void {
    for (const id of experimentIds) this.#toLookAt.add(id);
    if (this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      const ids = [...this.#toLookAt];
      this.#toLookAt.clear();
      this.#soon = undefined;
      void this.#lookBehind(ids);
    }, SOON_MS);
    this.#soon.unref();
  }

  /** A look that no search waits for; not a second one while there is one. What is amiss, the next search will say. */
  #lookBehind(experimentIds: readonly string[]): Promise<unknown> {
    if (this.#inBackground !== undefined) return this.#inBackground;
    // A first look is not spared any hands: it is what everybody waits for.
    const isFirst = this.#lookedAt(this.#findAll(experimentIds)).age === Number.POSITIVE_INFINITY;
    const look = this.#queue
      .then(() => this.#looker.look(experimentIds, new Map(), !isFirst))
      .catch(() => undefined)
      .then(() => {
        this.#inBackground = undefined;
      });
    this.#queue = look;
    this.#inBackground = look;
    if (isFirst) {
      for (const id of experimentIds) this.#lookedAtSoon.add(id);
      void look.then(() => {
        for (const id of experimentIds) this.#lookedAtSoon.delete(id);
      });
    }
    return look;
  }

  /** Runs of each experiment that this process has written to since they were last read. */
  #touchedIn(experimentIds: readonly string[]): Map<string, string[]> {
    const { touched } = this.#store;
    return new Map(experimentIds.map((id) => [id, touched.since(id, this.#readUpTo.get(id) ?? 0)]));
  }

  #takeTouched(experimentIds: readonly string[]): Map<string, string[]> {
    const touched = this.#touchedIn(experimentIds);
    const now = this.#store.touched.now();
    for (const id of experimentIds) this.#readUpTo.set(id, now);
    return touched;
  }

  #experimentIds(): string[] {
    return listExperiments(this.#store, "ALL").found.map(({ experimentId }) => experimentId);
  }

  /** Whether the experiment's meta.yaml can be read, as far as the last look at its folder tells. */
  #isExperiment(id: string): boolean {
    const state = this.#looker.state(id);
    if (state === undefined) return false;
    const known = this.#metas.get(id);
    if (known?.meta === state.meta) return known.isReadable;
    const isReadable = this.#canReadMeta(state);
    if (state.isSettled) this.#metas.set(id, { meta: state.meta, isReadable });
    else this.#metas.delete(id);
    return isReadable;
  }

  #canReadMeta({ folder }: FolderState): boolean {
    try {
      readExperimentMeta(this.#store, folder);
      return true;
    } catch (error) {
      const isBroken = error instanceof MlrunsError || (error instanceof Error && "code" in error);
      if (isBroken) return false;
      throw error;
    }
  }

  #noteChange(experimentId: string, runId?: string): void {
    this.#versions.set(experimentId, this.version(experimentId) + 1);
    const runIds = this.#changed.get(experimentId) ?? new Set();
    if (runId !== undefined) runIds.add(runId);
    this.#changed.set(experimentId, runIds);
  }
}

/** An experiment's folder as it is now. */
interface ExperimentState {
  readonly id: string;
  readonly state: FolderState;
}
