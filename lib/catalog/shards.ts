import { Shard } from "./shard.ts";
import { ShardFiles } from "./shard-files.ts";

interface OpenShard {
  readonly inTrash: boolean;
  readonly shard: Shard;
  /** Runs that were read since it was saved, and what that cost. */
  readonly unsaved: Set<string>;
  files: number;
  bytes: number;
  /** Of `performance.now()`. */
  savedAt: number;
}

/** What takes a moment to read is worth saving: fifty usual runs. Less is read again as quickly as it would be loaded. */
const WORTH_FILES = 2_000;
const WORTH_BYTES = 4_000_000;
/** A run that is being written changes with each look: the catalog is not saved each time. */
const SAVE_PAUSE_MS = 10_000;

/** The shards of a tree: those in memory, and the files that they are loaded from and saved to. */
export class Shards {
  readonly files: ShardFiles;
  readonly #open = new Map<string, OpenShard>();

  constructor(root: string) {
    this.files = new ShardFiles(root);
  }

  /** The shard of an experiment: what is known of it, to be checked against the tree. */
  open(experimentId: string, inTrash: boolean): Shard {
    const known = this.#open.get(experimentId);
    // Problems name their files from the root on, so a move to the trash makes them wrong.
    if (known?.inTrash === inTrash) return known.shard;
    const shard = this.files.load(experimentId, inTrash) ?? new Shard(experimentId);
    return this.#keep(shard, inTrash);
  }

  /** The shard of an experiment, when it is open. */
  find(experimentId: string): Shard | undefined {
    return this.#open.get(experimentId)?.shard;
  }

  /** Forgets what is known of an experiment: it is read anew. */
  reset(experimentId: string): void {
    const inTrash = this.#open.get(experimentId)?.inTrash ?? false;
    this.#keep(new Shard(experimentId), inTrash);
  }

  /** Notes what was read, and what that cost, so that it is saved. */
  noteRead(
    experimentId: string,
    runIds: readonly string[],
    cost: { readonly files: number; readonly bytes: number },
  ): void {
    const open = this.#open.get(experimentId);
    if (open === undefined) return;
    for (const runId of runIds) open.unsaved.add(runId);
    open.files += cost.files;
    open.bytes += cost.bytes;
  }

  /** Saves an experiment when it is worth it, once those who wait for it have their answer. */
  saveSoon(experimentId: string): void {
    const open = this.#open.get(experimentId);
    if (open === undefined || (open.files < WORTH_FILES && open.bytes < WORTH_BYTES)) return;
    if (performance.now() - open.savedAt < SAVE_PAUSE_MS) return;
    open.savedAt = performance.now();
    setImmediate(() => {
      if (this.#open.get(experimentId) === open) this.#save(open);
    });
  }

  saveAll(): void {
    for (const open of this.#open.values()) if (open.unsaved.size > 0) this.#save(open);
  }

  /** Writes all shards that are open into the tree itself. */
  saveInTree(): void {
    for (const { shard, inTrash } of this.#open.values()) this.files.saveInTree(shard, inTrash);
  }

  #save(open: OpenShard): void {
    this.files.save(open.shard, open.inTrash, open.unsaved);
    open.unsaved.clear();
    open.files = 0;
    open.bytes = 0;
    open.savedAt = performance.now();
  }

  #keep(shard: Shard, inTrash: boolean): Shard {
    this.#open.set(shard.experimentId, {
      inTrash,
      shard,
      unsaved: new Set(),
      files: 0,
      bytes: 0,
      savedAt: Number.NEGATIVE_INFINITY,
    });
    return shard;
  }
}
