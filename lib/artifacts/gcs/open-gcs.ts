import type { Bucket, CreateWriteStreamOptions, File, FileMetadata } from "@google-cloud/storage";
import pMap from "p-map";
import { MlrunsError } from "../../errors.ts";
import type { VersionedRepository } from "../artifact-repository.ts";
import { openObjectRepository } from "../object-repository.ts";
import type { ObjectStore, StoredObject } from "../object-store.ts";
import { parseBucketUri } from "../uri.ts";
import { openGcsClient } from "./client.ts";
import { gcsDirect } from "./direct.ts";
import { ask, askAgain, checkMd5, conditionOf, gcsContentType, toStoredObject } from "./objects.ts";
import { putGcsParts } from "./parts.ts";
import { openGcsObject } from "./read.ts";

/** Files up to this size go up in one request. Bytes. */
const PUT_AT_ONCE = 8 * 1024 * 1024;
/** Deletions sent at a time. */
const CONCURRENCY = 16;

/** What a listing asks for: whole metadata would be ten times as much. */
const FIELDS = "items(name,size,updated,md5Hash,generation),prefixes,nextPageToken";

interface Page {
  readonly items?: readonly FileMetadata[];
  readonly prefixes?: readonly string[];
}

/** Artifacts in Google Cloud Storage. */
export async function openGcs(uri: string, endpoint?: string): Promise<VersionedRepository> {
  const { bucket, prefix } = parseBucketUri(uri);
  return openObjectRepository(
    gcsStore((await openGcsClient(endpoint)).bucket(bucket)),
    uri,
    prefix,
  );
}

function gcsStore(bucket: Bucket): ObjectStore {
  const name = `gs://${bucket.name}`;

  async function* pages(
    prefix: string,
    delimiter?: string,
    maxResults?: number,
  ): AsyncGenerator<Page> {
    const first = { prefix, delimiter, maxResults, fields: FIELDS, autoPaginate: false };
    for (let next: object | null = first; next !== null; ) {
      const query = next;
      const answer = await ask(`list ${name}/${prefix}`, () => bucket.getFiles(query));
      const [, following, page] = answer as unknown as [unknown, object | null, Page];
      yield page;
      next = maxResults === undefined ? (following ?? null) : null;
    }
  }

  return {
    capabilities: {
      listsMd5: true,
      checksReplaced: true,
      // The service can, but the one server to try it on deletes what is there now whatever generation is named.
      keepsVersions: false,
      resumesUploads: true,
      requests: { uploadedAtOnce: PUT_AT_ONCE, aroundParts: 1, deletedAtOnce: 1 },
      transfers: 32,
    },
    direct: gcsDirect(bucket),
    listsInOrder: true,
    singlePutLimit: PUT_AT_ONCE,

    async *list(prefix) {
      for await (const page of pages(prefix)) yield* (page.items ?? []).map(toStoredObject);
    },

    async listFolder(prefix, limit) {
      const objects: StoredObject[] = [];
      const prefixes: string[] = [];
      for await (const page of pages(prefix, "/", limit)) {
        objects.push(...(page.items ?? []).map(toStoredObject));
        prefixes.push(...(page.prefixes ?? []));
      }
      return { objects, prefixes };
    },

    async head(key) {
      try {
        const [metadata] = await ask(`find ${name}/${key}`, () => bucket.file(key).getMetadata());
        return toStoredObject(metadata);
      } catch (error) {
        if (error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST") {
          return undefined;
        }
        throw error;
      }
    },

    open: (key, options) => openGcsObject(bucket, key, options),

    async put(key, { bytes, md5, sha256 }, { signal, replaces }) {
      signal?.throwIfAborted();
      const settings = {
        resumable: false,
        validation: false,
        metadata: { contentType: gcsContentType(key), md5Hash: md5.toString("base64") },
        preconditionOpts: conditionOf(replaces),
      };
      const stored = await askAgain(
        `write ${name}/${key}`,
        () => sendOnce(bucket.file(key), bytes, settings),
        { signal, bytes: bytes.length },
      );
      checkMd5(stored, md5, `${name}/${key}`);
      const etag = String(stored.generation ?? "");
      return { md5: md5.toString("hex"), sha256: sha256.toString("hex"), etag, isListed: true };
    },

    async copy(from, to) {
      const source = bucket.file(from.key, { generation: from.etag });
      try {
        await ask(`copy ${name}/${from.key}`, () => source.copy(bucket.file(to)));
      } catch (error) {
        // A generation that is gone was replaced.
        if (!(error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST")) {
          throw error;
        }
        throw new MlrunsError("ABORTED", `${name}/${from.key} is another file now.`);
      }
    },

    putParts: (key, source, options) => putGcsParts(bucket, key, source, options),

    async remove(objects) {
      await pMap(
        objects,
        ({ key, etag }) =>
          ask(`delete ${name}/${key}`, () =>
            bucket.file(key).delete({ ignoreNotFound: true, ...conditionOf(etag) }),
          ),
        { concurrency: CONCURRENCY },
      );
    },
  };
}

/** One request: the SDK's own tries would go on after we had ceased to wait, and overwrite what was written since. */
async function sendOnce(
  file: File,
  bytes: Buffer,
  settings: CreateWriteStreamOptions,
): Promise<FileMetadata> {
  await new Promise<void>((resolve, reject) => {
    file.createWriteStream(settings).once("error", reject).once("finish", resolve).end(bytes);
  });
  return file.metadata;
}
