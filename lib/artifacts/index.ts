export type {
  ArtifactFile,
  ArtifactRepository,
  ByteRange,
} from "./artifact-repository.ts";
export { openArtifacts } from "./registry.ts";
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
  type VerifyOptions,
  type VerifyReport,
  verifyArtifacts,
} from "./sync/verify.ts";
