import { STAMP_FIELDS, takeStamp } from "../tree/footprint.ts";
import { experimentFolder, isExperimentFolder, META_FILE } from "../tree/layout.ts";
import type { Paths } from "./dependence.ts";

/**
 * How old a look at a tree may be when a search answers from it.
 *
 * What is always seen by the next search, because it is cheap to see: what this process, such as a server, has written;
 * experiments and runs that are new, gone or moved; and what others write to the runs that they are at work on. Anything
 * else that others change, such as a tag of a run that ended last week, is found by a look at every run, which asks the file
 * system for some 15 times a run. In small trees each search makes one. In larger ones a look may be as old as about four
 * times what it costs, 2.6 s for 10,000 runs: the next search after that sees the change, without a restart. Searches that
 * follow each other do not wait for looks: those are made in the background, by another thread.
 *
 * @param stats - questions to the file system that a look takes
 * @param took - what the last look took, ms: some disks are slow
 */
export function permittedAge(stats: number, took: number): number {
  if (stats < ALWAYS_BELOW) return 0;
  return Math.max(Math.min(stats * AGE_PER_STAT_MS, MOST_AGE_MS), took * AGE_PER_TIME);
}

/** So many questions to the file system take some 5 ms. */
const ALWAYS_BELOW = 1_000;
/** One question takes about 5 µs. */
const AGE_PER_STAT_MS = 0.02;
const MOST_AGE_MS = 10_000;
const AGE_PER_TIME = 4;

/** What a look at an experiment has left behind. */
export interface Looked {
  /** When it began, `performance.now()`. */
  readonly at: number;
  /** Questions to the file system that such a look takes. */
  readonly stats: number;
  /** Milliseconds that it took. */
  readonly took: number;
  /** What it looked at, when that was not everything. */
  readonly only?: Paths;
}

/** File systems tell times to some milliseconds, old ones to two seconds: what changed this shortly before may change unseen. */
const RACY_MS = 2_000;
/** A time further ahead is not of a clock that runs fast, but wrong for good. */
const FUTURE_MS = 3_600_000;

/** Whether a change from now on is sure to show in the time of a file that was last changed at `changedAt`. */
export function isSettled(changedAt: number, now: number): boolean {
  const age = now - changedAt;
  return age >= RACY_MS || age <= -FUTURE_MS;
}

/** Where an experiment lies, and when that folder and its meta.yaml were last changed. */
export interface FolderState {
  readonly inTrash: boolean;
  readonly folder: string;
  /** Of the folder, which changes with each run that is made or removed, ms since the epoch. */
  readonly changedAt: number;
  /** Size and time of meta.yaml. */
  readonly meta: string;
  /** Whether a later change is sure to show in the times. */
  readonly isSettled: boolean;
}

/** Looks at an experiment's folder, first outside the trash; undefined when there is none. */
export function lookAtFolder(root: string, experimentId: string): FolderState | undefined {
  if (!isExperimentFolder(experimentId)) return undefined;
  const now = Date.now();
  for (const inTrash of [false, true]) {
    const folder = experimentFolder(root, experimentId, inTrash);
    takeStamp(folder, stamp, 0);
    takeStamp(`${folder}/${META_FILE}`, stamp, STAMP_FIELDS);
    const [kind, changedAt = 0, size = 0, metaAt = 0] = stamp;
    if (kind === -1) continue;
    return {
      inTrash,
      folder,
      changedAt,
      meta: `${size} ${metaAt}`,
      isSettled: isSettled(changedAt, now) && isSettled(metaAt, now),
    };
  }
  return undefined;
}

const stamp = new Float64Array(2 * STAMP_FIELDS);

/** Whether the folder still lists the same runs. */
export function hasSameRuns(before: FolderState | undefined, now: FolderState): boolean {
  return before?.isSettled === true && before.changedAt === now.changedAt;
}

/** Whether it is where it was, and was neither deleted nor restored, which changes all its runs. */
export function isSameExperiment(before: FolderState, now: FolderState): boolean {
  return before.folder === now.folder && before.meta === now.meta;
}
