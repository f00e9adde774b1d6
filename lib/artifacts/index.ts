export type {
  ArtifactFile,
  ArtifactRepository,
  ByteRange,
} from "./artifact-repository.ts";
export {
  type AbortOptions,
  abortUploads,
  type LeftUpload,
  listUploads,
} from "./left-uploads.ts";
export { type Endpoints, type OpenOptions, openArtifacts } from "./registry.ts";
export type { FilterRule } from "./sync/filter.ts";
export {
  type SyncOptions,
  type SyncProgress,
  type SyncReport,
  type SyncStep,
  syncArtifacts,
} from "./sync/sync.ts";
export type { SyncFailure } from "./sync/transfer.ts";
export {
  type Difference,
  type VerifyDifference,
  type VerifyOptions,
  type VerifyReport,
  verifyArtifacts,
} from "./sync/verify.ts";
export { type WatchOptions, watchArtifacts } from "./sync/watch.ts";
export {
  type CollectOptions,
  type CollectReport,
  collectVersions,
} from "./versions/collect.ts";
export { printVersion, restoreManifest, restoreVersion } from "./versions/restore.ts";
export {
  diffVersions,
  type ListedVersion,
  listVersions,
  tagVersion,
  type VersionDifference,
} from "./versions/versions.ts";
