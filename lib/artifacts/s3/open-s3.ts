import type { Readable } from "node:stream";
import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { MlrunsError } from "../../errors.ts";
import type { VersionedRepository } from "../artifact-repository.ts";
import { RANGE_SIZE } from "../fetch-object.ts";
import { openObjectRepository } from "../object-repository.ts";
import type { ObjectStore, StoredObject } from "../object-store.ts";
import { environment } from "../sdk.ts";
import { storeError } from "../store-error.ts";
import { parseBucketUri } from "../uri.ts";
import { withChecksums } from "./checksums.ts";
import { checkS3Sdk, openS3Client, s3Endpoint } from "./client.ts";
import { copyS3Object } from "./copy.ts";
import { s3Direct } from "./direct.ts";
import { listInGroups } from "./grouped-list.ts";
import type { ListPage } from "./lean-list.ts";
import { openLeanStore } from "./lean-store.ts";
import { s3Uploads } from "./multipart.ts";
import {
  checkMd5,
  conditionOf,
  digestOf,
  factsOf,
  failed,
  hasMd5,
  type S3Bucket,
  toStoredObject,
  uploadArguments,
  versionOf,
} from "./objects.ts";
import { putS3Parts } from "./parts.ts";
import { listS3Versions } from "./versions.ts";

/** Files up to this size go up in one request. Bytes. */
const PUT_AT_ONCE = 16 * 1024 * 1024;

/** Artifacts in S3, or in a store that speaks its language. */
export async function openS3(
  uri: string,
  endpoint: string | undefined = s3Endpoint(),
): Promise<VersionedRepository> {
  const { bucket, prefix } = parseBucketUri(uri);
  await checkS3Sdk();
  const expected = environment("MLFLOW_S3_EXPECTED_BUCKET_OWNER");
  const owner = expected === undefined ? {} : { ExpectedBucketOwner: expected };
  const place: S3Bucket = {
    connect: () => openS3Client(place.hasChecksums, endpoint),
    endpoint,
    hasChecksums: true,
    bucket,
    owner,
  };
  return openObjectRepository(s3Store(place, endpoint !== undefined), uri, prefix);
}

function s3Store(place: S3Bucket, isCustom: boolean): ObjectStore {
  const { bucket, owner } = place;
  const lean = openLeanStore(place);
  const whole = { Bucket: bucket, ...owner };

  const askSdk = async (prefix: string, query: Partial<ListObjectsV2CommandInput>) => {
    const { sdk, client } = await place.connect();
    return client
      .send(new sdk.ListObjectsV2Command({ ...whole, Prefix: prefix, ...query }))
      .catch(failed(`list s3://${bucket}/${prefix}`));
  };

  async function listPage(prefix: string, token: string | undefined): Promise<ListPage> {
    const page = await askSdk(prefix, { ContinuationToken: token });
    return { objects: (page.Contents ?? []).map(toStoredObject), next: nextOf(page, token) };
  }

  async function* pages(prefix: string, Delimiter: string, MaxKeys?: number) {
    for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
      const page = await askSdk(prefix, { Delimiter, MaxKeys, ContinuationToken: token });
      yield page;
      if (MaxKeys !== undefined) return;
      token = nextOf(page, token);
    }
  }

  /** @throws MlrunsError TEMPORARILY_UNAVAILABLE rather than to lose the rest of a listing, or to list for ever */
  function nextOf(page: ListObjectsV2CommandOutput, token?: string): string | undefined {
    const next = page.NextContinuationToken || undefined;
    // The SDK takes an empty answer for an empty listing.
    const isListing = page.IsTruncated !== undefined || page.Name !== undefined;
    if (isListing && !page.IsTruncated) return undefined;
    if (next !== undefined && next !== token) return next;
    throw new MlrunsError(
      "TEMPORARILY_UNAVAILABLE",
      `s3://${bucket} does not tell the next page of a listing.`,
    );
  }

  return {
    capabilities: {
      listsMd5: true,
      checksReplaced: true,
      keepsVersions: true,
      resumesUploads: true,
      requests: {
        uploadedAtOnce: PUT_AT_ONCE,
        aroundParts: 2,
        rangeSize: RANGE_SIZE,
        deletedAtOnce: 1_000,
      },
      transfers: 32,
    },
    // S3 does; SeaweedFS and others that keep objects in folders list folder by folder.
    listsInOrder: !isCustom,
    direct: s3Direct(place),
    openUploads: (prefix) => s3Uploads(place, prefix),
    listVersions: (prefix) => listS3Versions(place, prefix),
    singlePutLimit: PUT_AT_ONCE,

    async *list(prefix) {
      const ask = async (from: string, token: string | undefined): Promise<ListPage> => {
        const page = await lean.listPage(from, token);
        return page === undefined || (token !== undefined && page.next === token)
          ? listPage(from, token)
          : page;
      };
      if (isCustom) {
        yield* await listInGroups({ page: ask, children: lean.listChildren }, prefix);
        return;
      }
      for (let asked: Promise<ListPage> | undefined = ask(prefix, undefined); asked; ) {
        const { objects, next }: ListPage = await asked;
        // The store makes the next page while this one is looked at.
        asked = next === undefined ? undefined : ask(prefix, next);
        // Who looks no further does not meet its error.
        asked?.catch(() => undefined);
        yield* objects;
      }
    },

    async listFolder(prefix, limit) {
      const objects: StoredObject[] = [];
      const prefixes: string[] = [];
      for await (const page of pages(prefix, "/", limit)) {
        objects.push(...(page.Contents ?? []).map(toStoredObject));
        prefixes.push(...(page.CommonPrefixes ?? []).map((folder) => folder.Prefix ?? ""));
      }
      return { objects, prefixes };
    },

    async head(key) {
      const { sdk, client } = await place.connect();
      try {
        const found = await client.send(new sdk.HeadObjectCommand({ ...whole, Key: key }));
        return toStoredObject({
          Key: key,
          Size: found.ContentLength,
          LastModified: found.LastModified,
          ETag: found.ETag,
        });
      } catch (error) {
        if (factsOf(error).status === 404) return undefined;
        throw storeError(error, factsOf(error), `find s3://${bucket}/${key}`);
      }
    },

    async open(key, { start, end, etag, versionId, signal }) {
      const isWhole = start === undefined && end === undefined;
      const found = await withChecksums(place, async () => {
        const { sdk, client } = await place.connect();
        const command = new sdk.GetObjectCommand({
          ...whole,
          Key: key,
          Range: isWhole ? undefined : `bytes=${start ?? 0}-${end ?? ""}`,
          IfMatch: etag,
          VersionId: versionId,
          // Some stores answer a range with the checksum of the whole.
          ChecksumMode: isWhole && place.hasChecksums ? "ENABLED" : undefined,
        });
        return client
          .send(command, { abortSignal: signal })
          .catch(failed(`read s3://${bucket}/${key}`));
      });
      const { md5, parts } = digestOf(found.ETag);
      const isMd5 = parts === undefined && hasMd5(found.ServerSideEncryption);
      return { body: found.Body as Readable, ...(isMd5 ? { md5 } : {}) };
    },

    get: (key, options) => lean.get(key, options),

    checksum: (object) => lean.checksum(object),

    async put(key, content, options) {
      options.signal?.throwIfAborted();
      const sent = await lean.put(key, content, options);
      if (sent !== undefined) return sent;
      const { bytes, md5, sha256 } = content;
      const { signal, replaces } = options;
      const stored = await withChecksums(place, async () => {
        const { sdk, client } = await place.connect();
        const command = new sdk.PutObjectCommand({
          ...whole,
          ...uploadArguments(key),
          ...conditionOf(replaces),
          ...(place.hasChecksums ? {} : { ContentMD5: md5.toString("base64") }),
          Key: key,
          Body: bytes,
        });
        return client
          .send(command, { abortSignal: signal })
          .catch(failed(`write s3://${bucket}/${key}`));
      });
      checkMd5(stored, md5, `s3://${bucket}/${key}`);
      return {
        md5: md5.toString("hex"),
        sha256: sha256.toString("hex"),
        etag: stored.ETag ?? null,
        isListed: hasMd5(stored.ServerSideEncryption),
        ...versionOf(stored.VersionId),
      };
    },

    async copy(from, to) {
      if (!(await lean.copy(from, to))) await copyS3Object(place, from, to);
    },

    putParts: (key, source, options) => putS3Parts(place, lean, key, source, options),

    async remove(objects) {
      const { sdk, client } = await place.connect();
      const answer = await client
        .send(
          new sdk.DeleteObjectsCommand({
            ...whole,
            Delete: {
              Objects: objects.map(({ key, etag, versionId }) => ({
                Key: key,
                ETag: etag,
                VersionId: versionId,
              })),
              Quiet: true,
            },
          }),
        )
        .catch(failed(`delete in s3://${bucket}`));
      const refused = answer.Errors?.[0];
      if (refused === undefined) return;
      const status = { AccessDenied: 403, PreconditionFailed: 412 }[refused.Code ?? ""] ?? 500;
      throw storeError(
        new Error(refused.Message ?? refused.Code ?? ""),
        { status, reason: refused.Code },
        `delete s3://${bucket}/${refused.Key}`,
      );
    },
  };
}
