import type { MlrunsClient } from "./client.ts";

/** What only a tree of files has: its upkeep, and the scans that name what cannot be read. */
type TreeOnly =
  | "root"
  | "checkRoot"
  | "createTree"
  | "checkTree"
  | "fixTree"
  | "gc"
  | "updateCatalog"
  | "writeCatalogInTree"
  | "verifyCatalog"
  | "rebuildCatalog"
  | "clearCatalog"
  | "overlookExperiments"
  | "findFeatures"
  | "scanExperiments"
  | "scanRuns"
  | "scanLoggedModels"
  | "scanRegisteredModels"
  | "scanModelVersions"
  | "scanTraces"
  | "stampOfSpans"
  | "appendSpans"
  | "readRunRecord"
  | "listRunIds"
  | "listRunFolders"
  | "runProblems"
  | "scanFamily"
  | "findNewestRuns"
  | "meetChanges"
  | "countKnownProblems"
  | "runsVersion"
  | "getMetricState"
  | "pollChanges"
  | "takeChanges"
  | "createVersionOfAnyKind"
  | "artifactPlaceOf"
  | "artifactPlaceOfExperiment"
  | "isMovedAway"
  | "artifactPlaceOfModel"
  | "artifactPlaceOfTrace"
  | "openArtifacts";

/**
 * What runs, models, prompts and traces are kept in: a tree of files (`MlrunsClient`) or a server (`RestClient`). Methods
 * that log return at once.
 */
export type TrackingClient = Omit<MlrunsClient, TreeOnly>;
