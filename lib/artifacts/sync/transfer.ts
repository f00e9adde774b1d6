import { setMaxListeners } from "node:events";
import { accessSync, constants, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import { compareText } from "../../entities/record.ts";
import { type ErrorCode, MlrunsError } from "../../errors.ts";
import { makeTemporaryFolder } from "../../state/temporary-folder.ts";
import type { ArtifactFile, Receipt, TransferOptions } from "../artifact-repository.ts";
import { isPassing, StoreError } from "../store-error.ts";
import type { Recorder } from "../versions/recorder.ts";
import type { Copy } from "./plan.ts";
import { isSettled, rememberDigest } from "./same.ts";
import type { Side } from "./side.ts";
import type { SyncState } from "./state.ts";
import { openCopyWithin } from "./within-store.ts";

/** Files from this size on move a few at a time, each of them in parts. Bytes. */
const LARGE = 16 * 1024 * 1024;
const LARGE_AT_ONCE = 2;
const ATTEMPTS = 4;
/** Files of a run that are tried again before it gives in: a store that refuses all is not asked for ever. */
const RETRY_BUDGET = 200;
/** What was learned is written down this often, for a run that is killed. Milliseconds. */
const SAVE_MS = 10_000;

/** What the file system of this machine says. */
const CODES_OF_FILES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: "RESOURCE_DOES_NOT_EXIST",
  EACCES: "PERMISSION_DENIED",
  EPERM: "PERMISSION_DENIED",
  EROFS: "PERMISSION_DENIED",
  ENAMETOOLONG: "INVALID_PARAMETER_VALUE",
  ENOSPC: "RESOURCE_EXHAUSTED",
  EDQUOT: "RESOURCE_EXHAUSTED",
  EFBIG: "RESOURCE_EXHAUSTED",
};

/** A file that was not moved or deleted. */
export interface SyncFailure {
  readonly path: string;
  readonly op: "copy" | "delete";
  readonly errorCode: ErrorCode;
  /** HTTP status of the store's answer; null when there was none. */
  readonly status: number | null;
  /** The store's own word, such as `AccessDenied`, or the system's, such as `ENOSPC`; null when there is none. */
  readonly code: string | null;
  readonly message: string;
  readonly attempts: number;
}

export interface TransferSettings extends Pick<TransferOptions, "partSize" | "parts" | "durable"> {
  readonly concurrency: number;
  readonly maxErrors: number;
  readonly signal: AbortSignal;
  readonly pace: (bytes: number) => Promise<void>;
  readonly onFile: (file: ArtifactFile) => void;
  readonly recorder?: Recorder;
}

export interface TransferResult {
  readonly copied: { files: number; bytes: number };
  readonly failures: readonly SyncFailure[];
  readonly retries: number;
}

/** Copies files from one side to the other, many small ones beside a few large ones, and goes on after one that fails. */
export async function transfer(
  from: Side,
  to: Side,
  copies: readonly Copy[],
  state: SyncState,
  settings: TransferSettings,
): Promise<TransferResult> {
  const copied = { files: 0, bytes: 0 };
  const failures: SyncFailure[] = [];
  let retries = 0;
  let savedAt = Date.now();
  // A version names what it holds by a digest, for which the bytes have to come here.
  const within = settings.recorder === undefined ? await openCopyWithin(from, to) : undefined;
  const stop = new AbortController();
  const signal = AbortSignal.any([settings.signal, stop.signal]);
  // Each file under way listens to it.
  setMaxListeners(0, signal, settings.signal);

  const attempt = async (copy: Copy): Promise<void> => {
    const { file } = copy;
    for (let attempts = 1; !signal.aborted; attempts++) {
      try {
        const options = { ...settings, signal, journal: state.journal };
        if (within !== undefined) await within(file);
        else if (settings.recorder === undefined) await copyFile(from, to, file, state, options);
        else await copyRecorded(from, to, copy, state, settings.recorder, options);
        copied.files++;
        copied.bytes += file.fileSize ?? 0;
        settings.onFile(file);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const mayPass = error instanceof MlrunsError && isPassing(error);
        if (!mayPass || attempts === ATTEMPTS || retries >= RETRY_BUDGET) {
          failures.push(toFailure("copy", file, error, attempts));
          if (failures.length >= settings.maxErrors || isHopeless(error)) stop.abort();
          return;
        }
        retries++;
        await sleep(Math.random() * 250 * 2 ** attempts, undefined, { signal }).catch(() => {});
      }
    }
  };
  const save = async (): Promise<void> => {
    if (Date.now() - savedAt < SAVE_MS) return;
    savedAt = Date.now();
    await state.save();
  };
  const lane = (files: readonly Copy[], concurrency: number): Promise<unknown> =>
    pMap(files, (copy) => attempt(copy).then(save), { concurrency });

  const isLarge = ({ file }: Copy): boolean => (file.fileSize ?? 0) >= LARGE;
  await Promise.all([
    lane(copies.filter(isLarge), LARGE_AT_ONCE),
    lane(
      copies.filter((copy) => !isLarge(copy)),
      settings.concurrency,
    ),
  ]);
  failures.sort((a, b) => compareText(a.path, b.path));
  return { copied, failures, retries };
}

/** What is overwritten is kept first, and only that is overwritten. */
async function copyRecorded(
  from: Side,
  to: Side,
  { file, replaced }: Copy,
  state: SyncState,
  recorder: Recorder,
  options: TransferOptions,
): Promise<void> {
  if (replaced !== undefined) await recorder.keep(replaced);
  const replaces = to.artifacts.capabilities.checksReplaced ? (replaced?.etag ?? null) : undefined;
  const settings = { ...options, replaces, wantsSha256: true };
  await recorder.noteCopy(file, await copyFile(from, to, file, state, settings));
}

async function copyFile(
  from: Side,
  to: Side,
  file: ArtifactFile,
  state: SyncState,
  options: TransferOptions,
): Promise<Receipt> {
  const { path } = file;
  if (from.folder !== undefined) {
    const local = join(from.folder, path);
    // Throws the reason why it could not be looked at.
    if (file.fileSize === null) accessSync(local, constants.R_OK);
    const before = statSync(local);
    const receipt = await to.artifacts.upload(local, path, options);
    if (isSettled(before)) {
      const { md5, sha256 } = receipt;
      if (md5 !== null) rememberDigest(state, local, before, md5);
      else if (sha256 !== null) rememberDigest(state, local, before, sha256, "sha256");
    }
    bind(state, path, receipt);
    return receipt;
  }
  if (to.folder !== undefined) {
    const local = join(to.folder, path);
    const receipt = await from.artifacts.download(path, local, { ...options, listed: file });
    bind(state, path, receipt);
    return receipt;
  }
  return copyThroughFile(from, to, file, options);
}

/** Between two stores a file passes through this machine, whole, so that both halves are checked. */
async function copyThroughFile(
  from: Side,
  to: Side,
  file: ArtifactFile,
  options: TransferOptions,
): Promise<Receipt> {
  const { signal, pace } = options;
  const folder = makeTemporaryFolder("sync");
  try {
    const local = join(folder, "content");
    await from.artifacts.download(file.path, local, { signal, pace, listed: file });
    // A journal would name a file that is gone by then.
    return await to.artifacts.upload(local, file.path, { ...options, journal: undefined });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Notes a digest of a stored file where its store does not tell the MD5. */
function bind(state: SyncState, path: string, { md5, sha256, etag, isListed }: Receipt): void {
  const { bindings } = state.knowledge;
  const isKnown = etag === null || isListed || (md5 ?? sha256) === null;
  if (isKnown && bindings[path] === undefined) return;
  if (isKnown) delete bindings[path];
  else bindings[path] = { etag, ...(md5 !== null ? { md5 } : sha256 !== null && { sha256 }) };
  state.touch();
}

/** What a store answered, or the system: as failures tell it. */
export function answerOf(error: unknown): Pick<SyncFailure, "status" | "code"> {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof StoreError) {
    return { status: error.status ?? null, code: error.reason || null };
  }
  return { status: null, code: code ?? null };
}

export function toFailure(
  op: SyncFailure["op"],
  { path }: ArtifactFile,
  error: unknown,
  attempts: number,
): SyncFailure {
  const { code = "" } = error as NodeJS.ErrnoException;
  const errorCode =
    error instanceof MlrunsError ? error.errorCode : (CODES_OF_FILES[code] ?? "INTERNAL_ERROR");
  const message = error instanceof Error ? error.message : String(error);
  return { path, op, errorCode, ...answerOf(error), message, attempts };
}

/** With these no other file would fare better. */
export function isHopeless(error: unknown): boolean {
  const code = error instanceof MlrunsError ? error.errorCode : (error as { code?: string }).code;
  return code === "UNAUTHENTICATED" || code === "ENOSPC" || code === "EDQUOT";
}
