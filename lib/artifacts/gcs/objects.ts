import { setTimeout as sleep } from "node:timers/promises";
import type { FileMetadata } from "@google-cloud/storage";
import { invalidParameter, MlrunsError } from "../../errors.ts";
import { contentTypeOf } from "../content-type.ts";
import type { StoredObject } from "../object-store.ts";
import { environment, silenceLimit } from "../sdk.ts";
import { withinTime } from "../stall.ts";
import { type ErrorFacts, isPassing, storeError, storeFault } from "../store-error.ts";

/** Tries of a request that is not answered. */
const ATTEMPTS = 3;
/** Tries of a request that fails. */
const TRIES = 6;
/** How long a request may take, as in Google's Python client. Milliseconds. */
const TIMEOUT_MS = 60_000;

/** MLflow's content type: guessed from the name, and never an encoding. */
export function gcsContentType(key: string): string {
  return contentTypeOf(key).type ?? "application/octet-stream";
}

/**
 * Asks the SDK, and again when it does not answer: on an answer that is cut within its body, all its methods wait for
 * ever, and its own retries, which are for all other failures, never come.
 *
 * @param doing - for messages, such as `list gs://bucket/path`
 */
export async function ask<Value>(doing: string, request: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withinTime(request(), doing, requestTimeout());
    } catch (error) {
      const isStall = error instanceof MlrunsError && error.errorCode === "TEMPORARILY_UNAVAILABLE";
      if (!isStall || attempt === ATTEMPTS) throw storeError(error, factsOf(error), doing);
    }
  }
}

/**
 * As `ask`, for a request that the SDK sends once: it is repeated after any failure that may pass.
 *
 * @param bytes - that it sends, beside others, over what may be a slow line
 */
export async function askAgain<Value>(
  doing: string,
  request: () => Promise<Value>,
  { signal, bytes }: { readonly signal: AbortSignal | undefined; readonly bytes: number },
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await withinTime(request(), doing, requestTimeout() + bytes / SLOWEST);
    } catch (error) {
      const failure = storeError(error, factsOf(error), doing);
      if (attempt === TRIES || signal?.aborted || !isPassing(failure)) throw failure;
      await sleep(Math.random() * 200 * 2 ** attempt, undefined, { signal });
    }
  }
}

/** Lets a write fail when something else than expected would be replaced. */
export function conditionOf(replaces: string | null | undefined): { ifGenerationMatch?: number } {
  // A generation has 16 digits: a number holds it.
  return replaces === undefined ? {} : { ifGenerationMatch: Number(replaces ?? 0) };
}

/** Chunks are whole multiples of it. Bytes. */
const CHUNK_UNIT = 256 * 1024;

/**
 * Bytes, by one of MLflow's variables; undefined where it is not set.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it says what the service does not take
 */
export function chunkSize(variable: string): number | undefined {
  const told = environment(variable);
  if (told === undefined) return undefined;
  const chunk = Number(told);
  if (chunk > 0 && chunk % CHUNK_UNIT === 0) return chunk;
  throw invalidParameter(`${variable} is '${told}': no multiple of ${CHUNK_UNIT}.`);
}

/** Bytes a millisecond, of each of many uploads at a time. */
const SLOWEST = 16;

/** Milliseconds. */
export function requestTimeout(): number {
  return silenceLimit(TIMEOUT_MS);
}

/** What the SDK's error tells: `code` is an HTTP status, or the name of a network error. */
export function factsOf(error: unknown): ErrorFacts {
  const { code, errors } = error as { code?: unknown; errors?: readonly { reason?: string }[] };
  return { status: typeof code === "number" ? code : undefined, reason: errors?.[0]?.reason };
}

/** The generation stands for the ETag: it changes with each write, and a read can name it. */
export function toStoredObject(metadata: FileMetadata): StoredObject {
  const { md5Hash, updated } = metadata;
  return {
    key: metadata.name ?? "",
    size: Number(metadata.size ?? 0),
    modified: updated === undefined ? null : Date.parse(updated),
    ...(md5Hash === undefined ? {} : { md5: Buffer.from(md5Hash, "base64").toString("hex") }),
    etag: String(metadata.generation ?? ""),
  };
}

/** @throws MlrunsError DATA_LOSS when what the store says it holds is not what was sent */
export function checkMd5(metadata: FileMetadata, md5: Buffer, name: string): void {
  const { md5Hash } = metadata;
  const sent = md5.toString("base64");
  if (md5Hash === undefined || md5Hash === sent) return;
  throw storeFault(`${name} is not what was sent: MD5 ${md5Hash}, not ${sent}`);
}
