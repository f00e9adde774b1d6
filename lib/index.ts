export type { ArtifactFile } from "./artifacts/artifact-repository.ts";
export { ActiveRun } from "./client/active-run.ts";
export type { ImageOptions } from "./client/artifact-client.ts";
export { MlrunsClient } from "./client/client.ts";
export type { ClientOptions, SearchOptions } from "./client/experiment-client.ts";
export type { LogValue, MetricOptions } from "./client/run-client.ts";
export { type RunOptions, startRun } from "./client/start-run.ts";
export type { TableData } from "./client/table.ts";
export type { Dataset, DatasetInput } from "./entities/dataset.ts";
export type { Experiment } from "./entities/experiment.ts";
export type { FileInfo } from "./entities/file-info.ts";
export type { LifecycleStage, ViewType } from "./entities/lifecycle.ts";
export type { Metric } from "./entities/metric.ts";
export type { Param } from "./entities/param.ts";
export type {
  ModelInput,
  ModelOutput,
  Run,
  RunData,
  RunInfo,
  RunInputs,
  RunOutputs,
  RunStatus,
} from "./entities/run.ts";
export type { RunTag, Tag } from "./entities/tag.ts";
export { type ErrorCode, MlrunsError, type TreeProblem } from "./errors.ts";
export type { NewExperiment } from "./store/experiments.ts";
export type { Batch } from "./store/log.ts";
export type { RunRecord } from "./store/read-run.ts";
export type { NewRun, RunChanges } from "./store/runs.ts";
