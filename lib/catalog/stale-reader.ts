import type { Store } from "../store/store.ts";
import type { Crew } from "./crew.ts";
import { toShard } from "./jobs.ts";
import { type ReadRows, readRows } from "./read-job.ts";
import type { Shards } from "./shards.ts";
import { chunks, hasSameRow, newestFirst, newestOf, type RunToRead, type View } from "./view.ts";

/** How far the reading of runs has come. */
export interface ReadProgress {
  readonly runs: number;
  readonly ofRuns: number;
  /** Files that were read so far. */
  readonly files: number;
  /** Estimated, milliseconds; NaN as long as nothing is known. */
  readonly leftMs: number;
}

export interface StaleOptions {
  /** Leaves the work to other threads where there are any. */
  readonly inBackground: boolean;
  /** Reads a run into its shard. @returns whether anything changed, and files read */
  readonly readOne: (run: RunToRead) => { readonly isChanged: boolean; readonly files: number };
  /** Called for runs that are not as their rows had them. */
  readonly onWrong?: (experimentId: string, runId: string) => void;
}

interface StaleReaderOptions {
  readonly onProgress?: (progress: ReadProgress) => void;
  readonly onChange: (experimentId: string, runId?: string) => void;
}

/** Runs that are read in one job: fewer when there are few, so that all hands are done at the same time. */
const READ_LEAST = 10;
const READ_MOST = 50;
const READ_SHARE = 80;
/** From so many runs on helpers are worth their start, some 50 ms. */
export const MANY_TO_READ = 200;

/** Reads what a look has found to be new or changed. */
export class StaleReader {
  readonly #store: Store;
  readonly #shards: Shards;
  readonly #crew: Crew;
  readonly #options: StaleReaderOptions;
  #progress: ReadProgress | undefined;

  constructor(store: Store, shards: Shards, crew: Crew, options: StaleReaderOptions) {
    this.#store = store;
    this.#shards = shards;
    this.#crew = crew;
    this.#options = options;
  }

  /** How far the reading of runs has come; undefined before it begins. */
  get progress(): ReadProgress | undefined {
    return this.#progress;
  }

  forgetProgress(): void {
    this.#progress = undefined;
  }

  /** Reads the stale runs of experiments, those first that began last. */
  async read(views: readonly View[], options: StaleOptions): Promise<void> {
    const ofRuns = views.reduce((sum, { stale }) => sum + stale.size, 0);
    const start = performance.now();
    let runs = 0;
    let files = 0;
    const advance = (more: number, read: number): void => {
      runs += more;
      files += read;
      const leftMs = ((performance.now() - start) / runs) * (ofRuns - runs);
      this.#progress = { runs, ofRuns, files, leftMs };
      this.#options.onProgress?.(this.#progress);
    };
    const { root } = this.#store;
    const atOnce = Math.max(READ_LEAST, Math.min(READ_MOST, Math.ceil(ofRuns / READ_SHARE)));
    const jobs = views.flatMap((view) => {
      const { runIds: _, ...experiment } = view.folders;
      return chunks(newestFirst(view), atOnce).map((runIds) => ({
        view,
        job: { kind: "read", root, experiment, runIds } as const,
        newest: newestOf(view.shard, runIds),
      }));
    });
    // What is looked at first is there first.
    jobs.sort((a, b) => b.newest - a.newest);
    const isMuch = ofRuns >= MANY_TO_READ;
    await this.#crew.work(
      jobs.values(),
      { isMuch, most: jobs.length - 1, inBackground: options.inBackground },
      ({ view, job }) => {
        const files = isMuch
          ? this.#takeIn(view, job.runIds, readRows(job), options)
          : readEach(view, job.runIds, options);
        advance(job.runIds.length, files);
      },
      ({ view, job }, answer) => {
        const rows = { ...answer, shard: toShard(answer) };
        advance(job.runIds.length, this.#takeIn(view, job.runIds, rows, options));
      },
    );
  }

  /** Takes in what was read, but for runs that were read again in the meantime. @returns files read */
  #takeIn(
    { shard, overtaken }: View,
    runIds: readonly string[],
    { shard: rows, ...cost }: ReadRows,
    { onWrong }: StaleOptions,
  ): number {
    const taken = runIds.filter((runId) => !overtaken.has(runId));
    for (const runId of runIds) if (overtaken.has(runId)) rows.remove(runId);
    for (const runId of taken) {
      if (onWrong !== undefined && !hasSameRow(shard, rows, runId))
        onWrong(shard.experimentId, runId);
      shard.remove(runId);
      this.#options.onChange(shard.experimentId, runId);
    }
    shard.absorb(rows);
    this.#shards.noteRead(shard.experimentId, taken, cost);
    return cost.files;
  }
}

/** Reads runs one by one, each with what was kept of its last reading. @returns files read */
function readEach(
  view: View,
  runIds: readonly string[],
  { readOne, onWrong }: StaleOptions,
): number {
  let read = 0;
  for (const runId of runIds) {
    const { isChanged, files } = readOne({ ...view.folders, runId });
    read += files;
    if (isChanged) onWrong?.(view.shard.experimentId, runId);
  }
  return read;
}
