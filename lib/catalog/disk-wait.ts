/** What this process has used so far. */
export interface Usage {
  /** `performance.now()` */
  readonly at: number;
  /** Of all threads together, ms. */
  readonly cpu: number;
  /** Blocks of 512 bytes that were read from a disk, not from memory. */
  readonly blocks: number;
}

export function usage(): Usage {
  const { userCPUTime, systemCPUTime, fsRead } = process.resourceUsage();
  return { at: performance.now(), cpu: (userCPUTime + systemCPUTime) / 1_000, blocks: fsRead };
}

/**
 * Whether threads have waited for a disk, which can do many things at once, for much of the time: then more threads are
 * quicker. When they have waited for a processor that is busy with something else, more would only be in its way.
 *
 * @param threads - that have been reading since `before`
 */
export function waitsForDisk(before: Usage, now: Usage, threads: number): boolean {
  const took = now.at - before.at;
  return (
    took >= TELLING_MS &&
    now.cpu - before.cpu < took * threads * BUSY &&
    now.blocks - before.blocks >= took * COLD_BLOCKS_PER_MS
  );
}

/** Shorter times tell nothing, ms. */
const TELLING_MS = 200;
/** Threads that find all in memory work for more of their time. */
const BUSY = 0.7;
const COLD_BLOCKS_PER_MS = 10;
