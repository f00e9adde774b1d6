import { createHash, hash } from "node:crypto";
import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { changedMeanwhile } from "./local-files.ts";
import type { Content, FileSource } from "./object-store.ts";

const MEBIBYTE = 1024 * 1024;
/** Parts are this large unless somebody says otherwise, or there would be too many. Bytes. */
const USUAL_PART = 16 * MEBIBYTE;
/** Files up to this size are read at once. Bytes. */
const SMALL = MEBIBYTE / 4;
/** The most parts that S3 takes in an upload. */
const MOST_PARTS = 10_000;

/** What other tools take: rclone 5 MiB, MLflow's boto3 and the AWS command line 8, s5cmd 50, others 16, 32 or 64. */
const USUAL_PARTS = [5, 8, 16, 32, 50, 64].map((size) => size * MEBIBYTE);

/**
 * Parts of one file sent at a time unless somebody says otherwise: a process that is killed has to send no more than one of each
 * file again. The next one is read meanwhile, which keeps a store as busy as several at a time do.
 */
export const PARTS_IN_FLIGHT = 1;

export interface Part {
  /** From 0. */
  readonly index: number;
  readonly bytes: Buffer;
  /** Computed when it is asked for: it takes longer than all else that is done with a part. */
  readonly md5: () => Buffer;
}

/** The size of a file's parts, a whole number of MiB: the same for the same size of file, so that digests compare. */
export function partSizeOf(size: number, wanted: number = USUAL_PART): number {
  return Math.max(wanted, Math.ceil(size / MOST_PARTS / MEBIBYTE) * MEBIBYTE);
}

/** The sizes of parts that a file of this size may have come in: from the MD5 of its parts' MD5s it can be known again. */
export function usualPartSizes(size: number): number[] {
  return [...new Set([partSizeOf(size), ...USUAL_PARTS])];
}

/**
 * Reads a file part by part; the caller holds as many as it takes before the next.
 *
 * @param onPart - told of each part's bytes in order
 * @throws MlrunsError ABORTED when the file is no longer what `source` says: the last part is not handed out
 */
export async function* readParts(
  source: FileSource,
  partSize: number,
  onPart: (bytes: Buffer) => void = () => undefined,
): AsyncGenerator<Part> {
  const file = await open(source.localFile);
  try {
    for (let index = 0; index * partSize < source.size; index++) {
      const length = Math.min(partSize, source.size - index * partSize);
      const bytes = await readExactly(file, index * partSize, length, source);
      // Before the last part is handed out: with it, some stores show the file.
      if (index * partSize + length === source.size) await checkUnchanged(file, source);
      onPart(bytes);
      yield { index, bytes, md5: () => md5Of(bytes) };
    }
  } finally {
    await file.close();
  }
}

/** Reads a file whole. @throws MlrunsError ABORTED when it is not what `source` says */
export async function readWhole(source: FileSource): Promise<Buffer> {
  if (source.size <= SMALL) return readSmall(source);
  const file = await open(source.localFile);
  try {
    const bytes = await readExactly(file, 0, source.size, source);
    await checkUnchanged(file, source);
    return bytes;
  } finally {
    await file.close();
  }
}

/** At once: handing each step to another thread takes longer than the step. */
function readSmall(source: FileSource): Buffer {
  const file = openSync(source.localFile, "r");
  try {
    const bytes = Buffer.allocUnsafe(source.size);
    const length = readSync(file, bytes, 0, source.size, 0);
    const { size, mtimeMs } = fstatSync(file);
    if (length < source.size || size !== source.size || mtimeMs !== source.mtimeMs) {
      throw changedMeanwhile(source.localFile);
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

export function md5Of(bytes: Buffer): Buffer {
  return hash("md5", bytes, "buffer");
}

/** A CRC32 as S3 writes it: in base64. */
export function printCrc32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString("base64");
}

/** Bytes with their digests. */
export function contentOf(bytes: Buffer): Content {
  return { bytes, md5: md5Of(bytes), sha256: hash("sha256", bytes, "buffer") };
}

/** The MD5 of the parts' MD5s in hex, as S3 tells it of a file that was uploaded in parts. */
export async function md5OfParts(file: string, partSize: number): Promise<string> {
  const whole = createHash("md5");
  let part = createHash("md5");
  let left = partSize;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    let bytes = chunk as Buffer;
    while (bytes.length >= left) {
      whole.update(part.update(bytes.subarray(0, left)).digest());
      bytes = bytes.subarray(left);
      part = createHash("md5");
      left = partSize;
    }
    part.update(bytes);
    left -= bytes.length;
  }
  if (left < partSize) whole.update(part.digest());
  return whole.digest("hex");
}

async function readExactly(
  file: FileHandle,
  position: number,
  length: number,
  source: FileSource,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw changedMeanwhile(source.localFile);
    filled += bytesRead;
  }
  return bytes;
}

async function checkUnchanged(file: FileHandle, source: FileSource): Promise<void> {
  const stat = await file.stat();
  if (stat.size !== source.size || stat.mtimeMs !== source.mtimeMs) {
    throw changedMeanwhile(source.localFile);
  }
}
