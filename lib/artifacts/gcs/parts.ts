import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bucket, FileMetadata } from "@google-cloud/storage";
import type { Receipt, TransferOptions } from "../artifact-repository.ts";
import type { FileSource } from "../object-store.ts";
import { partSizeOf, readParts } from "../parts.ts";
import { isPassing, storeError } from "../store-error.ts";
import { ask, checkMd5, chunkSize, conditionOf, gcsContentType } from "./objects.ts";

const ATTEMPTS = 6;

/** Bytes that the service has so far; at the end what it made of them. */
interface Progress {
  readonly offset: number;
  readonly metadata?: FileMetadata;
}

/**
 * Uploads a large file in chunks, in the service's resumable protocol: a session takes one chunk after the other, and
 * tells how much it has. With a journal, a later process goes on with the session.
 *
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export async function putGcsParts(
  bucket: Bucket,
  key: string,
  source: FileSource,
  options: TransferOptions,
): Promise<Receipt> {
  const name = `gs://${bucket.name}/${key}`;
  const { journal, signal, pace, wantsSha256 } = options;
  const resumed = await resume(key, source, options, name);
  const session = resumed?.session ?? (await begin(bucket, key, source, options));
  let progress: Progress = resumed ?? { offset: 0 };
  const hash = createHash("md5");
  const sha256 = wantsSha256 ? createHash("sha256") : undefined;
  const chunk = chunkSizeOf(source.size, options.partSize);
  const parts = readParts(source, chunk, (bytes) => {
    hash.update(bytes);
    sha256?.update(bytes);
  });
  for await (const { index, bytes } of parts) {
    const start = index * chunk;
    while (progress.offset < start + bytes.length) {
      signal?.throwIfAborted();
      const rest = bytes.subarray(progress.offset - start);
      await pace?.(rest.length);
      progress = await send(session, rest, progress.offset, source.size, name, signal);
    }
  }
  await journal?.set(key, undefined);
  const md5 = hash.digest();
  checkMd5(progress.metadata ?? {}, md5, name);
  const etag = String(progress.metadata?.generation ?? "");
  return {
    md5: md5.toString("hex"),
    sha256: sha256?.digest("hex") ?? null,
    etag,
    isListed: true,
  };
}

function chunkSizeOf(size: number, wanted: number | undefined): number {
  if (wanted !== undefined) return partSizeOf(size, wanted);
  return chunkSize("MLFLOW_GCS_UPLOAD_CHUNK_SIZE") ?? partSizeOf(size);
}

async function begin(
  bucket: Bucket,
  key: string,
  source: FileSource,
  { journal, replaces, partSize }: TransferOptions,
): Promise<string> {
  const settings = {
    metadata: { contentType: gcsContentType(key) },
    preconditionOpts: conditionOf(replaces),
  };
  const [session] = await ask(`begin to write gs://${bucket.name}/${key}`, () =>
    bucket.file(key).createResumableUpload(settings),
  );
  const { size, mtimeMs } = source;
  await journal?.set(key, { id: session, partSize: chunkSizeOf(size, partSize), size, mtimeMs });
  return session;
}

async function resume(
  key: string,
  source: FileSource,
  { journal, signal }: TransferOptions,
  name: string,
): Promise<(Progress & { session: string }) | undefined> {
  const begun = journal?.get(key);
  if (begun === undefined) return undefined;
  if (begun.size !== source.size || begun.mtimeMs !== source.mtimeMs) return undefined;
  const progress = await askSession(begun.id, source.size, name, signal);
  // A session that is over, or unknown after a week, is of no use.
  if (progress === undefined || progress.offset >= source.size) return undefined;
  return { ...progress, session: begun.id };
}

/** Sends a chunk; after a failure asks how much of it came through. */
async function send(
  session: string,
  bytes: Buffer,
  offset: number,
  size: number,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Progress> {
  const range = `bytes ${offset}-${offset + bytes.length - 1}/${size}`;
  for (let attempt = 1; ; attempt++) {
    try {
      return await put(session, range, bytes, size, signal);
    } catch (error) {
      const failure = storeError(error, statusOf(error), `write ${name}`);
      if (attempt === ATTEMPTS || signal?.aborted || !isPassing(failure)) throw failure;
      await sleep(Math.random() * 200 * 2 ** attempt, undefined, { signal });
      const progress = await askSession(session, size, name, signal).catch(() => undefined);
      if (progress !== undefined && progress.offset !== offset) return progress;
    }
  }
}

/** How much a session has; undefined when the service does not know it any more. */
async function askSession(
  session: string,
  size: number,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Progress | undefined> {
  try {
    return await put(session, `bytes */${size}`, Buffer.alloc(0), size, signal);
  } catch (error) {
    const { status } = statusOf(error);
    if (status === 404 || status === 410) return undefined;
    throw storeError(error, { status, reason: undefined }, `resume ${name}`);
  }
}

async function put(
  session: string,
  range: string,
  bytes: Buffer,
  size: number,
  signal: AbortSignal | undefined,
): Promise<Progress> {
  const timeout = AbortSignal.timeout(120_000);
  const answer = await fetch(session, {
    method: "PUT",
    headers: { "content-range": range },
    body: new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    redirect: "manual",
  });
  const said = await answer.text();
  if (answer.status === 308) {
    const end = /^bytes=0-(\d+)$/.exec(answer.headers.get("range") ?? "")?.[1];
    return { offset: end === undefined ? 0 : Number(end) + 1 };
  }
  if (answer.ok) return { offset: size, metadata: JSON.parse(said) as FileMetadata };
  throw Object.assign(new Error(said.slice(0, 200)), { status: answer.status });
}

function statusOf(error: unknown): { status: number | undefined; reason: undefined } {
  return { status: (error as { status?: number }).status, reason: undefined };
}
