import { createHash, type Hash, hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, utimes } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { pMapIterable } from "p-map";
import { MlrunsError } from "../errors.ts";
import type { Receipt, TransferOptions } from "./artifact-repository.ts";
import type { ContentCache } from "./content-cache.ts";
import { isOfDisk, replaceSmall, replaceWith } from "./local-files.ts";
import type { ObjectStore, StoredObject } from "./object-store.ts";
import { md5Of, printCrc32 } from "./parts.ts";
import { failOnStall } from "./stall.ts";
import { isPassing, storeError } from "./store-error.ts";

const ATTEMPTS = 6;
/** Objects up to this size come in one piece. Bytes. */
const SMALL = 1024 * 1024;
/** Pieces of large objects, of which so many are on their way at a time. Bytes. */
export const RANGE_SIZE: number = 4 * 1024 * 1024;
const RANGES_AT_ONCE = 4;
/** Part of a file this large is kept for the next run. Bytes. */
const WORTH_KEEPING = 16 * 1024 * 1024;

/**
 * Downloads an object into a file, whole or not at all: into a hidden file beside it, checked by length and MD5, moved
 * in place. A torn body goes on where it ended, of the same version of the object.
 *
 * @param name - the object's, for messages
 * @param cache - of what was downloaded before
 * @throws MlrunsError DATA_LOSS when the bytes that came are not those that the store holds
 */
export async function fetchObject(
  store: ObjectStore,
  object: StoredObject,
  localFile: string,
  name: string,
  cache: ContentCache | undefined,
  options: TransferOptions,
): Promise<Receipt> {
  const small = await fetchSmall(store, object, localFile, cache, options);
  if (small !== undefined) return small;
  // A name that tells the version: no two of them are mixed.
  const kept =
    options.journal && object.size >= WORTH_KEEPING
      ? md5Of(Buffer.from(`${object.key}\n${nameOfState(object)}\n${object.size}`)).toString("hex")
      : undefined;
  const digests = await replaceWith(
    localFile,
    (temporary) => fill(store, object, temporary, name, cache, options),
    { name: kept, durable: options.durable },
  );
  // The store's time, which is when it was uploaded: close enough, and the same for everyone.
  if (object.modified !== null) {
    await utimes(localFile, object.modified / 1000, object.modified / 1000);
  }
  if (cache?.takes(object.size)) await cache.keep(object, nameOf(digests), localFile);
  return receiptOf(object, digests);
}

/**
 * Small objects the short way, in one piece. Undefined when there is none, or when what came is not right: then everything
 * begins anew the long way, which knows about retries.
 */
async function fetchSmall(
  store: ObjectStore,
  object: StoredObject,
  localFile: string,
  cache: ContentCache | undefined,
  { signal, pace, wantsSha256, durable }: TransferOptions,
): Promise<Receipt | undefined> {
  if (store.get === undefined || object.size > SMALL) return undefined;
  if ((await cache?.find(object)) !== undefined) return undefined;
  await pace?.(object.size);
  signal?.throwIfAborted();
  const found = await store.get(object.key, whichOf(object));
  if (found?.bytes.length !== object.size) return undefined;
  const isHashed = wantsSha256 === true || object.sha256 !== undefined;
  const digests = {
    md5: hash("md5", found.bytes, "hex"),
    sha256: isHashed ? hash("sha256", found.bytes, "hex") : null,
  };
  if (isOther(digests, object, found.md5)) return undefined;
  await replaceSmall(localFile, found.bytes, object.modified, durable);
  if (cache?.takes(object.size)) await cache.keep(object, digests.md5, localFile);
  return receiptOf(object, digests);
}

/** Says which state of an object is meant. */
function whichOf({ versionId, etag }: StoredObject): { versionId: string } | { etag: string } {
  return versionId === undefined ? { etag } : { versionId };
}

function nameOfState({ versionId, etag }: StoredObject): string {
  return versionId ?? etag;
}

function receiptOf(object: StoredObject, { md5, sha256 }: Digests): Receipt {
  return { md5, sha256, etag: object.etag, isListed: object.md5 === md5 };
}

/** @param told - MD5 that the store told with the bytes */
function isOther(digests: Digests, object: StoredObject, told: string | undefined): boolean {
  return (
    (told !== undefined && told !== digests.md5) ||
    (object.sha256 !== undefined && object.sha256 !== digests.sha256)
  );
}

async function fill(
  store: ObjectStore,
  object: StoredObject,
  temporary: string,
  name: string,
  cache: ContentCache | undefined,
  options: TransferOptions,
): Promise<Digests> {
  const file = await open(temporary, "a+");
  try {
    const cached = (await file.stat()).size === 0 ? await cache?.find(object) : undefined;
    if (cached !== undefined) {
      const target = beginTarget(file, whatIsNamed(cached, object, options));
      if (await fillFrom(cached, target, object, name)) return check(target, object, name);
      await cache?.drop(cached);
      await startAgain(target);
    }
    const isCached = cache?.takes(object.size) ?? false;
    const target = beginTarget(file, await whatToHash(store, object, options, isCached));
    await hashWhatIsThere(target, temporary, object);
    for (let attempt = 1; ; attempt++) {
      try {
        await append(store, object, target, name, options);
        return check(target, object, name);
      } catch (error) {
        if (isOfDisk(error)) throw error;
        const failure = readFailure(error, options.signal, name);
        if (options.signal?.aborted || attempt === ATTEMPTS || !isPassing(failure)) throw failure;
        if (failure.errorCode === "DATA_LOSS") await startAgain(target);
        await sleep(Math.random() * 100 * 2 ** attempt, undefined, { signal: options.signal });
      }
    }
  } finally {
    await file.close();
  }
}

/** Azure's SDK calls it an abort when the connection ends. */
function readFailure(error: unknown, signal: AbortSignal | undefined, name: string): MlrunsError {
  const isCut = error instanceof Error && error.name === "AbortError" && !signal?.aborted;
  if (isCut)
    return new MlrunsError("TEMPORARILY_UNAVAILABLE", `The connection ended within ${name}`);
  return storeError(error, { status: undefined, reason: undefined }, `read ${name}`);
}

/** Takes what was downloaded before. @returns whether it has the object's content */
async function fillFrom(
  cached: string,
  target: Target,
  object: StoredObject,
  name: string,
): Promise<boolean> {
  try {
    for await (const chunk of createReadStream(cached)) await add(target, chunk as Buffer);
    // The user may have written to the file that the cache has a link to.
    return basename(cached).startsWith(nameOf(check(target, object, name)));
  } catch {
    // As good as none.
    return false;
  }
}

/** What the cache calls a file by is compared with it: MD5 has 32 digits, SHA-256 has 64. */
function whatIsNamed(
  cached: string,
  object: StoredObject,
  { wantsSha256 = false }: TransferOptions,
): Wanted {
  const isMd5 = /^[0-9a-f]{32}-/.test(basename(cached));
  const sha256 = !isMd5 || wantsSha256 || object.sha256 !== undefined;
  return { md5: isMd5, sha256, crc32: undefined };
}

async function add(target: Target, bytes: Buffer): Promise<void> {
  // Another thread writes while this one computes.
  const writing = target.file.write(bytes);
  update(target, bytes);
  let { bytesWritten } = await writing;
  while (bytesWritten < bytes.length) {
    bytesWritten += (await target.file.write(bytes.subarray(bytesWritten))).bytesWritten;
  }
  target.length += bytes.length;
}

interface Digests {
  /** Null where the CRC32 stands for it. */
  readonly md5: string | null;
  readonly sha256: string | null;
}

/** Which digests are computed: MD5 takes as long as all the others together, and tells nothing of what came in parts. */
interface Wanted {
  readonly md5: boolean;
  readonly sha256: boolean;
  /** What the store tells of the whole, in base64. */
  readonly crc32: string | undefined;
}

interface Target {
  readonly file: FileHandle;
  readonly wanted: Wanted;
  md5Hash: Hash | undefined;
  sha256Hash: Hash | undefined;
  crc32: number;
  length: number;
  /** MD5, as the store told with the body. */
  md5: string | undefined;
}

async function append(
  store: ObjectStore,
  object: StoredObject,
  target: Target,
  name: string,
  { signal, pace }: TransferOptions,
): Promise<void> {
  if (target.length >= object.size && object.size > 0) return;
  if (await appendRanges(store, object, target, pace, signal)) return;
  const start = target.length;
  const opened = await store.open(object.key, {
    ...(start && { start }),
    ...whichOf(object),
    signal,
  });
  target.md5 = opened.md5;
  for await (const chunk of failOnStall(opened.body, name)) {
    const bytes = chunk as Buffer;
    await pace?.(bytes.length);
    signal?.throwIfAborted();
    if (target.length + bytes.length > object.size) {
      throw new MlrunsError("DATA_LOSS", `More bytes came than ${name} has`);
    }
    await add(target, bytes);
  }
  if (target.length < object.size) {
    throw new MlrunsError("TEMPORARILY_UNAVAILABLE", `The connection ended within ${name}`);
  }
}

/**
 * Fetches a large object in pieces, some of which are under way while one is written.
 *
 * @returns whether that was the short way to all of it; what came is written also when not
 */
async function appendRanges(
  store: ObjectStore,
  object: StoredObject,
  target: Target,
  pace: TransferOptions["pace"],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { key, size } = object;
  const { get } = store;
  if (get === undefined || size - target.length < RANGE_SIZE) return false;
  const count = Math.ceil((size - target.length) / RANGE_SIZE);
  const starts = Array.from({ length: count }, (_, i) => target.length + i * RANGE_SIZE);
  const free: Buffer[] = [];
  const pieces = pMapIterable(
    starts,
    async (start) => {
      const end = Math.min(start + RANGE_SIZE, size) - 1;
      await pace?.(end + 1 - start);
      signal?.throwIfAborted();
      const into = free.pop() ?? Buffer.allocUnsafeSlow(RANGE_SIZE);
      const piece = await get(key, { ...whichOf(object), start, end, into });
      return piece?.bytes.length === end + 1 - start ? { bytes: piece.bytes, into } : undefined;
    },
    { concurrency: RANGES_AT_ONCE },
  );
  for await (const piece of pieces) {
    if (piece === undefined) return false;
    await add(target, piece.bytes);
    free.push(piece.into);
  }
  return true;
}

function check(target: Target, object: StoredObject, name: string): Digests {
  const md5 = target.md5Hash?.copy().digest("hex") ?? null;
  const sha256 = target.sha256Hash?.copy().digest("hex") ?? null;
  const { crc32 } = target.wanted;
  const isRight = crc32 === undefined || crc32 === printCrc32(target.crc32);
  if (isRight && !isOther({ md5, sha256 }, object, target.md5)) return { md5, sha256 };
  throw new MlrunsError("DATA_LOSS", `Other bytes came than ${name} has: MD5 ${md5}`);
}

async function whatToHash(
  store: ObjectStore,
  object: StoredObject,
  { wantsSha256 = false }: TransferOptions,
  isCached: boolean,
): Promise<Wanted> {
  const crc32 = object.parts === undefined ? undefined : await store.checksum?.(object);
  const isQuick = crc32 !== undefined;
  const sha256 = wantsSha256 || object.sha256 !== undefined || (isQuick && isCached);
  return { md5: !isQuick, sha256, crc32 };
}

function beginTarget(file: FileHandle, wanted: Wanted): Target {
  return { file, wanted, length: 0, md5: undefined, ...beginHashes(wanted) };
}

function beginHashes({ md5, sha256 }: Wanted): Pick<Target, "md5Hash" | "sha256Hash" | "crc32"> {
  return {
    md5Hash: md5 ? createHash("md5") : undefined,
    sha256Hash: sha256 ? createHash("sha256") : undefined,
    crc32: 0,
  };
}

function update(target: Target, bytes: Buffer): void {
  target.md5Hash?.update(bytes);
  target.sha256Hash?.update(bytes);
  if (target.wanted.crc32 !== undefined) target.crc32 = crc32(bytes, target.crc32);
}

/** What the cache calls content by. */
function nameOf({ md5, sha256 }: Digests): string {
  return md5 ?? sha256 ?? "";
}

async function hashWhatIsThere(
  target: Target,
  temporary: string,
  object: StoredObject,
): Promise<void> {
  const { size } = await target.file.stat();
  if (size > object.size) return startAgain(target);
  if (size === 0) return;
  for await (const chunk of createReadStream(temporary)) update(target, chunk as Buffer);
  target.length = size;
}

async function startAgain(target: Target): Promise<void> {
  await target.file.truncate(0);
  Object.assign(target, beginHashes(target.wanted));
  target.length = 0;
}
