import type { MlrunsClient } from "./client.ts";

/**
 * What a run is logged through: a tree of files (`MlrunsClient`) or a server (`RestClient`). Methods that log return at once;
 * `drain` waits until what was logged is where it belongs.
 */
export type TrackingClient = Pick<
  MlrunsClient,
  | "createExperiment"
  | "getExperiment"
  | "getExperimentByName"
  | "createRun"
  | "getRun"
  | "updateRun"
  | "setTerminated"
  | "endNow"
  | "logMetric"
  | "logMetrics"
  | "logParam"
  | "logParams"
  | "setTag"
  | "setTags"
  | "deleteTag"
  | "logBatch"
  | "logInputs"
  | "logOutputs"
  | "getMetricHistory"
  | "flush"
  | "close"
  | "findArtifactPlace"
  | "logArtifact"
  | "logArtifacts"
  | "logText"
  | "logBytes"
  | "logDict"
  | "logJson"
  | "logTable"
  | "logImage"
  | "listArtifacts"
  | "logTrace"
>;
