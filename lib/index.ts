export type { ArtifactFile } from "./artifacts/artifact-repository.ts";
export { ActiveRun } from "./client/active-run.ts";
export type {
  AssessmentOptions,
  ExpectationOptions,
  FeedbackOptions,
} from "./client/assessment-options.ts";
export type { SystemMetricsOptions } from "./client/autolog/system-metrics.ts";
export {
  type TfjsCallbacks,
  type TfjsModel,
  type TfjsOptions,
  tfjs,
} from "./client/autolog/tfjs.ts";
export { MlrunsClient, type PartialAnswer, type ReadProgress } from "./client/client.ts";
export type { ClientOptions, SearchOptions } from "./client/experiment-client.ts";
export type {
  Finding,
  FindingKind,
  FixReport,
  Garbage,
  GcOptions,
  GcReport,
  TreeReport,
} from "./client/maintenance-client.ts";
export type { SearchLoggedModelsOptions } from "./client/model-client.ts";
export { openClient } from "./client/open-client.ts";
export type { NewPrompt } from "./client/prompt.ts";
export type { RegistrySearchOptions, VersionNumber } from "./client/registry-client.ts";
export { RestClient, type RestClientOptions } from "./client/rest/rest-client.ts";
export { type SendOptions, type SentReport, sendUnsent } from "./client/rest/send-unsent.ts";
export {
  type DuplicateRun,
  openRoots,
  type RootedExperiment,
  type RootedRun,
  RootsClient,
} from "./client/roots-client.ts";
export type { ImageOptions } from "./client/run-artifacts.ts";
export type {
  HistoryOptions,
  LogValue,
  MetricOptions,
  RunSearchOptions,
} from "./client/run-client.ts";
export { type RunOptions, startRun } from "./client/start-run.ts";
export type { TableData } from "./client/table.ts";
export type { LiveSpan, SpanOptions, SpanType } from "./client/tracing/live-span.ts";
export {
  currentSpan,
  flushTraces,
  type TraceDestination,
  type TraceOptions,
  trace,
  type WithSpanOptions,
  withSpan,
} from "./client/tracing/tracing.ts";
export type { TrackingClient } from "./client/tracking-client.ts";
export type { Dataset, DatasetInput } from "./entities/dataset.ts";
export type { Experiment } from "./entities/experiment.ts";
export type { FileInfo } from "./entities/file-info.ts";
export type { JsonObject, JsonValue } from "./entities/json.ts";
export type { LifecycleStage, ViewType } from "./entities/lifecycle.ts";
export type { LoggedModel, LoggedModelStatus } from "./entities/logged-model.ts";
export type { Metric } from "./entities/metric.ts";
export type {
  ModelVersion,
  ModelVersionStage,
  ModelVersionStatus,
} from "./entities/model-version.ts";
export type { Param } from "./entities/param.ts";
export {
  type ChatMessage,
  type FormatOptions,
  formatPrompt,
  type Prompt,
  type PromptTemplate,
  type PromptVersion,
  promptVariables,
} from "./entities/prompt.ts";
export type { RegisteredModel } from "./entities/registered-model.ts";
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
export type {
  Assessment,
  AssessmentError,
  AssessmentSourceType,
  Expectation,
  Feedback,
  IssueReference,
  Span,
  SpanEvent,
  SpanLink,
  SpanStatusCode,
  Trace,
  TraceInfo,
  TraceState,
} from "./entities/trace.ts";
export { type ErrorCode, MlrunsError, type TreeProblem } from "./errors.ts";
export type { CarryOptions, CarryProgress } from "./exchange/carry.ts";
export type { ExportOptions } from "./exchange/export.ts";
export type { ImportOptions } from "./exchange/import.ts";
export type { ExchangeReport } from "./exchange/report.ts";
export type { LoggedModelOrderBy, MetricDataset } from "./search/index.ts";
export type { AssessmentChanges, NewAssessment } from "./store/assessments.ts";
export type { NewExperiment } from "./store/experiments.ts";
export type { Batch } from "./store/log.ts";
export type { NewLoggedModel } from "./store/logged-models.ts";
export type { NewModelVersion } from "./store/model-versions.ts";
export type { RunRecord } from "./store/read-run.ts";
export type { NewRegisteredModel } from "./store/registry.ts";
export type { NewRun, RunChanges } from "./store/runs.ts";
export type { NewTrace, TraceChanges, TraceChoice } from "./store/traces.ts";
export type {
  Change,
  MetricValue,
  RunChange,
  RunSummary,
  TreeDiff,
} from "./travel/diff/trees.ts";
export type {
  MergeItem,
  MergeKind,
  MergeOptions,
  MergeOutcome,
  MergeReport,
} from "./travel/merge/merge.ts";
export type { RelocateOptions, RelocateReport, Relocation } from "./travel/relocate.ts";
export { diffTrees, exportFrom, importInto, mergeTrees, relocateTree } from "./trees.ts";
