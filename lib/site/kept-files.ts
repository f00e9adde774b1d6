import { bytesOf, type DataFile, type SiteContext } from "./context.ts";
import type { Copies } from "./copies.ts";

/** Which part of an experiment's runs a file has, and what it was made from. */
export interface RunsOrigin {
  readonly context: SiteContext;
  readonly experimentId: string;
  readonly chunk: number;
  /** Of the experiment, see `MlrunsClient.runsVersion`. */
  readonly version: number;
  /** Of the experiment. */
  readonly name: string;
  readonly copies: Copies;
}

/** Bytes of the files that are kept: about 60,000 runs with 30 columns. */
const MOST_BYTES = 64_000_000;

/**
 * Files of runs that are kept until something changes, those that were asked for last: to make those of 10,000 runs takes
 * half a second. Encoded, they take a tenth of what their values would.
 */
export class KeptFiles {
  readonly #mostBytes: number;
  /** The one that was asked for last comes last. */
  readonly #files = new Map<RunsOrigin, DataFile>();
  #bytes = 0;

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  find(wanted: RunsOrigin): DataFile | undefined {
    for (const [origin, file] of this.#files) {
      if (!isOfSameRuns(origin, wanted)) continue;
      if (!isOfSameState(origin, wanted)) this.#drop(origin, file);
      else if (origin.chunk === wanted.chunk) {
        this.#files.delete(origin);
        this.#files.set(origin, file);
        return file;
      }
    }
    return undefined;
  }

  /** A file that is larger than all that may be kept is not. */
  keep(origin: RunsOrigin, file: DataFile): void {
    const size = bytesOf(file).length;
    if (size > this.#mostBytes) return;
    this.#files.set(origin, file);
    this.#bytes += size;
    for (const [oldest, kept] of this.#files) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#drop(oldest, kept);
    }
  }

  #drop(origin: RunsOrigin, file: DataFile): void {
    this.#files.delete(origin);
    this.#bytes -= bytesOf(file).length;
  }
}

/** Whether two files of runs are parts of the same whole. */
export function isOfSameState(a: RunsOrigin, b: RunsOrigin): boolean {
  return (
    isOfSameRuns(a, b) && a.version === b.version && a.name === b.name && a.copies === b.copies
  );
}

function isOfSameRuns(a: RunsOrigin, b: RunsOrigin): boolean {
  return a.context === b.context && a.experimentId === b.experimentId;
}
