import { Shard } from "./shard.ts";

interface OpenShard {
  readonly inTrash: boolean;
  readonly shard: Shard;
}

/** The shards of a tree. */
export class Shards {
  readonly #open = new Map<string, OpenShard>();

  /** The shard of an experiment; an empty one when there is none that fits. */
  open(experimentId: string, inTrash: boolean): Shard {
    const known = this.#open.get(experimentId);
    // Problems name their files from the root on, so a move to the trash makes them wrong.
    if (known?.inTrash === inTrash) return known.shard;
    const shard = new Shard(experimentId);
    this.#open.set(experimentId, { inTrash, shard });
    return shard;
  }
}
