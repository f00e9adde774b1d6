import { stat } from "node:fs/promises";
import { MlrunsError, notFound } from "../../errors.ts";
import type { ArtifactFile } from "../artifact-repository.ts";
import { type FilterRule, pathFilter } from "./filter.ts";
import { makePace } from "./pace.ts";
import { planSync, type Reason, type SyncPlan } from "./plan.ts";
import { sameContent } from "./same.ts";
import { openSide, type Side } from "./side.ts";
import { openState, type SyncState } from "./state.ts";
import { type SyncFailure, transfer } from "./transfer.ts";

/** Files deleted between two looks at the signal. */
const DELETED_AT_ONCE = 1_000;

export interface SyncOptions {
  /** Only says what would be done: nothing is written, also no state. */
  readonly dryRun?: boolean;
  /** Removes files of the target that the source does not have, when all copies have succeeded. */
  readonly delete?: boolean;
  /** Lets `delete` remove everything, because the source is empty. */
  readonly deleteAll?: boolean;
  /** Which paths are meant, the last rule that fits decides. What is not meant is neither copied nor deleted. */
  readonly filters?: readonly FilterRule[];
  /** Small files moved at a time. */
  readonly concurrency?: number;
  /** Bytes a second, both ways together. */
  readonly bandwidth?: number;
  /** Failed files after which the run ends. */
  readonly maxErrors?: number;
  /** Reads every local file again instead of trusting its size, times and inode. */
  readonly checksum?: boolean;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: SyncStep) => void;
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
  readonly unchanged: { readonly files: number; readonly bytes: number };
  /** Files of the target that the source does not have, and that were left there. */
  readonly extra: number;
  readonly retries: number;
  readonly failures: readonly SyncFailure[];
  /** Whether the signal ended it before it was done. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/**
 * Makes the second place hold the files of the first one. Each is a folder or the URI of a store. Files that are there
 * with the same content are passed over, each other one is copied whole or not at all, and nothing is deleted unless
 * asked. What a run did not finish, the next one does.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for a source that is not there; what the stores throw when they cannot be
 * listed. A file that fails is told in the report.
 */
export async function syncArtifacts(
  fromPlace: string,
  toPlace: string,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const started = performance.now();
  const [from, to] = await Promise.all([openSide(fromPlace), openSide(toPlace)]);
  await checkFolder(from);
  const dryRun = options.dryRun ?? false;
  const state = await openState([from.name, to.name], dryRun);
  try {
    const plan = await makePlan(from, to, state, options);
    if (!options.deleteAll) await checkSource(from, plan);
    checkDeletes(plan, from, options);
    const done = dryRun ? announce(plan, options) : await carryOut(from, to, plan, state, options);
    await state.save();
    return {
      from: from.name,
      to: to.name,
      dryRun,
      ...done,
      unchanged: plan.unchanged,
      extra: plan.extras.length - done.deleted,
      seconds: Math.round(performance.now() - started) / 1_000,
    };
  } finally {
    await state.close();
  }
}

async function makePlan(
  from: Side,
  to: Side,
  state: SyncState,
  { filters = [], checksum = false, signal }: SyncOptions,
): Promise<SyncPlan> {
  return planSync({
    from: untilAborted(from.artifacts.list(""), signal),
    to: untilAborted(to.artifacts.list(""), signal),
    isMeant: pathFilter(filters),
    isSame: sameContent(from, to, state, { trustNothing: checksum }),
  });
}

type Done = Pick<SyncReport, "copied" | "deleted" | "retries" | "failures" | "interrupted">;

function announce(plan: SyncPlan, options: SyncOptions): Done {
  let bytes = 0;
  for (const { file, reason } of plan.copies) {
    options.onStep?.({ op: "copy", path: file.path, size: file.fileSize ?? 0, reason });
    bytes += file.fileSize ?? 0;
  }
  const deletes = options.delete ? plan.extras : [];
  for (const file of deletes) options.onStep?.(toDelete(file));
  return {
    copied: { files: plan.copies.length, bytes },
    deleted: deletes.length,
    retries: 0,
    failures: [],
    interrupted: false,
  };
}

async function carryOut(
  from: Side,
  to: Side,
  plan: SyncPlan,
  state: SyncState,
  options: SyncOptions,
): Promise<Done> {
  const signal = options.signal ?? new AbortController().signal;
  const allFiles = plan.copies.length;
  const allBytes = plan.copies.reduce((sum, { file }) => sum + (file.fileSize ?? 0), 0);
  const reasons = new Map(plan.copies.map(({ file, reason }) => [file.path, reason]));
  let files = 0;
  let bytes = 0;
  const tell = (): void => options.onProgress?.({ files, allFiles, bytes, allBytes });
  const count = (moved: number): void => {
    bytes += moved;
    tell();
  };
  const capacity = Math.max(
    from.artifacts.capabilities.transfers,
    to.artifacts.capabilities.transfers,
  );
  const result = await transfer(from, to, plan.copies, state, {
    concurrency: options.concurrency ?? capacity,
    maxErrors: options.maxErrors ?? Number.POSITIVE_INFINITY,
    signal,
    pace: makePace(options.bandwidth, count, signal),
    onFile: ({ path, fileSize }) => {
      files++;
      tell();
      options.onStep?.({ op: "copy", path, size: fileSize ?? 0, reason: reasons.get(path) });
    },
  });
  const isWhole = result.failures.length === 0 && result.copied.files === allFiles;
  const deleted = options.delete && isWhole ? await removeExtras(to, plan, signal, options) : 0;
  return { ...result, deleted, interrupted: signal.aborted };
}

async function removeExtras(
  to: Side,
  { extras }: SyncPlan,
  signal: AbortSignal,
  { onStep }: SyncOptions,
): Promise<number> {
  let deleted = 0;
  while (deleted < extras.length && !signal.aborted) {
    const some = extras.slice(deleted, deleted + DELETED_AT_ONCE);
    await to.artifacts.deleteFiles(some.map(({ path }) => path));
    for (const file of some) onStep?.(toDelete(file));
    deleted += some.length;
  }
  return deleted;
}

/** A source that is not there is a mistake in its name, not an order to do nothing. */
async function checkFolder({ folder, name }: Side): Promise<void> {
  if (folder === undefined) return;
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw notFound(`No such folder: '${name}'`);
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

function toDelete({ path, fileSize }: ArtifactFile): SyncStep {
  return { op: "delete", path, size: fileSize ?? 0 };
}
