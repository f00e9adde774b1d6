import type { Readable } from "node:stream";
import type { FileInfo } from "../entities/file-info.ts";

/** A file or folder below an artifact root, with what its store knows of it. */
export interface ArtifactFile extends FileInfo {
  /** Last change, ms since the epoch; null when the store does not tell, and for folders. */
  readonly modified: number | null;
}

/** Bytes `start` up to and including `end`; without `end` up to the last one. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/**
 * Where artifacts live. One instance serves one root, such as `<run folder>/artifacts` or `s3://bucket/0/<run id>/artifacts`.
 * Paths are relative to the root, separated by `/`; each method throws INVALID_PARAMETER_VALUE for one that leads out.
 */
export interface ArtifactRepository {
  /** Every file below `folder`, at any depth, in any order. An unknown folder has no files. */
  list(folder: string): AsyncIterable<ArtifactFile>;
  /** What lies directly in `folder`, sorted by path. An unknown folder is empty, as in MLflow. */
  listFolder(folder: string): Promise<ArtifactFile[]>;
  /** The file or folder at `path`; undefined when there is none. */
  find(path: string): Promise<ArtifactFile | undefined>;
  /** Opens a file. @throws MlrunsError RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE for a folder */
  read(path: string, range?: ByteRange): Promise<Readable>;
  /** Writes the whole file or nothing: a reader never sees part of it. Replaces what is there. */
  write(path: string, content: Readable): Promise<void>;
  /** Copies a file of this machine to `path`, whole or not at all. */
  upload(localFile: string, path: string): Promise<void>;
  /** Copies a file to this machine, whole or not at all. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  download(path: string, localFile: string): Promise<void>;
  /** Removes a file, or a folder with all that is in it; nothing happens when there is none. */
  delete(path: string): Promise<void>;
}
