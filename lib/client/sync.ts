/** Moving artifacts between folders and stores, for the command line and for programs. */
export type { FilterRule } from "../artifacts/sync/filter.ts";
export {
  type SyncOptions,
  type SyncProgress,
  type SyncReport,
  type SyncStep,
  syncArtifacts,
} from "../artifacts/sync/sync.ts";
export type { SyncFailure } from "../artifacts/sync/transfer.ts";
export {
  type Difference,
  type VerifyOptions,
  type VerifyReport,
  verifyArtifacts,
} from "../artifacts/sync/verify.ts";
