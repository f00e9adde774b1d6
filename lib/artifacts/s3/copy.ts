import type { CompletedPart } from "@aws-sdk/client-s3";
import pMap from "p-map";
import type { StoredObject } from "../object-store.ts";
import { partSizeOf } from "../parts.ts";
import { failed, type S3Bucket, uploadArguments } from "./objects.ts";

const GIBIBYTE = 1024 ** 3;
/** The most that S3 copies in one request. Bytes. */
const COPIED_AT_ONCE = 5 * GIBIBYTE;
const PARTS_IN_FLIGHT = 8;

/**
 * Copies an object within its bucket, of which nothing passes through this machine.
 *
 * @param limit - bytes above which it is copied in parts
 * @throws MlrunsError ABORTED when the object has another ETag
 */
export async function copyS3Object(
  place: S3Bucket,
  from: StoredObject,
  to: string,
  limit: number = COPIED_AT_ONCE,
): Promise<void> {
  const { bucket, owner } = place;
  const { sdk, client } = await place.connect();
  const doing = `copy s3://${bucket}/${from.key} to ${to}`;
  const target = { Bucket: bucket, Key: to, ...owner, ...uploadArguments(from.key) };
  const source = {
    CopySource: `${bucket}/${from.key.split("/").map(encodeURIComponent).join("/")}`,
    CopySourceIfMatch: from.etag,
  };
  if (from.size <= limit) {
    const copy = { ...target, ...source, MetadataDirective: "COPY" } as const;
    await client.send(new sdk.CopyObjectCommand(copy)).catch(failed(doing));
    return;
  }
  const { UploadId } = await client
    .send(new sdk.CreateMultipartUploadCommand(target))
    .catch(failed(doing));
  const upload = { Bucket: bucket, Key: to, UploadId, ...owner };
  const partSize = Math.max(partSizeOf(from.size), Math.min(GIBIBYTE, limit));
  const starts = Array.from({ length: Math.ceil(from.size / partSize) }, (_, i) => i * partSize);
  try {
    const parts = await pMap(
      starts,
      async (start, index): Promise<CompletedPart> => {
        const end = Math.min(start + partSize, from.size) - 1;
        const part = { PartNumber: index + 1, CopySourceRange: `bytes=${start}-${end}` };
        const { CopyPartResult } = await client.send(
          new sdk.UploadPartCopyCommand({ ...upload, ...source, ...part }),
        );
        return { PartNumber: part.PartNumber, ETag: CopyPartResult?.ETag };
      },
      { concurrency: PARTS_IN_FLIGHT },
    );
    const completed = { ...upload, MultipartUpload: { Parts: parts } };
    await client.send(new sdk.CompleteMultipartUploadCommand(completed));
  } catch (error) {
    await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
    failed(doing)(error);
  }
}
