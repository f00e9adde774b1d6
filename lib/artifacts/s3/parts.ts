import { createHash } from "node:crypto";
import type { Part as S3Part } from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { Receipt, TransferOptions } from "../artifact-repository.ts";
import type { FileSource } from "../object-store.ts";
import { PARTS_IN_FLIGHT, type Part, partSizeOf, readParts, usualPartSizes } from "../parts.ts";
import { readAhead } from "../sync/read-ahead.ts";
import { withChecksums } from "./checksums.ts";
import type { LeanStore, StoredPart } from "./lean-store.ts";
import { abandon, listParts } from "./multipart.ts";
import {
  checkMd5,
  conditionOf,
  digestOf,
  failed,
  hasMd5,
  type S3Bucket,
  uploadArguments,
  versionOf,
} from "./objects.ts";

/** An upload that is under way, with the parts that S3 has, by number. */
interface Upload {
  readonly id: string;
  readonly partSize: number;
  readonly sent: ReadonlyMap<number, S3Part>;
  readonly hasListedMd5: boolean;
}

/** A part that S3 has. */
interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly ChecksumCRC32?: string;
}

/**
 * Uploads a large file in parts. With a journal, what an earlier process sent is not sent again: each part that S3 has
 * is compared with the file by its MD5. Nothing is visible under the key before all parts are there.
 */
export function putS3Parts(
  place: S3Bucket,
  lean: LeanStore,
  key: string,
  source: FileSource,
  options: TransferOptions,
): Promise<Receipt> {
  return withChecksums(place, () => putParts(place, lean, key, source, options));
}

async function putParts(
  place: S3Bucket,
  lean: LeanStore,
  key: string,
  source: FileSource,
  options: TransferOptions,
): Promise<Receipt> {
  const { journal, signal, replaces, wantsSha256, parts: atOnce = PARTS_IN_FLIGHT } = options;
  const upload =
    (await resume(place, key, source, options)) ?? (await begin(place, key, source, options));
  const { id, partSize, sent } = upload;
  // The ETag of parts can be made again from the file, except where KMS encrypts: then the file's own digest is noted.
  const isListed = upload.hasListedMd5 && usualPartSizes(source.size).includes(partSize);
  const sha256 = wantsSha256 ? createHash("sha256") : undefined;
  const hash = isListed || wantsSha256 ? undefined : createHash("md5");
  try {
    const parts = await pMap(
      readAhead(
        readParts(source, partSize, (bytes) => {
          hash?.update(bytes);
          sha256?.update(bytes);
        }),
        1,
      ),
      async (part) => findSent(sent, part) ?? (await sendPart(place, lean, key, id, part, options)),
      { concurrency: atOnce, signal },
    );
    const { ETag, VersionId } = await complete(place, key, id, parts, replaces);
    await journal?.set(key, undefined);
    return {
      md5: hash?.digest("hex") ?? null,
      sha256: sha256?.digest("hex") ?? null,
      etag: ETag ?? null,
      isListed,
      ...versionOf(VersionId),
    };
  } catch (error) {
    // With a journal the parts wait for the next run; without one nobody would find them again.
    if (journal === undefined) await abandon(place, key, id);
    throw error;
  }
}

async function begin(
  place: S3Bucket,
  key: string,
  source: FileSource,
  { journal, signal, partSize: wanted }: TransferOptions,
): Promise<Upload> {
  const { hasChecksums, bucket, owner } = place;
  const { sdk, client } = await place.connect();
  const partSize = partSizeOf(source.size, wanted);
  const created = await client
    .send(
      new sdk.CreateMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        ...owner,
        ...uploadArguments(key),
        ...(hasChecksums ? { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" } : {}),
      }),
      { abortSignal: signal },
    )
    .catch(failed(`begin to write s3://${bucket}/${key}`));
  const id = created.UploadId ?? "";
  await journal?.set(key, { id, partSize, size: source.size, mtimeMs: source.mtimeMs });
  return { id, partSize, sent: new Map(), hasListedMd5: hasMd5(created.ServerSideEncryption) };
}

async function resume(
  place: S3Bucket,
  key: string,
  source: FileSource,
  { journal }: TransferOptions,
): Promise<Upload | undefined> {
  const begun = journal?.get(key);
  if (begun === undefined) return undefined;
  const { id, partSize } = begun;
  if (begun.size !== source.size || begun.mtimeMs !== source.mtimeMs) {
    await abandon(place, key, id);
    return undefined;
  }
  const sent = await listParts(place, key, id);
  return sent && { id, partSize, sent, hasListedMd5: true };
}

function findSent(sent: ReadonlyMap<number, S3Part>, part: Part): SentPart | undefined {
  const there = sent.get(part.index + 1);
  if (there === undefined || digestOf(there.ETag).md5 !== part.md5().toString("hex")) {
    return undefined;
  }
  return toSentPart(part, there);
}

async function sendPart(
  place: S3Bucket,
  lean: LeanStore,
  key: string,
  id: string,
  part: Part,
  { pace, signal }: TransferOptions,
): Promise<SentPart> {
  await pace?.(part.bytes.length);
  signal?.throwIfAborted();
  const { bytes, index } = part;
  const stored =
    (await lean.putPart(key, { upload: id, number: index + 1, bytes })) ??
    (await sendBySdk(place, key, id, part, signal));
  // A store that tells the checksum has compared it with what came.
  if (stored.ChecksumCRC32 === undefined) {
    checkMd5(stored, part.md5(), `Part ${index + 1} of s3://${place.bucket}/${key}`);
  }
  return toSentPart(part, stored);
}

async function sendBySdk(
  place: S3Bucket,
  key: string,
  id: string,
  { bytes, index, md5 }: Part,
  signal: AbortSignal | undefined,
): Promise<StoredPart> {
  const { hasChecksums, bucket, owner } = place;
  const { sdk, client } = await place.connect();
  const command = new sdk.UploadPartCommand({
    Bucket: bucket,
    Key: key,
    UploadId: id,
    PartNumber: index + 1,
    Body: bytes,
    ...(hasChecksums ? { ChecksumAlgorithm: "CRC32" } : { ContentMD5: md5().toString("base64") }),
    ...owner,
  });
  return client
    .send(command, { abortSignal: signal })
    .catch(failed(`write part ${index + 1} of s3://${bucket}/${key}`));
}

function toSentPart(part: Part, { ETag = "", ChecksumCRC32 }: S3Part): SentPart {
  const checksum = ChecksumCRC32 === undefined ? {} : { ChecksumCRC32 };
  return { PartNumber: part.index + 1, ETag, ...checksum };
}

async function complete(
  place: S3Bucket,
  key: string,
  id: string,
  parts: SentPart[],
  replaces: string | null | undefined,
): Promise<{ readonly ETag?: string; readonly VersionId?: string }> {
  const { hasChecksums, bucket, owner } = place;
  const { sdk, client } = await place.connect();
  return client
    .send(
      new sdk.CompleteMultipartUploadCommand({
        Bucket: bucket,
        Key: key,
        UploadId: id,
        MultipartUpload: { Parts: parts },
        ...(hasChecksums ? { ChecksumType: "FULL_OBJECT" } : {}),
        ...conditionOf(replaces),
        ...owner,
      }),
    )
    .catch(failed(`finish s3://${bucket}/${key}`));
}
