/** Moving artifacts between folders and stores, and their versions, for the command line and for programs. */
export {
  type AbortOptions,
  abortUploads,
  type LeftUpload,
  listUploads,
} from "../artifacts/left-uploads.ts";
export type { FilterRule } from "../artifacts/sync/filter.ts";
export {
  type SyncOptions,
  type SyncProgress,
  type SyncReport,
  type SyncStep,
  syncArtifacts,
} from "../artifacts/sync/sync.ts";
export { answerOf, type SyncFailure } from "../artifacts/sync/transfer.ts";
export {
  type Difference,
  type VerifyDifference,
  type VerifyOptions,
  type VerifyReport,
  verifyArtifacts,
} from "../artifacts/sync/verify.ts";
export { type WatchOptions, watchArtifacts } from "../artifacts/sync/watch.ts";
export {
  type CollectOptions,
  type CollectReport,
  collectVersions,
} from "../artifacts/versions/collect.ts";
export {
  isManifestFile,
  manifestFileOf,
  printVersion,
  restoreManifest,
  restoreVersion,
} from "../artifacts/versions/restore.ts";
export {
  diffVersions,
  type ListedVersion,
  listVersions,
  tagVersion,
  type VersionDifference,
} from "../artifacts/versions/versions.ts";
export { resolveArtifacts } from "./artifact-uri.ts";
export { type PushTreeOptions, type PushTreeReport, pushTree, runEndOf } from "./push-tree.ts";
