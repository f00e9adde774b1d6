import { setTimeout as sleep } from "node:timers/promises";
import { MlrunsError } from "../../errors.ts";
import { walkFiles } from "../local-files.ts";
import { isPassing } from "../store-error.ts";
import { openSide, type Side } from "./side.ts";
import { addUp, type SyncOptions, type SyncReport, syncSides } from "./sync.ts";

/** Between two looks at the source. Milliseconds. */
const INTERVAL_MS = 5_000;

export interface WatchOptions extends SyncOptions {
  readonly intervalMs?: number;
  /** Whether nothing more will be written, such as by a run that has ended: asked before each look. */
  readonly isOver?: () => Promise<boolean>;
  /** Told of each round in which something was done, and of one that failed for now. */
  readonly onRound?: (result: SyncReport | MlrunsError) => void;
}

/**
 * Keeps the second place as the first one is, until the signal comes or what writes to the first one is over. A file that is
 * being written is copied in a later round; so is all that fails while a store cannot be reached.
 *
 * @returns what all rounds did; its failures are those of the last one
 */
export async function watchArtifacts(
  fromPlace: string,
  toPlace: string,
  { intervalMs = INTERVAL_MS, isOver, onRound, ...options }: WatchOptions = {},
): Promise<SyncReport> {
  const [from, to] = await Promise.all([
    openSide(fromPlace, options.endpoints),
    openSide(toPlace, options.endpoints),
  ]);
  let total: SyncReport | undefined;
  let seen: string | undefined;
  for (;;) {
    const isLast = (await isOver?.()) ?? false;
    const now = await fingerprint(from);
    if (total === undefined || now === undefined || now !== seen || isLast) {
      const report = await round(from, to, options, isLast, onRound);
      // What failed is tried again, though nothing was written since.
      seen = report === undefined || report.failures.length > 0 ? undefined : now;
      if (report !== undefined) {
        const seconds = (total?.seconds ?? 0) + report.seconds;
        total = { ...addUp(total, report), seconds };
      }
    }
    if (total !== undefined && (isLast || options.signal?.aborted)) return total;
    await sleep(intervalMs, undefined, { signal: options.signal }).catch(() => undefined);
    if (total !== undefined && options.signal?.aborted) return total;
  }
}

/** @returns undefined when the store could not be reached, which may pass */
async function round(
  from: Side,
  to: Side,
  options: SyncOptions,
  isLast: boolean,
  onRound: WatchOptions["onRound"],
): Promise<SyncReport | undefined> {
  try {
    const report = await syncSides(from, to, options);
    if (report.copied.files + report.deleted + report.failures.length > 0) onRound?.(report);
    return report;
  } catch (error) {
    if (!(error instanceof MlrunsError) || !isPassing(error) || isLast) throw error;
    onRound?.(error);
    return undefined;
  }
}

/** What the files of a folder look like; undefined for a store, which only a listing tells. */
async function fingerprint({ folder }: Side): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  const lines: string[] = [];
  for await (const { path, stat } of walkFiles(folder, { followLinks: true })) {
    lines.push(`${path} ${stat?.size} ${stat?.mtimeMs} ${stat?.ino}`);
  }
  return lines.join("\n");
}
