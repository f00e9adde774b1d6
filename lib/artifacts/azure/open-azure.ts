import type { Readable } from "node:stream";
import type { ContainerClient } from "@azure/storage-blob";
import pMap from "p-map";
import type { VersionedRepository } from "../artifact-repository.ts";
import { openObjectRepository } from "../object-repository.ts";
import type { DirectObjects, ObjectStore, StoredObject } from "../object-store.ts";
import { parseAzureUri } from "../uri.ts";
import { putAzureBlocks } from "./blocks.ts";
import { openAzureClient } from "./client.ts";
import { azureDirect } from "./direct.ts";
import {
  ask,
  CONTENT_TYPE,
  checkMd5,
  conditionOf,
  failed,
  isMissing,
  nameIn,
  toStoredObject,
} from "./objects.ts";

/** Files up to this size go up in one request. Bytes. */
const PUT_AT_ONCE = 16 * 1024 * 1024;
/** Deletions sent at a time. */
const CONCURRENCY = 16;
/** Between two looks at a copy that takes its time. */
const COPY_POLL_MS = 500;

/** Artifacts in Azure Blob Storage, or in Azure Data Lake Storage, which the same API reaches. */
export async function openAzure(uri: string, endpoint?: string): Promise<VersionedRepository> {
  const place = parseAzureUri(uri);
  const { sdk, service } = await openAzureClient(place, endpoint);
  const container = service.getContainerClient(place.bucket);
  const direct = azureDirect(sdk, service, place.bucket);
  return openObjectRepository(azureStore(container, direct), uri, place.prefix);
}

function azureStore(container: ContainerClient, direct: DirectObjects | undefined): ObjectStore {
  return {
    ...(direct && { direct }),
    capabilities: {
      listsMd5: true,
      checksReplaced: true,
      // Azure can, but no server to try it on does: what is overwritten is copied.
      keepsVersions: false,
      resumesUploads: true,
      requests: { uploadedAtOnce: PUT_AT_ONCE, aroundParts: 2, deletedAtOnce: 1 },
      transfers: 32,
    },
    // Azure does not say in which order it lists.
    listsInOrder: false,
    singlePutLimit: PUT_AT_ONCE,

    async *list(prefix) {
      const settings = { prefix, includeMetadata: true };
      for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
        const continuationToken = token;
        const { segment, continuationToken: next } = await ask(
          `list ${nameIn(container, prefix)}`,
          (abortSignal) =>
            firstPage(
              container.listBlobsFlat({ ...settings, abortSignal }).byPage({ continuationToken }),
            ),
        );
        for (const { name, properties, metadata } of segment.blobItems) {
          yield toStoredObject(name, properties, metadata);
        }
        token = next;
      }
    },

    async listFolder(prefix, limit) {
      const objects: StoredObject[] = [];
      const prefixes: string[] = [];
      const settings = { prefix, includeMetadata: true };
      for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
        const page = { continuationToken: token, maxPageSize: limit };
        const { segment, continuationToken } = await ask(
          `list ${nameIn(container, prefix)}`,
          (abortSignal) =>
            firstPage(
              container.listBlobsByHierarchy("/", { ...settings, abortSignal }).byPage(page),
            ),
        );
        for (const { name, properties, metadata } of segment.blobItems) {
          objects.push(toStoredObject(name, properties, metadata));
        }
        prefixes.push(...(segment.blobPrefixes ?? []).map(({ name }) => name));
        if (limit !== undefined) break;
        token = continuationToken;
      }
      return { objects, prefixes };
    },

    async head(key) {
      try {
        const found = await ask(`find ${nameIn(container, key)}`, (abortSignal) =>
          container.getBlobClient(key).getProperties({ abortSignal }),
        );
        const object = toStoredObject(key, found, found.metadata);
        return object.key === key ? object : undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async open(key, { start = 0, end, etag, signal }) {
      const count = end === undefined ? undefined : end - start + 1;
      const found = await ask(
        `read ${nameIn(container, key)}`,
        (abortSignal) =>
          container.getBlobClient(key).download(start, count, {
            abortSignal,
            conditions: { ifMatch: etag },
            // A torn body is told, and the caller goes on with it.
            maxRetryRequests: 0,
          }),
        { signal },
      );
      const md5 = found.blobContentMD5 ?? (start === 0 && !count ? found.contentMD5 : undefined);
      return {
        body: found.readableStreamBody as Readable,
        ...(md5 === undefined ? {} : { md5: Buffer.from(md5).toString("hex") }),
      };
    },

    async put(key, { bytes, md5, sha256 }, { signal, replaces }) {
      const stored = await ask(
        `write ${nameIn(container, key)}`,
        (abortSignal) =>
          container.getBlockBlobClient(key).upload(bytes, bytes.length, {
            abortSignal,
            conditions: conditionOf(replaces),
            blobHTTPHeaders: { blobContentType: CONTENT_TYPE, blobContentMD5: md5 },
          }),
        { signal, isLong: true },
      );
      // What the service computed of the bytes that came, not what it was told.
      checkMd5(stored.contentMD5, md5, nameIn(container, key));
      return {
        md5: md5.toString("hex"),
        sha256: sha256.toString("hex"),
        etag: stored.etag ?? null,
        isListed: true,
      };
    },

    async copy(from, to) {
      const source = container.getBlobClient(from.key);
      try {
        const copying = await container.getBlobClient(to).beginCopyFromURL(source.url, {
          intervalInMs: COPY_POLL_MS,
          sourceConditions: { ifMatch: from.etag },
        });
        const { copyStatus } = await copying.pollUntilDone();
        if (copyStatus !== "success") throw new Error(`The copy ended as ${copyStatus}`);
      } catch (error) {
        failed(`copy ${nameIn(container, from.key)}`)(error);
      }
    },

    putParts: (key, source, options) => putAzureBlocks(container, key, source, options),

    async remove(objects) {
      await pMap(
        objects,
        ({ key, etag }) =>
          ask(`delete ${nameIn(container, key)}`, (abortSignal) =>
            container.getBlobClient(key).deleteIfExists({
              abortSignal,
              deleteSnapshots: "include",
              conditions: conditionOf(etag),
            }),
          ),
        { concurrency: CONCURRENCY },
      );
    },
  };
}

/** The first page of a listing that goes on from a token: a page that does not come can be asked for again. */
async function firstPage<Page>(pages: AsyncIterableIterator<Page>): Promise<Page> {
  const { value, done } = await pages.next();
  if (done) throw new Error("The listing has no page");
  return value;
}
