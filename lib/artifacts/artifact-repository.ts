import type { Stats } from "node:fs";
import type { Readable } from "node:stream";
import type { FileInfo } from "../entities/file-info.ts";
import type { DirectObjects } from "./object-store.ts";

/** A file or folder below an artifact root, with what its store knows of it. */
export interface ArtifactFile extends FileInfo {
  /** Last change, ms since the epoch; null when the store does not tell, and for folders. */
  readonly modified: number | null;
  /**
   * MD5 of the content in hex, where the listing tells it. With `parts`: MD5 of the parts' MD5s, as S3 has it for a
   * file that came in parts.
   */
  readonly md5?: string;
  readonly parts?: number;
  /** In hex, where a version's manifest tells it. */
  readonly sha256?: string;
  /** How a walk over a folder of this machine found it, so that who compares it need not look again. */
  readonly found?: Stats;
  /** Another value whenever the content was written anew: an ETag or a generation. */
  readonly etag?: string;
  /** Of a bucket that keeps what is overwritten or deleted: the name by which this state of the file can still be read. */
  readonly versionId?: string;
}

/** A state of a file that a bucket keeps. */
export interface KeptVersion extends ArtifactFile {
  readonly versionId: string;
  /** Whether it is the file as it is now. */
  readonly isCurrent: boolean;
}

/** Bytes `start` up to and including `end`; without `end` up to the last one. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** An upload in parts that was begun, so that a later process can go on with it. */
export interface BegunUpload {
  /** The store's own name of the upload. */
  readonly id: string;
  readonly partSize: number;
  /** The source as it was: another size or time, and the upload starts again. */
  readonly size: number;
  readonly mtimeMs: number;
}

/** An upload in parts that a store holds, under way or left by a process that was killed. */
export interface OpenUpload {
  readonly path: string;
  /** The store's own name of the upload. */
  readonly id: string;
  /** When it was begun, ms since the epoch; null when the store does not tell. */
  readonly begun: number | null;
}

/** What was begun in a store and not finished. */
export interface OpenUploads {
  /** All below the root, in any order. */
  list(): AsyncIterable<OpenUpload>;
  /** Bytes that the store holds of one. */
  size(upload: OpenUpload): Promise<number>;
  /** Removes one with its parts; nothing happens when there is none. */
  abort(upload: OpenUpload): Promise<void>;
}

/** Remembers uploads across processes. */
export interface UploadJournal {
  get(path: string): BegunUpload | undefined;
  /** Resolves when the upload would be found after a crash. Without an upload, it is forgotten. */
  set(path: string, upload: BegunUpload | undefined): Promise<void>;
}

export interface TransferOptions {
  readonly signal?: AbortSignal;
  /** Called before bytes are moved, which waits for it: counts, and holds a rate. Repeated bytes count again. */
  readonly pace?: (bytes: number) => Promise<void>;
  /** Lets large files that were moved in part go on where they ended. One process at a time may use it for a path. */
  readonly journal?: UploadJournal;
  /** The file as a listing told it: saves asking again, and fails when it was written anew since. For downloads. */
  readonly listed?: ArtifactFile;
  /** The ETag of what an upload replaces, null for nothing: fails with ABORTED when something else is there. */
  readonly replaces?: string | null;
  /** Computes the receipt's SHA-256 also of large files. */
  readonly wantsSha256?: boolean;
  /** Of an upload in parts: bytes of a part, a whole number of MiB; more where there would be too many parts. */
  readonly partSize?: number;
  /** Of an upload in parts: so many of one file at a time, where the store takes several. */
  readonly parts?: number;
  /** Of a file that is written to this machine: it is on the disk, not only in the memory of the system, before it has its name. */
  readonly durable?: boolean;
}

/** A small file whole, as it was when it had this ETag. */
export interface LoadedFile {
  readonly content: Buffer;
  readonly etag: string;
}

/** What a store holds after a transfer. */
export interface Receipt {
  /** MD5 of the content in hex; null when it did not have to be computed. */
  readonly md5: string | null;
  /** In hex; null when it was not computed. */
  readonly sha256: string | null;
  readonly etag: string | null;
  /** Whether listings tell this MD5: not so where S3 encrypts with keys of KMS. */
  readonly isListed: boolean;
  /** As {@link ArtifactFile.versionId}: told only by a bucket that will keep the file when it is overwritten. */
  readonly versionId?: string;
}

/** What of a store takes a request; what can be said before it is asked. */
export interface RequestCosts {
  /** Files up to this size go up in one. Bytes. */
  readonly uploadedAtOnce: number;
  /** Of an upload in parts, besides the parts. */
  readonly aroundParts: number;
  /** Files above this size come in pieces of it, and their checksum by one more; undefined: always in one. Bytes. */
  readonly rangeSize?: number;
  /** Files that one removes. */
  readonly deletedAtOnce: number;
}

/** What a store can do, as data. */
export interface Capabilities {
  /** Listings tell the MD5 of files, so that two sides compare without reading one. */
  readonly listsMd5: boolean;
  /** An upload can be made to fail when something else than expected would be replaced. */
  readonly checksReplaced: boolean;
  /** A bucket can be set to keep what is overwritten or deleted, so that it need not be copied before. */
  readonly keepsVersions: boolean;
  /** A large upload goes on after the process that began it has ended. */
  readonly resumesUploads: boolean;
  /** Undefined for a folder, which takes none. */
  readonly requests?: RequestCosts;
  /** Small files moved at a time that keep the store busy. */
  readonly transfers: number;
}

/**
 * Where artifacts live. One instance serves one root, such as `<run folder>/artifacts` or `s3://bucket/0/<run id>/artifacts`.
 * Paths are relative to the root, separated by `/`; each method throws INVALID_PARAMETER_VALUE for one that leads out.
 *
 * Stores that cannot be reached throw TEMPORARILY_UNAVAILABLE after retries; ones that refuse, PERMISSION_DENIED or
 * UNAUTHENTICATED at once. A root that does not exist (a missing bucket) throws RESOURCE_DOES_NOT_EXIST on every method.
 */
export interface ArtifactRepository {
  readonly capabilities: Capabilities;
  /** Lets others send and fetch files at the store itself, where it can sign addresses; in paths instead of keys. */
  readonly direct?: DirectObjects;
  /** Every file below `folder`, at any depth, in the byte order of their paths. An unknown folder has no files. */
  list(folder: string): AsyncIterable<ArtifactFile>;
  /** What lies directly in `folder`, sorted by path. An unknown folder is empty, as in MLflow; a file's path too. */
  listFolder(folder: string): Promise<ArtifactFile[]>;
  /** The file or folder at `path`; undefined when there is none. */
  find(path: string): Promise<ArtifactFile | undefined>;
  /**
   * Opens a file.
   *
   * @param versionId - of a version that a bucket keeps, instead of what is there now
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for a folder
   */
  read(path: string, range?: ByteRange, versionId?: string): Promise<Readable>;
  /** Writes the whole file or nothing: a reader never sees part of it. Replaces what is there. */
  write(path: string, content: Readable): Promise<void>;
  /**
   * Copies a file of this machine to `path`, whole or not at all.
   *
   * @throws MlrunsError ABORTED when the file changes meanwhile
   */
  upload(localFile: string, path: string, options?: TransferOptions): Promise<Receipt>;
  /**
   * Copies a file to this machine, whole or not at all, and checks it against what the store knows of it.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST, ABORTED when it is no longer the listed one
   */
  download(path: string, localFile: string, options?: TransferOptions): Promise<Receipt>;
  /** Removes a file, or a folder with all that is in it; nothing happens when there is none. */
  delete(path: string): Promise<void>;
  /**
   * Removes files, all of which `list` has told; of one with a version id that version, for good.
   *
   * @throws MlrunsError ABORTED for one that was written anew since it had its ETag, where the store can tell
   */
  deleteFiles(files: readonly Pick<ArtifactFile, "path" | "etag" | "versionId">[]): Promise<void>;
}

/** A place that can also keep versions of its files: what a folder or a bucket can do, and a server's proxy cannot. */
export interface VersionedRepository extends ArtifactRepository {
  /** Undefined for a place that keeps no parts of uploads, or does not tell of them. */
  readonly uploads?: OpenUploads;
  /**
   * Every version of every file below `folder`, current ones too, in any order; of a store with the capability
   * `keepsVersions`, whether or not the bucket keeps any.
   */
  listVersions?(folder: string): AsyncIterable<KeptVersion>;
  /** Reads a small file whole; undefined when there is none. */
  load(path: string): Promise<LoadedFile | undefined>;
  /**
   * Replaces a small file only if it still has the ETag that `load` told; null: only if there is none.
   *
   * @throws MlrunsError ABORTED when it is another one
   */
  replace(path: string, content: Buffer, expected: string | null): Promise<void>;
  /**
   * Copies a file that was listed within the store: its bytes do not pass through this machine.
   *
   * @throws MlrunsError ABORTED when the file is another one than listed, RESOURCE_DOES_NOT_EXIST when it is gone
   */
  copy(file: ArtifactFile, to: string): Promise<void>;
}
