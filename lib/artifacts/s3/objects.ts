import type { _Object, S3Client } from "@aws-sdk/client-s3";
import { contentTypeOf } from "../content-type.ts";
import type { StoredObject } from "../object-store.ts";
import { environment } from "../sdk.ts";
import { type ErrorFacts, storeError, storeFault } from "../store-error.ts";
import type { S3Sdk } from "./client.ts";

/** A bucket of S3, with what every request about it needs. */
export interface S3Bucket {
  /** The SDK and its client, loaded when they are first needed. */
  connect(): Promise<{ readonly sdk: S3Sdk; readonly client: S3Client }>;
  /** Whether uploads carry a CRC32: not so at stores that refused one. Their Content-MD5 stands for it. */
  hasChecksums: boolean;
  readonly bucket: string;
  /** Where requests go instead of to AWS; the environment's where none is given. */
  readonly endpoint?: string;
  /** `ExpectedBucketOwner`, for every request. */
  readonly owner: { readonly ExpectedBucketOwner?: string };
}

/** What goes with an upload: the content type as MLflow guesses it, and the user's own arguments. */
export function uploadArguments(key: string): Record<string, unknown> {
  const { type, encoding } = contentTypeOf(key);
  const extra = environment("MLFLOW_S3_UPLOAD_EXTRA_ARGS");
  return {
    ContentType: type ?? "binary/octet-stream",
    ...(encoding === undefined ? {} : { ContentEncoding: encoding }),
    ...(extra === undefined ? {} : (JSON.parse(extra) as Record<string, unknown>)),
  };
}

/** Lets a write fail when something else than expected would be replaced. */
export function conditionOf(replaces: string | null | undefined): {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
} {
  if (replaces === undefined) return {};
  return replaces === null ? { IfNoneMatch: "*" } : { IfMatch: replaces };
}

/** Makes of a failed request an error for the reader. */
export function failed(doing: string): (error: unknown) => never {
  return (error) => {
    throw storeError(error, factsOf(error), doing);
  };
}

/** An ETag is the MD5 of what was put at once, or of the MD5s of so many parts. Encryption with KMS makes it neither. */
export function digestOf(etag: string | undefined): { md5?: string; parts?: number } {
  const match = /^"?([0-9a-f]{32})(?:-(\d+))?"?$/.exec(etag ?? "");
  const [, md5, parts] = match ?? [];
  if (md5 === undefined) return {};
  return parts === undefined ? { md5 } : { md5, parts: Number(parts) };
}

/** A bucket that keeps versions tells an id with each put; one that did and no longer does tells the word null. */
export function versionOf(told: string | undefined): { versionId?: string } {
  return told === undefined || told === "null" ? {} : { versionId: told };
}

/** Whether the ETag of something so encrypted is an MD5. */
export function hasMd5(encryption: string | undefined): boolean {
  return encryption === undefined || encryption === "AES256";
}

/** What the SDK's error tells: its names differ for the same status. */
export function factsOf(error: unknown): ErrorFacts {
  const { $metadata, name } = error as {
    $metadata?: { httpStatusCode?: number };
    name?: string;
  };
  return { status: $metadata?.httpStatusCode, reason: name };
}

export function toStoredObject({ Key, Size, LastModified, ETag }: _Object): StoredObject {
  return {
    key: Key ?? "",
    size: Size ?? 0,
    modified: LastModified?.getTime() ?? null,
    ...digestOf(ETag),
    etag: ETag ?? "",
  };
}

/** @throws MlrunsError DATA_LOSS when what S3 says it holds is not what was sent */
export function checkMd5(
  stored: { readonly ETag?: string; readonly ServerSideEncryption?: string },
  md5: Buffer,
  name: string,
): void {
  const told = digestOf(stored.ETag).md5;
  const sent = md5.toString("hex");
  if (told === undefined || told === sent || !hasMd5(stored.ServerSideEncryption)) return;
  throw storeFault(`${name} is not what was sent: MD5 ${told}, not ${sent}`);
}
