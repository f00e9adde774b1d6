import { setTimeout as sleep } from "node:timers/promises";
import { invalidParameter, MlrunsError, notFound } from "../../errors.ts";
import type { ArtifactFile } from "../artifact-repository.ts";
import type { EndpointOptions } from "../registry.ts";
import { recordedDigests } from "../versions/recorded.ts";
import { openRecorder, type Recorder } from "../versions/recorder.ts";
import { isVersionState } from "../versions/version-store.ts";
import { announce, carryOut, type Done } from "./carry-out.ts";
import { type FilterRule, pathFilter } from "./filter.ts";
import { planSync, type Reason, type SyncPlan } from "./plan.ts";
import { readAhead } from "./read-ahead.ts";
import { sameContent } from "./same.ts";
import { checkApart, checkFolder, listPaths, openSide, type Side } from "./side.ts";
import { openState, type SyncState } from "./state.ts";
import type { SyncFailure } from "./transfer.ts";

/** How often a push begins anew because of another one. */
const PUSH_ATTEMPTS = 6;
const MEBIBYTE = 1024 * 1024;

export interface SyncOptions extends EndpointOptions {
  /** Only says what would be done: nothing is written, also no state. */
  readonly dryRun?: boolean;
  /** Removes files of the target that the source does not have, when all copies have succeeded. */
  readonly delete?: boolean;
  /** Lets `delete` remove everything, because the source is empty. */
  readonly deleteAll?: boolean;
  /** Which paths are meant, the last rule that fits decides. What is not meant is neither copied nor deleted. */
  readonly filters?: readonly FilterRule[];
  /** Only these files and folders, without a look at the rest. */
  readonly paths?: readonly string[];
  /** Small files moved at a time. */
  readonly concurrency?: number;
  /** Bytes of a part of a large file that is uploaded; default: 16 MiB, more above 156 GiB. A whole number of MiB, 5 at least. */
  readonly partSize?: number;
  /** Parts of one large file sent at a time; default: 1. So many of each file under way a process that is killed sends again. */
  readonly parts?: number;
  /** Writes each downloaded file through to the disk before it gets its name: slow, but nothing is lost with the power. */
  readonly fsync?: boolean;
  /** Bytes a second, both ways together. */
  readonly bandwidth?: number;
  /** Failed files after which the run ends. */
  readonly maxErrors?: number;
  /** Reads every local file again instead of trusting its size, times and inode. */
  readonly checksum?: boolean;
  /** Takes files of the same size for the same: quick, but a change that leaves the size is not seen. No version is recorded. */
  readonly sizeOnly?: boolean;
  /** Records what the target then has as a version, and keeps what is overwritten or deleted for older ones. */
  readonly versions?: boolean;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: SyncStep) => void;
  /** Told of what is about to be deleted, or in a dry run would be, before the first of it. */
  readonly onDelete?: (what: { readonly files: number; readonly bytes: number }) => void;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/** One thing that was done or, in a dry run, would be. */
export interface SyncStep {
  readonly op: "copy" | "delete";
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Of a copy. */
  readonly reason?: Reason;
}

export interface SyncProgress {
  readonly files: number;
  readonly allFiles: number;
  /** Moved so far; what was moved twice counts twice. */
  readonly bytes: number;
  readonly allBytes: number;
}

export interface SyncReport {
  readonly from: string;
  readonly to: string;
  readonly dryRun: boolean;
  readonly copied: { readonly files: number; readonly bytes: number };
  readonly deleted: number;
  /** Of a dry run: what the run would ask of stores, besides listings and repeats. */
  readonly requests?: number;
  readonly unchanged: { readonly files: number; readonly bytes: number };
  /** Files of the target that the source does not have, and that were left there. */
  readonly extra: number;
  /** Files whose turn did not come, because the run was stopped or nothing more could succeed. */
  readonly left: number;
  readonly retries: number;
  readonly failures: readonly SyncFailure[];
  /** Id of the version that was recorded; undefined when none was asked for, or not all files are there. */
  readonly version?: string;
  /** Whether the signal ended it before it was done. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/**
 * Makes the second place hold the files of the first one. Each is a folder or the URI of a store. Files that are there
 * with the same content are passed over, each other one is copied whole or not at all, and nothing is deleted unless
 * asked. What a run did not finish, the next one does.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for a source that is not there; INVALID_PARAMETER_VALUE for places of which one
 * lies in the other; what the stores throw when they cannot be listed. A file that fails is told in the report.
 */
export async function syncArtifacts(
  fromPlace: string,
  toPlace: string,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const [from, to] = await Promise.all([
    openSide(fromPlace, options.endpoints),
    openSide(toPlace, options.endpoints),
  ]);
  if (options.paths === undefined) await checkApart(from, to);
  return syncSides(from, to, options);
}

/** As `syncArtifacts`, between places that were opened. */
export async function syncSides(
  from: Side,
  to: Side,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const started = performance.now();
  checkPartSize(options.partSize);
  await checkFolder(from);
  const dryRun = options.dryRun ?? false;
  const state = await openState([from.name, to.name], dryRun);
  try {
    const done = dryRun
      ? announce(from, to, await makePlan(from, to, state, options), options)
      : options.versions && !options.sizeOnly
        ? await pushVersion(from, to, state, options)
        : await carryOut(from, to, await makePlan(from, to, state, options), state, options);
    await state.save();
    const seconds = Math.round(performance.now() - started) / 1_000;
    return { from: from.name, to: to.name, dryRun, ...done, seconds };
  } finally {
    await state.close();
  }
}

async function makePlan(
  from: Side,
  to: Side,
  state: SyncState,
  options: SyncOptions,
  recorder?: Recorder,
): Promise<SyncPlan> {
  const { filters = [], paths, checksum = false, sizeOnly, signal } = options;
  const isWanted = pathFilter(filters);
  const targets = listPaths(to, paths);
  const lookUp = recordedDigests();
  const recorded: typeof lookUp = async (side, file) =>
    side === to && recorder !== undefined ? recorder.recorded(file) : lookUp(side, file);
  const plan = await planSync({
    from: untilAborted(readAhead(listPaths(from, paths)), signal),
    to: untilAborted(recorder === undefined ? targets : recorder.watch(targets), signal),
    isMeant: (path) => isWanted(path) && !isVersionState(path),
    isSame: sameContent(from, to, state, { trustNothing: checksum, sizeOnly, recorded }),
    onSame: recorder?.noteSame,
  });
  if (!options.deleteAll) await checkSource(from, plan);
  checkDeletes(plan, from, options);
  return plan;
}

/** Pushes and records a version. When somebody else pushes meanwhile, it begins anew with what is there then. */
async function pushVersion(
  from: Side,
  to: Side,
  state: SyncState,
  options: SyncOptions,
): Promise<Done> {
  let before: Done | undefined;
  for (let attempt = 1; ; attempt++) {
    const recorder = await openRecorder(from, to, state, options.signal);
    try {
      const plan = await makePlan(from, to, state, options, recorder);
      const done = addUp(before, await carryOut(from, to, plan, state, options, recorder));
      const isLast = attempt === PUSH_ATTEMPTS || done.interrupted;
      if (done.failures.length === 0 && !done.interrupted) {
        const version = await recorder.commit().catch((error) => refuseUnlessLost(error, isLast));
        if (version !== undefined) return { ...done, version };
      } else if (isLast || !done.failures.every(({ errorCode }) => errorCode === "ABORTED")) {
        return done;
      }
      before = done;
    } finally {
      await recorder.close();
    }
    await sleep(Math.random() * 200 * 2 ** attempt, undefined, { signal: options.signal });
  }
}

function refuseUnlessLost(error: unknown, isLast: boolean): undefined {
  const isLost = error instanceof MlrunsError && error.errorCode === "ABORTED";
  if (!isLost || isLast) throw error;
  return undefined;
}

/** What was done in all; what is left is as the last attempt found it. */
export function addUp<Sum extends Pick<Done, "copied" | "deleted" | "retries">>(
  before: Sum | undefined,
  done: Sum,
): Sum {
  if (before === undefined) return done;
  return {
    ...done,
    copied: {
      files: before.copied.files + done.copied.files,
      bytes: before.copied.bytes + done.copied.bytes,
    },
    deleted: before.deleted + done.deleted,
    retries: before.retries + done.retries,
  };
}

/** What every store takes: S3 no part below 5 MiB, Google Cloud no odd sizes, and each is held in memory. */
function checkPartSize(size: number | undefined): void {
  if (size === undefined) return;
  if (size % MEBIBYTE === 0 && size >= 5 * MEBIBYTE && size <= 1_024 * MEBIBYTE) return;
  throw invalidParameter(`A part of ${size} bytes: from 5 MiB to 1 GiB, in whole MiB.`);
}

async function checkSource({ folder, name, artifacts }: Side, plan: SyncPlan): Promise<void> {
  if (folder !== undefined || plan.sourceFiles > 0) return;
  const found = await artifacts.listFolder("");
  if (found.length === 0) throw notFound(`There are no files at '${name}'.`);
}

function checkDeletes(plan: SyncPlan, from: Side, options: SyncOptions): void {
  if (!options.delete || options.deleteAll || plan.sourceFiles > 0 || plan.extras.length === 0) {
    return;
  }
  throw new MlrunsError(
    "INVALID_PARAMETER_VALUE",
    `'${from.name}' has no files: all ${plan.extras.length} of the target would be deleted.`,
    { hint: "If that is meant, say --delete-all." },
  );
}

async function* untilAborted(
  files: AsyncIterable<ArtifactFile>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ArtifactFile> {
  for await (const file of files) {
    if (signal?.aborted) throw new MlrunsError("CANCELLED", "Stopped while the files were listed.");
    yield file;
  }
}
