import type { Run } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { MlrunsError, type TreeProblem } from "../errors.ts";
import type { RunQuery } from "../search/index.ts";
import { listExperiments, readExperimentMeta } from "../store/experiments.ts";
import type { RunRecord } from "../store/read-run.ts";
import { findRunFolders } from "../store/runs.ts";
import type { Scan, Store } from "../store/store.ts";
import { countProblems, countRuns, problemsOf, type RunCounts } from "./counts.ts";
import { dependenceOf } from "./dependence.ts";
import type { FolderState } from "./freshness.ts";
import { Looker } from "./look.ts";
import { type Freshness, Looks, type PartialAnswer } from "./looks.ts";
import { findNewest, type NewestRuns } from "./newest.ts";
import { searchShards } from "./search.ts";
import { Shards } from "./shards.ts";
import type { ReadProgress } from "./stale-reader.ts";

export type { Freshness, NewestRuns, PartialAnswer, ReadProgress };

export interface CatalogOptions {
  /** Called now and then while many runs are read. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** A list of fewer runs is there as soon as the newest of them. */
const MANY_TO_LIST = 500;

export interface RunFamily {
  /** Undefined for a run that cannot be read. */
  readonly record: RunRecord | undefined;
  readonly parent: RunRecord | undefined;
  /** In the order of their ids. */
  readonly children: readonly RunRecord[];
}

/**
 * What was read from a tree, kept in columns: a run is read again when one of its files has another size or time. Never
 * the truth: dropping it loses nothing but time.
 */
export class Catalog {
  readonly #store: Store;
  readonly #shards: Shards;
  readonly #looker: Looker;
  readonly #looks: Looks;
  readonly #versions = new Map<string, number>();
  readonly #changed = new Map<string, Set<string>>();
  /** Experiments whose newest runs were asked for. */
  readonly #hadNewest = new Set<string>();
  /** Per experiment, whether the meta.yaml of that size and time can be read. */
  readonly #metas = new Map<string, { readonly meta: string; readonly isReadable: boolean }>();

  constructor(store: Store, options: CatalogOptions = {}) {
    this.#store = store;
    this.#shards = new Shards(store.root);
    const onChange = (experimentId: string, runId?: string): void =>
      this.#noteChange(experimentId, runId);
    this.#looker = new Looker(store, this.#shards, { ...options, onChange });
    this.#looks = new Looks(store, this.#shards, this.#looker);
  }

  /** Every run of an experiment, in the order of their ids, with what could not be read. */
  async readRuns(
    experimentId: string,
    freshness: Freshness = {},
  ): Promise<Scan<RunRecord> & PartialAnswer> {
    findRunFolders(this.#store, experimentId);
    const { shards, answer } = await this.#looks.bring([experimentId], freshness);
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
    const { shards, answer } = await this.#looks.bring([experimentId], freshness);
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

  /**
   * The runs of some experiments that are likely to be the newest, before so much as their list is there. Given once, to
   * whoever asks first: who asks again is better served by the list.
   *
   * @param count - active runs that are wanted
   * @returns undefined when the list is there already, or is there as soon
   */
  async findNewest(
    experimentIds: readonly string[],
    count: number,
  ): Promise<NewestRuns | undefined> {
    if (experimentIds.every((id) => this.#hadNewest.has(id))) return undefined;
    for (const id of experimentIds) this.#hadNewest.add(id);
    const places = experimentIds.map((id) => findRunFolders(this.#store, id));
    const unknown = places.reduce((sum, { runIds, ...place }) => {
      const shard = this.#shards.open(place.experimentId, place.inTrash);
      return sum + runIds.filter((runId) => shard.find(runId) === undefined).length;
    }, 0);
    return unknown < MANY_TO_LIST ? undefined : findNewest(this.#store, places, count);
  }

  /** Meets what changed in an experiment's runs, as `readRuns` does, without making runs of it: for who asks for `version`. */
  async meetChanges(experimentId: string, freshness: Freshness = {}): Promise<PartialAnswer> {
    findRunFolders(this.#store, experimentId);
    const { answer } = await this.#looks.bring([experimentId], freshness);
    return answer;
  }

  /** Ids of the runs of some experiments, also of those that cannot be read. */
  async listRunIds(experimentIds: readonly string[]): Promise<string[]> {
    const { shards } = await this.#looks.bring(experimentIds, {});
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
    if (!freshness.partial || this.#looks.areLookedAt(experimentIds)) {
      const { shards } = await this.#looks.bring(experimentIds, freshness);
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
    return problemsOf((await this.#looks.bring(experimentIds, {})).shards);
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
    const needed = dependenceOf(query);
    const ids = [...new Set(experimentIds)];
    const { shards, isPart, answer } = await this.#looks.bring(ids, { ...query, needed });
    const known = shards.filter(({ experimentId }) => this.#isExperiment(experimentId));
    let found = searchShards(known, query);
    const seen = new Set<string>();
    // Of what is answered everything has to be as fresh as what it was found by.
    while (isPart && this.#haveChanged(found.runs, seen)) found = searchShards(known, query);
    return { ...found, ...answer };
  }

  /** Looks at the whole tree. */
  async refresh(
    options: { readonly inBackground?: boolean } = {},
  ): Promise<{ readonly experiments: number; readonly runs: number }> {
    const ids = this.#experimentIds();
    if (options.inBackground) await this.#looks.lookBehind(ids);
    else await this.#looks.lookNow(ids);
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
    const wrong = await this.#looks.inTurn(() => this.#looker.verify(this.#experimentIds()));
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

  /** Looks at all of some runs, each once, and reads those that have changed. @returns whether there were any */
  #haveChanged(runs: readonly Run[], seen: Set<string>): boolean {
    const byExperiment = new Map<string, string[]>();
    for (const { info } of runs) {
      if (seen.has(info.runId)) continue;
      seen.add(info.runId);
      const runIds = byExperiment.get(info.experimentId) ?? [];
      runIds.push(info.runId);
      byExperiment.set(info.experimentId, runIds);
    }
    const changes = [...byExperiment].map(([id, runIds]) => this.#looker.lookAtRuns(id, runIds));
    return changes.includes(true);
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
