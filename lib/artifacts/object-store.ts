import type { Readable } from "node:stream";
import type { Capabilities, OpenUploads, Receipt, TransferOptions } from "./artifact-repository.ts";

/** An object of a bucket or container. */
export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modified: number | null;
  /** In hex, as {@link ArtifactFile.md5}. */
  readonly md5?: string;
  readonly parts?: number;
  /** In hex, when somebody knows it: bytes that come are checked by it. */
  readonly sha256?: string;
  readonly etag: string;
  /** As {@link ArtifactFile.versionId}: then this version is meant, and the ETag need not be known. */
  readonly versionId?: string;
}

/** A version of an object that a bucket keeps. */
export interface ObjectVersion extends StoredObject {
  readonly versionId: string;
  readonly isCurrent: boolean;
}

export interface OpenedObject {
  readonly body: Readable;
  /** In hex, when the store tells for sure, of the whole object. */
  readonly md5?: string;
}

export interface ReadOptions {
  readonly start?: number;
  /** Inclusive. */
  readonly end?: number;
  /** Fails with ABORTED when the object is another one. */
  readonly etag?: string;
  readonly versionId?: string;
  readonly signal?: AbortSignal;
}

export interface GetOptions extends Omit<ReadOptions, "signal"> {
  /** Memory for the bytes, which are then part of it. */
  readonly into?: Buffer;
}

/** Bytes of an object, as it was when it had this ETag. */
export interface GotObject {
  readonly bytes: Buffer;
  readonly etag: string;
  /** As {@link OpenedObject.md5}. */
  readonly md5?: string;
}

/** What is put at once, with its digests, which a request carries or its answer is checked by. */
export interface Content {
  readonly bytes: Buffer;
  readonly md5: Buffer;
  readonly sha256: Buffer;
}

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** As {@link TransferOptions.replaces}. */
  readonly replaces?: string | null;
}

/** An object to be removed; with an ETag only while it has it, with a version id only that version. */
export interface Removed {
  readonly key: string;
  readonly etag?: string;
  readonly versionId?: string;
}

export interface FileSource {
  readonly localFile: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** A part of an upload that was sent. */
export interface UploadedPart {
  /** Counted from 1. */
  readonly number: number;
  readonly etag: string;
}

/** Addresses, signed for some time, at which others send and fetch objects. Times in seconds. */
export interface DirectObjects {
  /**
   * @returns the store's name of the upload, and where each part is to be PUT; undefined when the credentials turn out
   *   to be ones that cannot sign
   */
  beginUpload(
    key: string,
    parts: number,
  ): Promise<{ readonly id: string; readonly urls: readonly string[] } | undefined>;
  completeUpload(key: string, id: string, parts: readonly UploadedPart[]): Promise<void>;
  abortUpload(key: string, id: string): Promise<void>;
  /** Where a whole file may be PUT, or fetched, until some seconds from now; undefined as above. */
  signUpload(key: string, seconds: number): Promise<SignedAddress | undefined>;
  signDownload(key: string, seconds: number): Promise<SignedAddress | undefined>;
}

export interface SignedAddress {
  readonly url: string;
  /** Without them the store refuses the request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A bucket or container: what one cloud's SDK does for the repository that all clouds share. Keys are whole and taken
 * literally. Every method throws a MlrunsError, after the SDK's own retries.
 */
export interface ObjectStore {
  readonly capabilities: Capabilities;
  /** Where a store can sign addresses. */
  readonly direct?: DirectObjects;
  /** As {@link VersionedRepository.uploads}, of the keys that begin with `prefix`; paths are keys. */
  openUploads?(prefix: string): OpenUploads;
  /** As {@link VersionedRepository.listVersions}, in keys. */
  listVersions?(prefix: string): AsyncIterable<ObjectVersion>;
  /** Files above this size go up in parts. Bytes. */
  readonly singlePutLimit: number;
  /** Whether `list` tells objects in the byte order of their keys. Otherwise all of them have to be held to sort them. */
  readonly listsInOrder: boolean;
  /** Every object whose key starts with `prefix`. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Objects below `prefix` up to the next `/`, and the prefixes that end with it; `limit` of both at most. */
  listFolder(
    prefix: string,
    limit?: number,
  ): Promise<{ objects: readonly StoredObject[]; prefixes: readonly string[] }>;
  head(key: string): Promise<StoredObject | undefined>;
  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  open(key: string, options: ReadOptions): Promise<OpenedObject>;
  /**
   * Reads a small object, or some bytes of a large one, where that is quicker than `open`. Null when there is no such object,
   * undefined where `open` has to do it.
   */
  get?(key: string, options: GetOptions): Promise<GotObject | null | undefined>;
  /** The CRC32 of a whole object in base64; undefined when the store has none. */
  checksum?(object: StoredObject): Promise<string | undefined>;
  put(key: string, content: Content, options: PutOptions): Promise<Receipt>;
  putParts(key: string, source: FileSource, options: TransferOptions): Promise<Receipt>;
  /** Copies within the bucket. Fails with ABORTED when the source has another ETag. */
  copy(from: StoredObject, to: string): Promise<void>;
  /** Removes what is there of these objects. Fails with ABORTED for one that has another ETag than the one that is given. */
  remove(objects: readonly Removed[]): Promise<void>;
}
