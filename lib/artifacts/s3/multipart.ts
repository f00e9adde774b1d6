import type { ListMultipartUploadsOutput, Part } from "@aws-sdk/client-s3";
import type { OpenUpload, OpenUploads } from "../artifact-repository.ts";
import { factsOf, failed, type S3Bucket } from "./objects.ts";

/** The parts that S3 has, by number; undefined when it does not know the upload any more. */
export async function listParts(
  place: S3Bucket,
  key: string,
  id: string,
): Promise<ReadonlyMap<number, Part> | undefined> {
  const { bucket, owner } = place;
  const { sdk, client } = await place.connect();
  const parts = new Map<number, Part>();
  const upload = { Bucket: bucket, Key: key, UploadId: id, ...owner };
  try {
    // Not by the SDK's pages, which never end where a store tells a marker on the last page too, as versitygw does.
    for (let PartNumberMarker: string | undefined; ; ) {
      const page = await client.send(new sdk.ListPartsCommand({ ...upload, PartNumberMarker }));
      for (const part of page.Parts ?? []) parts.set(part.PartNumber ?? 0, part);
      if (!page.IsTruncated) return parts;
      PartNumberMarker = page.NextPartNumberMarker;
    }
  } catch (error) {
    if ((error as { name?: string }).name === "NoSuchUpload") return undefined;
    return failed(`resume s3://${bucket}/${key}`)(error);
  }
}

/** Removes an upload with its parts, and is content when that fails. */
export async function abandon(place: S3Bucket, key: string, id: string): Promise<void> {
  const { bucket, owner } = place;
  const { sdk, client } = await place.connect();
  const upload = { Bucket: bucket, Key: key, UploadId: id, ...owner };
  // Nothing depends on it: what is left costs space until the bucket's own rule removes it.
  await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
}

/** The uploads whose keys begin with `prefix` and that nobody has finished. */
export function s3Uploads(place: S3Bucket, prefix: string): OpenUploads {
  const { bucket, owner } = place;
  const whole = { Bucket: bucket, ...owner };
  return {
    async *list() {
      const { sdk, client } = await place.connect();
      for (let next: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}; next; ) {
        const page: ListMultipartUploadsOutput = await client
          .send(new sdk.ListMultipartUploadsCommand({ ...whole, Prefix: prefix, ...next }))
          .catch(failed(`list uploads to s3://${bucket}/${prefix}`));
        for (const { Key: path = "", UploadId: id = "", Initiated } of page.Uploads ?? []) {
          // Not every store that speaks S3's language minds the prefix.
          if (path.startsWith(prefix)) yield { path, id, begun: Initiated?.getTime() ?? null };
        }
        next = page.IsTruncated
          ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
          : undefined;
      }
    },

    async size({ path, id }) {
      const parts = await listParts(place, path, id);
      return [...(parts?.values() ?? [])].reduce((sum, { Size = 0 }) => sum + Size, 0);
    },

    async abort({ path, id }: OpenUpload) {
      const { sdk, client } = await place.connect();
      const command = new sdk.AbortMultipartUploadCommand({ ...whole, Key: path, UploadId: id });
      await client.send(command).catch((error) => {
        if (factsOf(error).status !== 404)
          failed(`abort the upload of s3://${bucket}/${path}`)(error);
      });
    },
  };
}
