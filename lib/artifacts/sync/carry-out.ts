import pMap from "p-map";
import { MlrunsError } from "../../errors.ts";
import type { ArtifactFile } from "../artifact-repository.ts";
import { isPassing } from "../store-error.ts";
import type { Recorder } from "../versions/recorder.ts";
import { makePace } from "./pace.ts";
import type { SyncPlan } from "./plan.ts";
import { countRequests } from "./requests.ts";
import type { Side } from "./side.ts";
import type { SyncState } from "./state.ts";
import type { SyncOptions, SyncReport, SyncStep } from "./sync.ts";
import { isHopeless, type SyncFailure, toFailure, transfer } from "./transfer.ts";

/** Files deleted between two looks at the signal. */
const DELETED_AT_ONCE = 1_000;
/** Files kept for older versions at a time, before they are deleted. */
const KEPT_AT_ONCE = 16;

/** What a run did, or would do. */
export type Done = Omit<SyncReport, "from" | "to" | "dryRun" | "seconds">;

/** Tells each step of a plan, and does nothing. */
export function announce(from: Side, to: Side, plan: SyncPlan, options: SyncOptions): Done {
  const deletes = options.delete ? plan.extras : [];
  tellDeletes(deletes, options);
  let bytes = 0;
  for (const { file, reason } of plan.copies) {
    options.onStep?.({ op: "copy", path: file.path, size: file.fileSize ?? 0, reason });
    bytes += file.fileSize ?? 0;
  }
  for (const file of deletes) options.onStep?.(toDelete(file));
  return {
    copied: { files: plan.copies.length, bytes },
    deleted: deletes.length,
    requests: countRequests(plan, from, to, options),
    unchanged: plan.unchanged,
    extra: plan.extras.length - deletes.length,
    left: 0,
    retries: 0,
    failures: [],
    interrupted: false,
  };
}

/** Does what a plan says: all copies, and then, if all of them succeeded, the deletions. */
export async function carryOut(
  from: Side,
  to: Side,
  plan: SyncPlan,
  state: SyncState,
  options: SyncOptions,
  recorder?: Recorder,
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
  const { copied, failures, retries } = await transfer(from, to, plan.copies, state, {
    concurrency: options.concurrency ?? capacity,
    maxErrors: options.maxErrors ?? Number.POSITIVE_INFINITY,
    partSize: options.partSize,
    parts: options.parts,
    durable: options.fsync,
    signal,
    pace: makePace(options.bandwidth, count, signal),
    recorder,
    onFile: ({ path, fileSize }) => {
      files++;
      tell();
      options.onStep?.({ op: "copy", path, size: fileSize ?? 0, reason: reasons.get(path) });
    },
  });
  const isWhole = failures.length === 0 && copied.files === allFiles;
  const removed =
    options.delete && isWhole
      ? await removeExtras(to, plan, signal, options, recorder)
      : { deleted: 0, failures: [] };
  return {
    copied,
    deleted: removed.deleted,
    unchanged: plan.unchanged,
    extra: plan.extras.length - removed.deleted,
    left: allFiles - copied.files - failures.length,
    retries,
    failures: [...failures, ...removed.failures],
    interrupted: signal.aborted,
  };
}

async function removeExtras(
  to: Side,
  { extras }: SyncPlan,
  signal: AbortSignal,
  options: SyncOptions,
  recorder: Recorder | undefined,
): Promise<{ deleted: number; failures: readonly SyncFailure[] }> {
  const failures: SyncFailure[] = [];
  let deleted = 0;
  tellDeletes(extras, options);
  for (let start = 0; start < extras.length && !signal.aborted; start += DELETED_AT_ONCE) {
    const some = extras.slice(start, start + DELETED_AT_ONCE);
    const free = recorder === undefined ? some : await keepAll(some, recorder, failures);
    for (const file of await deleteAll(to, free, failures)) {
      recorder?.noteDelete(file.path);
      options.onStep?.(toDelete(file));
      deleted++;
    }
  }
  return { deleted, failures };
}

/** Before the first of them goes. */
function tellDeletes(files: readonly ArtifactFile[], { onDelete }: SyncOptions): void {
  if (files.length === 0) return;
  const bytes = files.reduce((sum, { fileSize }) => sum + (fileSize ?? 0), 0);
  onDelete?.({ files: files.length, bytes });
}

/** Where not all can go, one after the other, which tells those that stay. @returns those that are gone */
async function deleteAll(
  { artifacts }: Side,
  files: readonly ArtifactFile[],
  failures: SyncFailure[],
): Promise<readonly ArtifactFile[]> {
  const gone: ArtifactFile[] = [];
  const attempt = async (some: readonly ArtifactFile[]): Promise<unknown> => {
    try {
      await artifacts.deleteFiles(some);
      gone.push(...some);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  if ((await attempt(files)) === undefined) return gone;
  for (const [i, file] of files.entries()) {
    const error = await attempt([file]);
    if (error === undefined) continue;
    const meetsAll = (error instanceof MlrunsError && isPassing(error)) || isHopeless(error);
    for (const one of meetsAll ? files.slice(i) : [file]) {
      failures.push(toFailure("delete", one, error, 1));
    }
    if (meetsAll) break;
  }
  return gone;
}

/** Keeps files for older versions. @returns those that were kept, and so may go */
async function keepAll(
  files: readonly ArtifactFile[],
  recorder: Recorder,
  failures: SyncFailure[],
): Promise<readonly ArtifactFile[]> {
  const kept: ArtifactFile[] = [];
  const keep = async (file: ArtifactFile): Promise<void> => {
    try {
      await recorder.keep(file);
      kept.push(file);
    } catch (error) {
      if (!(error instanceof MlrunsError)) throw error;
      failures.push(toFailure("delete", file, error, 1));
    }
  };
  await pMap(files, keep, { concurrency: KEPT_AT_ONCE });
  return kept;
}

function toDelete({ path, fileSize }: ArtifactFile): SyncStep {
  return { op: "delete", path, size: fileSize ?? 0 };
}
