import type { FileMetadata } from "@google-cloud/storage";
import { contentTypeOf } from "../content-type.ts";
import type { StoredObject } from "../object-store.ts";
import { type ErrorFacts, storeError, storeFault } from "../store-error.ts";

/** MLflow's content type: guessed from the name, and never an encoding. */
export function gcsContentType(key: string): string {
  return contentTypeOf(key).type ?? "application/octet-stream";
}

/** Makes of a failed request an error for the reader. */
export function failed(doing: string): (error: unknown) => never {
  return (error) => {
    throw storeError(error, factsOf(error), doing);
  };
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
