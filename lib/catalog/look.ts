import { join } from "node:path";
import { isTerminated, type RunStatus } from "../entities/run.ts";
import type { RunReading } from "../store/read-run.ts";
import { findRunFolders, type RunFolders, toRunPlace } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { check } from "./check-job.ts";
import { Crew } from "./crew.ts";
import { includes, type Paths } from "./dependence.ts";
import { bytesOf, readEntry } from "./entry.ts";
import {
  type FolderState,
  hasSameRuns,
  isSameExperiment,
  type Looked,
  lookAtFolder,
} from "./freshness.ts";
import { toCheckJob } from "./jobs.ts";
import { LivelyRuns } from "./lively.ts";
import type { Shard } from "./shard.ts";
import type { Shards } from "./shards.ts";
import { sketchUnknown } from "./sketch.ts";
import { type ReadProgress, StaleReader } from "./stale-reader.ts";
import { addAll, type CheckTask, chunks, type RunToRead, statsOf, type View } from "./view.ts";

export interface LookerOptions {
  /** Called now and then while many runs are read. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Called for every run that is new or changed, and without its id for one that is gone. */
  readonly onChange: (experimentId: string, runId?: string) => void;
}

export interface LookOptions {
  /** Leaves the work to other threads where there are any, and goes over more finished runs. */
  readonly inBackground?: boolean;
  /** In a large tree a look at no more of each run will do. */
  readonly needed?: Paths;
}

interface CheckOptions {
  readonly inBackground: boolean;
  /** Runs in all. */
  readonly count: number;
  readonly only?: Paths;
}

/** Runs that are checked in one job. */
const CHECK_AT_ONCE = 100;
/** From so many runs on helpers are worth their start, some 50 ms. */
const MANY_TO_CHECK = 2_000;
/**
 * Finished runs whose metric files and params a look goes over besides what is always checked: in turn, all are swept. One
 * that nobody waits for takes a twentieth of them, any other so many in all.
 */
const SWEPT_SHARE = 20;
const SWEPT_LEAST = 50;

/** Brings shards up to the disk: whole experiments, or what is cheap to see of them. */
export class Looker {
  readonly #store: Store;
  readonly #options: LookerOptions;
  readonly #shards: Shards;
  readonly #crew = new Crew();
  readonly #reader: StaleReader;
  readonly #lively = new LivelyRuns();
  /** How far the metric files of unfinished runs were read, by run folder. */
  readonly #readings = new Map<string, RunReading>();
  /** Per experiment, the row with which the next sweep begins. */
  readonly #sweepAt = new Map<string, number>();
  readonly #looked = new Map<string, Looked>();
  /** Looks that were made since at a part of what runs have. */
  readonly #lookedAtPart = new Map<string, Looked>();
  readonly #states = new Map<string, FolderState>();
  readonly #underway = new Set<View>();
  #trustedFrom = 0;

  constructor(store: Store, shards: Shards, options: LookerOptions) {
    this.#store = store;
    this.#shards = shards;
    this.#options = options;
    this.#reader = new StaleReader(store, shards, this.#crew, options);
  }

  /**
   * The last look at an experiment; undefined when there was none, or when it has moved since.
   *
   * @param needed - the look may have been at no more than this
   */
  looked(experimentId: string, state: FolderState, needed?: Paths): Looked | undefined {
    const known = this.#states.get(experimentId);
    if (known === undefined || !isSameExperiment(known, state)) return undefined;
    const ofPart = this.#lookedAtPart.get(experimentId);
    const looked = includes(ofPart?.only, needed) ? ofPart : this.#looked.get(experimentId);
    return looked !== undefined && looked.at >= this.#trustedFrom ? looked : undefined;
  }

  /** An experiment's folder as it was when its runs were last listed. */
  state(experimentId: string): FolderState | undefined {
    return this.#states.get(experimentId);
  }

  /** How far the reading of runs has come; undefined before it begins. */
  get progress(): ReadProgress | undefined {
    return this.#reader.progress;
  }

  /** Lets the next search look at everything again. */
  distrust(): void {
    this.#trustedFrom = performance.now();
  }

  /**
   * Looks at every run of some experiments. Two looks must not go on at the same time.
   *
   * @param touched - runs of each experiment that are read whatever their files' times say
   */
  async look(
    experimentIds: readonly string[],
    touched: ReadonlyMap<string, readonly string[]>,
    { inBackground = false, needed }: LookOptions = {},
  ): Promise<void> {
    const at = performance.now();
    this.#reader.forgetProgress();
    const places = experimentIds.map((id) => ({
      state: lookAtFolder(this.#store.root, id),
      folders: findRunFolders(this.#store, id),
    }));
    const count = places.reduce((sum, { folders }) => sum + folders.runIds.length, 0);
    const only = count >= MANY_TO_CHECK ? needed : undefined;
    const views: View[] = [];
    let isPart = false;
    try {
      await this.#check(places, views, { inBackground, count, ...(only && { only }) });
      for (const { folders, stale } of views) {
        // What is read is looked at in whole.
        if (only !== undefined && stale.size < folders.runIds.length) isPart = true;
        const there = new Set(folders.runIds);
        const own = touched.get(folders.experimentId) ?? [];
        addAll(
          stale,
          own.filter((runId) => there.has(runId)),
        );
      }
      await this.#reader.read(views, { inBackground, readOne: (run) => this.read(run) });
    } finally {
      for (const view of views) this.#underway.delete(view);
    }
    const took = performance.now() - at;
    for (const [index, { shard }] of views.entries()) {
      const id = shard.experimentId;
      const looked = { at, took, stats: statsOf(shard) };
      this.#remember(id, places[index]?.state);
      if (isPart && only !== undefined) {
        this.#lookedAtPart.set(id, { ...looked, only });
      } else {
        this.#looked.set(id, looked);
        this.#lookedAtPart.delete(id);
      }
      this.#shards.saveSoon(id);
    }
  }

  /**
   * Reads every run of some experiments, whatever their files' times say, and compares.
   *
   * @returns the runs whose rows were wrong
   */
  async verify(
    experimentIds: readonly string[],
  ): Promise<{ readonly experimentId: string; readonly runId: string }[]> {
    const wrong: { experimentId: string; runId: string }[] = [];
    const views = experimentIds.map((id) => this.#view(findRunFolders(this.#store, id)));
    try {
      for (const { stale, folders } of views) {
        addAll(stale, folders.runIds);
        // Metric files of unfinished runs are read from their beginning, too.
        for (const runId of folders.runIds) this.#readings.delete(join(folders.folder, runId));
      }
      await this.#reader.read(views, {
        inBackground: false,
        readOne: (run) => this.read(run),
        onWrong: (experimentId, runId) => wrong.push({ experimentId, runId }),
      });
    } finally {
      for (const view of views) this.#underway.delete(view);
    }
    return wrong;
  }

  /**
   * Lists the runs of some experiments: those that nothing is known of yet with what their meta.yaml says. They are read in
   * whole by the next look.
   *
   * @returns how many runs of each experiment have a meta.yaml that cannot be read
   */
  async sketch(experimentIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const places: RunFolders[] = [];
    for (const id of experimentIds) {
      if (!this.#states.has(id)) this.#remember(id, lookAtFolder(this.#store.root, id));
      places.push(findRunFolders(this.#store, id));
    }
    return sketchUnknown(this.#store, this.#shards, this.#crew, places);
  }

  /**
   * What is cheap to see of an experiment that was looked at before: its runs that are new or gone, that were written to
   * through this store, and that others are at work on.
   *
   * @returns runs that have to be read again
   */
  glance(experimentId: string, state: FolderState, touched: readonly string[]): RunToRead[] {
    const shard = this.#shards.open(experimentId, state.inTrash);
    const stale = new Set(touched);
    if (!hasSameRuns(this.#states.get(experimentId), state)) {
      const folders = findRunFolders(this.#store, experimentId);
      this.#forgetGone(shard, folders);
      for (const runId of folders.runIds) if (shard.find(runId) === undefined) stale.add(runId);
    }
    addAll(stale, shard.sketches);
    this.#states.set(experimentId, state);
    const known = this.#lively
      .of(experimentId)
      .filter((runId) => !stale.has(runId) && shard.find(runId) !== undefined);
    if (known.length > 0) {
      const job = toCheckJob(shard, known, state.folder, () => false);
      addAll(stale, check(job));
      addAll(
        stale,
        known.filter((runId) => shard.unsettled.has(runId)),
      );
    }
    return [...stale].map((runId) => ({ ...state, experimentId, runId }));
  }

  /** Looks at all of some runs, and reads those that have changed. @returns whether there were any */
  lookAtRuns(experimentId: string, runIds: readonly string[]): boolean {
    const state = this.#states.get(experimentId);
    if (state === undefined) return false;
    const shard = this.#shards.open(experimentId, state.inTrash);
    const known = runIds.filter((runId) => shard.find(runId) !== undefined);
    const stale = check(toCheckJob(shard, known, state.folder, () => false));
    for (const runId of stale) this.read({ ...state, experimentId, runId });
    return stale.length > 0;
  }

  /** Reads a run into its shard; without a meta.yaml it is none. @returns whether anything changed, and files read */
  read(run: RunToRead): { readonly isChanged: boolean; readonly files: number } {
    const { experimentId, runId } = run;
    const shard = this.#shards.open(experimentId, run.inTrash);
    for (const view of this.#underway) if (view.shard === shard) view.overtaken.add(runId);
    const place = toRunPlace(this.#store, run, runId);
    if (place === undefined) {
      const isKnown = shard.find(runId) !== undefined;
      shard.remove(runId);
      this.#lively.drop(runId);
      if (isKnown) this.#options.onChange(experimentId);
      return { isChanged: isKnown, files: 0 };
    }
    const isNew = shard.find(runId) === undefined;
    const entry = readEntry(this.#store, place, this.#readings.get(place.folder));
    if (entry.reading.progress.size > 0) this.#readings.set(place.folder, entry.reading);
    else this.#readings.delete(place.folder);
    const files = entry.layout.paths.length;
    this.#shards.noteRead(experimentId, [runId], { files, bytes: bytesOf(entry) });
    const isChanged = shard.put(entry);
    if (isChanged) this.#options.onChange(experimentId, runId);
    const status = shard.texts.status.get(shard.find(runId) ?? 0);
    const isOver = status !== undefined && isTerminated(status as RunStatus);
    if (isOver) this.#lively.drop(runId);
    else if (isChanged && (!isNew || this.#hasLooked(experimentId)))
      this.#lively.note(experimentId, runId);
    return { isChanged, files };
  }

  #hasLooked(experimentId: string): boolean {
    return this.#looked.has(experimentId) || this.#lookedAtPart.has(experimentId);
  }

  #remember(experimentId: string, state: FolderState | undefined): void {
    const before = this.#states.get(experimentId);
    if (before !== undefined && state !== undefined && !isSameExperiment(before, state)) {
      this.#looked.delete(experimentId);
      this.#lookedAtPart.delete(experimentId);
    }
    if (state === undefined) this.#states.delete(experimentId);
    else this.#states.set(experimentId, state);
  }

  #forgetGone(shard: Shard, folders: RunFolders): void {
    const there = new Set(folders.runIds);
    for (const runId of shard.runIds.filter((known) => !there.has(known))) {
      shard.remove(runId);
      this.#lively.drop(runId);
      for (const view of this.#underway) if (view.shard === shard) view.overtaken.add(runId);
      this.#options.onChange(shard.experimentId);
    }
  }

  /** Finds runs that are new or whose files have changed. */
  async #check(
    places: readonly { readonly folders: RunFolders }[],
    views: View[],
    { inBackground, count, only }: CheckOptions,
  ): Promise<void> {
    // Shards are loaded one after the other, while helpers check what was loaded before.
    const tasks = function* (this: Looker): Generator<CheckTask> {
      for (const { folders } of places) {
        const view = this.#view(folders);
        views.push(view);
        const share = view.shard.count / count;
        const swept = inBackground ? view.shard.count / SWEPT_SHARE : 0;
        yield* this.#checkTasks(view, Math.ceil(Math.max(swept, SWEPT_LEAST * share)), only);
      }
    }.call(this);
    await this.#crew.work(
      tasks,
      { isMuch: count >= MANY_TO_CHECK, most: count / CHECK_AT_ONCE - 1, inBackground },
      ({ view, job }) => addAll(view.stale, check(job)),
      ({ view }, found) => addAll(view.stale, found),
    );
  }

  #view(folders: RunFolders): View {
    const shard = this.#shards.open(folders.experimentId, folders.inTrash);
    this.#forgetGone(shard, folders);
    const view = { folders, shard, stale: new Set<string>(), overtaken: new Set<string>() };
    this.#underway.add(view);
    return view;
  }

  /** @param swept - runs of which all files are looked at */
  *#checkTasks(view: View, swept: number, only?: Paths): Generator<CheckTask> {
    const { shard, folders, stale } = view;
    for (const runId of folders.runIds) {
      if (shard.find(runId) === undefined || shard.unsettled.has(runId)) stale.add(runId);
    }
    const known = shard.runIds.filter((runId) => !stale.has(runId));
    const isSwept = this.#chooseSwept(shard, swept);
    for (const runIds of chunks(known, CHECK_AT_ONCE)) {
      // Runs may have gone since.
      const there = runIds.filter((runId) => shard.find(runId) !== undefined);
      yield { view, job: toCheckJob(shard, there, folders.folder, isSwept, only) };
    }
  }

  #chooseSwept({ count, experimentId }: Shard, size: number): (row: number) => boolean {
    if (size >= count) return () => true;
    const start = this.#sweepAt.get(experimentId) ?? Math.floor(Math.random() * count);
    this.#sweepAt.set(experimentId, (start + size) % count);
    return (row) => (row - start + count) % count < size;
  }
}
