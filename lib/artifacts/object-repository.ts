import { statSync } from "node:fs";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { validateArtifactPath } from "../entities/artifact-path.ts";
import { compareText } from "../entities/record.ts";
import { invalidParameter, MlrunsError, notFound } from "../errors.ts";
import type {
  ArtifactFile,
  OpenUpload,
  OpenUploads,
  Receipt,
  TransferOptions,
  VersionedRepository,
} from "./artifact-repository.ts";
import { type ContentCache, openContentCache } from "./content-cache.ts";
import { fetchObject } from "./fetch-object.ts";
import type {
  DirectObjects,
  FileSource,
  ObjectStore,
  Removed,
  StoredObject,
} from "./object-store.ts";
import { contentOf, readWhole } from "./parts.ts";
import { failOnStall } from "./stall.ts";
import { throughFile } from "./through-file.ts";

/** A small object may be replaced between the look at it and the reading. */
const LOAD_ATTEMPTS = 20;
/** Objects removed by one call of the store, which may ask the cloud in smaller portions. */
const REMOVED_AT_ONCE = 1_000;

/**
 * Artifacts as the objects of a bucket whose keys begin with `prefix`, laid out as MLflow does: a file's key is the
 * prefix, `/` and its path. What all clouds have in common is here: paths, folder views, whole writes, checked reads.
 *
 * @param uri - the root's, for messages
 * @param prefix - without slashes around; empty for the whole bucket
 * @see MLflow 3.17 `S3ArtifactRepository`, `GCSArtifactRepository`, `AzureBlobArtifactRepository`
 */
export function openObjectRepository(
  store: ObjectStore,
  uri: string,
  prefix: string,
): VersionedRepository {
  const root = prefix === "" ? "" : `${prefix}/`;
  const folderKey = (folder: string): string => {
    validateArtifactPath(folder);
    return folder === "" ? root : `${root}${folder}/`;
  };
  const fileKey = (path: string): string => {
    validateArtifactPath(path);
    if (path === "") throw invalidParameter("An artifact's path must name a file.");
    return root + path;
  };
  const nameOf = (path: string): string => `'${path}' in ${uri}`;
  const toFile = (object: StoredObject): ArtifactFile => toArtifactFile(object, root);
  // Opened with the first download: what is only listed needs none.
  let cache: { readonly of: ContentCache | undefined } | undefined;
  const isFolder = async (path: string): Promise<boolean> => {
    const { objects, prefixes } = await store.listFolder(folderKey(path), 1);
    return objects.length + prefixes.length > 0;
  };
  const refuse = async (path: string): Promise<never> => {
    if (await isFolder(path)) throw invalidParameter(`'${path}' is a folder, not a file.`);
    throw notFound(
      `Failed to download artifacts from path '${path}', please ensure that the path is correct.`,
    );
  };

  return {
    capabilities: store.capabilities,
    ...(store.direct && { direct: inPaths(store.direct, fileKey) }),
    ...versionsInPaths(store, root, folderKey),
    ...(store.openUploads && { uploads: uploadsInPaths(store.openUploads(root), root) }),

    async *list(folder) {
      const objects = store.list(folderKey(folder));
      for await (const object of store.listsInOrder ? objects : inOrder(objects)) {
        if (!isMarker(object)) yield toFile(object);
      }
    },

    async listFolder(folder) {
      const { objects, prefixes } = await store.listFolder(folderKey(folder));
      const files = objects.filter((object) => !isMarker(object)).map(toFile);
      const folders = prefixes.map((key) => toFolder(key.slice(root.length, -1)));
      return [...files, ...folders].sort((a, b) => compareText(a.path, b.path));
    },

    async find(path) {
      if (path === "") return toFolder("");
      const object = await store.head(fileKey(path));
      if (object !== undefined) return toFile(object);
      return (await isFolder(path)) ? toFolder(path) : undefined;
    },

    async read(path, range, versionId) {
      const key = fileKey(path);
      if (versionId !== undefined) {
        return failOnStall((await store.open(key, { ...range, versionId })).body, nameOf(path));
      }
      const object = await store.head(key);
      if (object === undefined) return refuse(path);
      const { body } = await store.open(key, { ...range, etag: object.etag });
      return failOnStall(body, nameOf(path));
    },

    async write(path, content) {
      const key = fileKey(path);
      const begin = await takeUpTo(content, store.singlePutLimit);
      if (begin.isAll) await store.put(key, contentOf(begin.bytes), {});
      else await throughFile(begin.rest, (file) => putFile(store, key, file));
    },

    async load(path) {
      const key = fileKey(path);
      const found = await store.get?.(key, {});
      if (found === null) return undefined;
      if (found !== undefined) return { content: found.bytes, etag: found.etag };
      for (let attempt = 1; ; attempt++) {
        const object = await store.head(key);
        if (object === undefined) return undefined;
        try {
          const { body } = await store.open(key, { etag: object.etag });
          return { content: await buffer(failOnStall(body, nameOf(path))), etag: object.etag };
        } catch (error) {
          if (!wasReplaced(error) || attempt === LOAD_ATTEMPTS) throw error;
        }
      }
    },

    async replace(path, content, expected) {
      await store.put(fileKey(path), contentOf(content), { replaces: expected });
    },

    async copy(file, to) {
      await store.copy(toObject(file, fileKey(file.path)), fileKey(to));
    },

    async upload(localFile, path, options) {
      return putFile(store, fileKey(path), localFile, options);
    },

    async download(path, localFile, options = {}) {
      const key = fileKey(path);
      const object = options.listed ? toObject(options.listed, key) : await store.head(key);
      if (object === undefined) return refuse(path);
      cache ??= { of: openContentCache() };
      return fetchObject(store, object, localFile, nameOf(path), cache.of, options);
    },

    async delete(path) {
      // Only what is there: a bucket that keeps versions would mark a deletion of what never was.
      if (path !== "" && (await store.head(fileKey(path))) !== undefined) {
        await store.remove([{ key: fileKey(path) }]);
      }
      let found: Removed[] = [];
      for await (const { key } of store.list(folderKey(path))) {
        if (found.push({ key }) < REMOVED_AT_ONCE) continue;
        await store.remove(found);
        found = [];
      }
      if (found.length > 0) await store.remove(found);
    },

    async deleteFiles(files) {
      const objects = files.map(({ path, etag, versionId }) => ({
        key: fileKey(path),
        etag,
        versionId,
      }));
      for (let i = 0; i < objects.length; i += REMOVED_AT_ONCE) {
        await store.remove(objects.slice(i, i + REMOVED_AT_ONCE));
      }
    },
  };
}

async function putFile(
  store: ObjectStore,
  key: string,
  localFile: string,
  options: TransferOptions = {},
): Promise<Receipt> {
  const stat = statSync(localFile);
  const source: FileSource = { localFile, size: stat.size, mtimeMs: stat.mtimeMs };
  if (source.size > store.singlePutLimit) return store.putParts(key, source, options);
  const bytes = await readWhole(source);
  await options.pace?.(bytes.length);
  return store.put(key, contentOf(bytes), options);
}

type Beginning =
  | { readonly isAll: true; readonly bytes: Buffer }
  | { readonly isAll: false; readonly rest: AsyncIterable<Buffer> };

/** A stream's bytes when they are no more than `limit`, else all of it to be read on. */
async function takeUpTo(content: Readable, limit: number): Promise<Beginning> {
  const chunks: Buffer[] = [];
  let length = 0;
  const iterator = content[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    const bytes = Buffer.from(next.value as Uint8Array | string);
    chunks.push(bytes);
    length += bytes.length;
    if (length > limit) return { isAll: false, rest: follow(chunks, iterator) };
  }
  return { isAll: true, bytes: Buffer.concat(chunks) };
}

async function* follow(
  chunks: readonly Buffer[],
  iterator: AsyncIterator<Uint8Array | string>,
): AsyncGenerator<Buffer> {
  yield* chunks;
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    yield Buffer.from(next.value as Uint8Array);
  }
}

async function* inOrder(objects: AsyncIterable<StoredObject>): AsyncGenerator<StoredObject> {
  const all: StoredObject[] = [];
  for await (const object of objects) all.push(object);
  all.sort((a, b) => compareText(b.key, a.key));
  // From the end, so that what was handed out can go.
  for (let next = all.pop(); next !== undefined; next = all.pop()) yield next;
}

function wasReplaced(error: unknown): boolean {
  return error instanceof MlrunsError && error.errorCode === "ABORTED";
}

/** Consoles make such an object to show an empty folder. It is no file. */
function isMarker({ key, size }: StoredObject): boolean {
  return size === 0 && key.endsWith("/");
}

function toArtifactFile(object: StoredObject, root: string): ArtifactFile {
  const { key, size, modified, md5, parts, etag } = object;
  return {
    path: key.slice(root.length),
    isDir: false,
    fileSize: size,
    modified,
    ...(md5 === undefined ? {} : { md5 }),
    ...(parts === undefined ? {} : { parts }),
    etag,
  };
}

function toObject(file: ArtifactFile, key: string): StoredObject {
  const { fileSize, modified, md5, parts, sha256, etag = "", versionId } = file;
  return {
    key,
    size: fileSize ?? 0,
    modified,
    ...(md5 === undefined ? {} : { md5 }),
    ...(parts === undefined ? {} : { parts }),
    ...(sha256 === undefined ? {} : { sha256 }),
    etag,
    ...(versionId === undefined ? {} : { versionId }),
  };
}

function toFolder(path: string): ArtifactFile {
  return { path, isDir: true, fileSize: null, modified: null };
}

/** Undefined for a store that keeps no versions. */
function versionsInPaths(
  store: ObjectStore,
  root: string,
  folderKey: (folder: string) => string,
): Pick<VersionedRepository, "listVersions"> | undefined {
  if (!store.listVersions) return undefined;
  return {
    async *listVersions(folder) {
      for await (const object of store.listVersions?.(folderKey(folder)) ?? []) {
        const { versionId, isCurrent } = object;
        if (!isMarker(object)) yield { ...toArtifactFile(object, root), versionId, isCurrent };
      }
    },
  };
}

function uploadsInPaths(uploads: OpenUploads, root: string): OpenUploads {
  const inKeys = (upload: OpenUpload): OpenUpload => ({ ...upload, path: root + upload.path });
  return {
    async *list() {
      for await (const upload of uploads.list()) {
        yield { ...upload, path: upload.path.slice(root.length) };
      }
    },
    size: (upload) => uploads.size(inKeys(upload)),
    abort: (upload) => uploads.abort(inKeys(upload)),
  };
}

function inPaths(direct: DirectObjects, keyOf: (path: string) => string): DirectObjects {
  return {
    beginUpload: (path, parts) => direct.beginUpload(keyOf(path), parts),
    completeUpload: (path, id, parts) => direct.completeUpload(keyOf(path), id, parts),
    abortUpload: (path, id) => direct.abortUpload(keyOf(path), id),
    signUpload: (path, seconds) => direct.signUpload(keyOf(path), seconds),
    signDownload: (path, seconds) => direct.signDownload(keyOf(path), seconds),
  };
}
