import { findRunFolders } from "../store/runs.ts";
import type { Store } from "../store/store.ts";
import { notBegun } from "./counts.ts";
import { NOTHING, type Paths } from "./dependence.ts";
import { type FolderState, lookAtFolder, permittedAge } from "./freshness.ts";
import type { Looker } from "./look.ts";
import type { Shard } from "./shard.ts";
import type { Shards } from "./shards.ts";
import { MANY_TO_READ, type ReadProgress } from "./stale-reader.ts";

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

/** What may have been answered before everything was read. */
export interface PartialAnswer {
  /** Set while runs are being read; ask again then. */
  readonly reading?: ReadProgress;
}

/** A look that nobody waits for begins so long after it was wanted, ms. */
const SOON_MS = 1_000;

/** When experiments are looked at, and what is answered meanwhile. */
export class Looks {
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
  /** Up to when, by the clock of `TouchedRuns`, what this process wrote to an experiment was read. */
  readonly #readUpTo = new Map<string, number>();

  constructor(store: Store, shards: Shards, looker: Looker) {
    this.#store = store;
    this.#shards = shards;
    this.#looker = looker;
  }

  /** The shards of some experiments, as fresh as asked. Ids that are no experiments have none. */
  async bring(
    experimentIds: readonly string[],
    { maxAge, partial, needed }: BringOptions,
  ): Promise<Brought> {
    // What was written through this store has to be in the files before they are looked at.
    this.#store.appender.flush();
    if (partial && this.#isLongRead(experimentIds)) return this.#bringPart(experimentIds);
    while (this.#awaited !== undefined) await this.#awaited;
    const places = this.#findAll(experimentIds);
    const { age, stats, took, isPart } = this.#lookedAt(places, partial ? NOTHING : needed);
    const permitted = maxAge ?? permittedAge(stats, took);
    const ids = places.map(({ id }) => id);
    const isUnread = this.#countUnread(ids) >= MANY_TO_READ;
    if (partial && permitted > 0 && age < Number.POSITIVE_INFINITY && !isUnread) {
      if (age >= permitted / 2) this.#lookSoon(ids);
      return { shards: this.#glance(places), answer: {} };
    }
    if (age >= permitted || isUnread) {
      await this.lookNow(ids, needed);
      const found = this.#findAll(ids);
      const { isPart } = this.#lookedAt(found, needed);
      // The rest, when nobody waits.
      if (isPart) this.#lookSoon(ids);
      return { shards: this.#glance(found), answer: {}, isPart };
    }
    if (age >= permitted / 2) void this.lookBehind(ids);
    return { shards: this.#glance(places), answer: {}, isPart };
  }

  /** Whether each was looked at before. */
  areLookedAt(experimentIds: readonly string[]): boolean {
    return this.#findAll(experimentIds).every(({ id, state }) =>
      this.#looker.looked(id, state, NOTHING),
    );
  }

  /** A look that begins after this is called, so that it sees what was there before. Searches wait for it. */
  async lookNow(experimentIds: readonly string[], needed?: Paths): Promise<void> {
    const look = this.inTurn(async () => {
      const before = new Map(this.#readUpTo);
      try {
        const touched = this.#takeTouched(experimentIds);
        await this.#looker.look(experimentIds, touched, needed && { needed });
      } catch (error) {
        for (const id of experimentIds) this.#readUpTo.set(id, before.get(id) ?? 0);
        throw error;
      }
    });
    const settled = look.catch(() => undefined);
    this.#awaited = settled;
    for (const id of experimentIds) this.#lookedAtSoon.add(id);
    try {
      await look;
    } finally {
      for (const id of experimentIds) this.#lookedAtSoon.delete(id);
      if (this.#awaited === settled) this.#awaited = undefined;
    }
  }

  /** A look that no search waits for; not a second one while there is one. What is amiss, the next search will say. */
  lookBehind(experimentIds: readonly string[]): Promise<unknown> {
    if (this.#inBackground !== undefined) return this.#inBackground;
    // A first look is not spared any hands: it is what everybody waits for.
    const isFirst = !this.areLookedAt(experimentIds);
    const look = this.#queue
      .then(() => this.#looker.look(experimentIds, new Map(), { inBackground: !isFirst }))
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

  /** Does something else with the shards that must not happen during a look. */
  inTurn<Value>(action: () => Promise<Value>): Promise<Value> {
    const turn = this.#queue.then(action);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** Whether some experiments were not looked at before, and have so many runs that this takes a while. */
  #isLongRead(experimentIds: readonly string[]): boolean {
    const fresh = this.#findAll(experimentIds).filter(
      ({ id, state }) => this.#looker.looked(id, state, NOTHING) === undefined,
    );
    let runs = 0;
    for (const { id } of fresh) runs += findRunFolders(this.#store, id).runIds.length;
    return runs >= MANY_TO_READ;
  }

  /** What is known so far of experiments that are being read. */
  async #bringPart(experimentIds: readonly string[]): Promise<Brought> {
    const ids = this.#findAll(experimentIds).map(({ id }) => id);
    await this.#looker.sketch(ids);
    const waiting = ids.filter((id) => !this.#lookedAtSoon.has(id));
    // The list goes out, and the page with it, before the reading begins.
    if (waiting.length > 0) this.#lookSoon(waiting);
    const shards = this.#findAll(ids).map(({ id, state }) => this.#shards.open(id, state.inTrash));
    const reading = this.#looker.progress ?? notBegun(shards);
    return { shards, answer: this.areLookedAt(ids) ? {} : { reading } };
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
  #lookedAt(places: readonly ExperimentState[], needed?: Paths): LastLook {
    let isPart = false;
    let at = Number.POSITIVE_INFINITY;
    let stats = 0;
    let took = 0;
    for (const { id, state } of places) {
      const looked = this.#looker.looked(id, state, needed);
      at = Math.min(at, looked?.at ?? Number.NEGATIVE_INFINITY);
      stats += looked?.stats ?? 0;
      took = Math.max(took, looked?.took ?? 0);
      if (looked?.only !== undefined) isPart = true;
    }
    return { age: performance.now() - at, stats, took, isPart };
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

  /** A look when the page that is being opened has got what it shows. */
  #lookSoon(experimentIds: readonly string[]): void {
    for (const id of experimentIds) this.#toLookAt.add(id);
    if (this.#soon !== undefined) return;
    this.#soon = setTimeout(() => {
      const ids = [...this.#toLookAt];
      this.#toLookAt.clear();
      this.#soon = undefined;
      void this.lookBehind(ids);
    }, SOON_MS);
    this.#soon.unref();
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
}

export interface BringOptions extends Freshness {
  /** What of each run the answer depends on, when that is not everything. */
  readonly needed?: Paths | undefined;
}

export interface Brought {
  readonly shards: readonly Shard[];
  readonly answer: PartialAnswer;
  /** Set when no more than what was needed was looked at: other things of a run may be older. */
  readonly isPart?: boolean;
}

interface LastLook {
  readonly age: number;
  readonly stats: number;
  readonly took: number;
  readonly isPart: boolean;
}

/** An experiment's folder as it is now. */
interface ExperimentState {
  readonly id: string;
  readonly state: FolderState;
}
