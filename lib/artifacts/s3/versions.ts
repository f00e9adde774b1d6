import type { ListObjectVersionsOutput, ObjectVersion as S3Version } from "@aws-sdk/client-s3";
import type { ObjectVersion } from "../object-store.ts";
import { failed, type S3Bucket, toStoredObject } from "./objects.ts";

/** Every version of the objects whose keys start with `prefix`; without the marks that S3 makes of deletions. */
export async function* listS3Versions(
  place: S3Bucket,
  prefix: string,
): AsyncGenerator<ObjectVersion> {
  const { bucket, owner } = place;
  const whole = { Bucket: bucket, Prefix: prefix, ...owner };
  const { sdk, client } = await place.connect();
  for (let next: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}; next; ) {
    const page: ListObjectVersionsOutput = await client
      .send(new sdk.ListObjectVersionsCommand({ ...whole, ...next }))
      .catch(failed(`list versions of s3://${bucket}/${prefix}`));
    yield* (page.Versions ?? []).map(toVersion);
    next = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
}

function toVersion(version: S3Version): ObjectVersion {
  const { VersionId = "", IsLatest = true } = version;
  return { ...toStoredObject(version), versionId: VersionId, isCurrent: IsLatest };
}
