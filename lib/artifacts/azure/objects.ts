import type { ContainerClient } from "@azure/storage-blob";
import { MlrunsError } from "../../errors.ts";
import type { StoredObject } from "../object-store.ts";
import { silenceLimit } from "../sdk.ts";
import { withinTime } from "../stall.ts";
import { type ErrorFacts, storeError, storeFault } from "../store-error.ts";

/** MLflow guesses no type for Azure. */
export const CONTENT_TYPE = "application/octet-stream";

interface BlobFacts {
  readonly contentLength?: number;
  readonly lastModified?: Date;
  readonly contentMD5?: Uint8Array;
  readonly etag?: string;
}

/** A blob's name for messages, without the token that the client's URL may hold. */
export function nameIn(container: ContainerClient, key: string): string {
  return `azure://${container.containerName}/${key} of ${container.accountName}`;
}

/** Lets a write fail when something else than expected would be replaced. */
export function conditionOf(replaces: string | null | undefined): {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
} {
  if (replaces === undefined) return {};
  return replaces === null ? { ifNoneMatch: "*" } : { ifMatch: replaces };
}

/** Makes of a failed request an error for the reader. */
export function failed(doing: string): (error: unknown) => never {
  return (error) => {
    throw storeError(error, factsOf(error), doing);
  };
}

/** How long a request may take, as MLflow has it; those that carry no files, less. Milliseconds. */
const LONG_MS = 600_000;
const SHORT_MS = 60_000;
/** Tries of a request that is not answered. */
const ATTEMPTS = 3;

/**
 * Asks the SDK, and again when it does not answer: its own tries are for all other failures. The limit that it can be given is
 * one for the service to heed, and on a connection that is silent it waits for ever.
 *
 * @param doing - for messages, such as `list azure://container/path`
 * @param request - is told by the signal that nobody waits for it any more
 */
export async function ask<Value>(
  doing: string,
  request: (signal: AbortSignal) => Promise<Value>,
  { signal, isLong = false }: { readonly signal?: AbortSignal; readonly isLong?: boolean } = {},
): Promise<Value> {
  const limit = silenceLimit(isLong ? LONG_MS : SHORT_MS);
  for (let attempt = 1; ; attempt++) {
    const late = new AbortController();
    const either = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    try {
      return await withinTime(request(either), doing, limit);
    } catch (error) {
      late.abort();
      const isStall = error instanceof MlrunsError && error.errorCode === "TEMPORARILY_UNAVAILABLE";
      if (!isStall || attempt === ATTEMPTS || signal?.aborted) {
        throw storeError(error, factsOf(error), doing);
      }
    }
  }
}

/** What the SDK's error tells. */
export function factsOf(error: unknown): ErrorFacts {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  return { status: statusCode, reason: code };
}

/** A Data Lake has folders, which this API shows as empty blobs: their key here ends with a slash. */
export function toStoredObject(
  name: string,
  { contentLength, lastModified, contentMD5, etag }: BlobFacts,
  metadata: Readonly<Record<string, string>> | undefined,
): StoredObject {
  const isFolder = metadata?.hdi_isfolder === "true";
  return {
    key: isFolder && !name.endsWith("/") ? `${name}/` : name,
    size: contentLength ?? 0,
    modified: lastModified?.getTime() ?? null,
    ...(contentMD5 ? { md5: Buffer.from(contentMD5).toString("hex") } : {}),
    // Listings tell it without quotes, answers with them.
    etag: etag === undefined || etag.startsWith('"') ? (etag ?? "") : `"${etag}"`,
  };
}

export function isMissing(error: unknown): boolean {
  return error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST";
}

/** @throws MlrunsError DATA_LOSS when the service got something else than was sent */
export function checkMd5(told: Uint8Array | undefined, md5: Buffer, name: string): void {
  if (told === undefined || md5.equals(told)) return;
  throw storeFault(`${name} is not what was sent: another MD5 than ${md5.toString("hex")}`);
}
