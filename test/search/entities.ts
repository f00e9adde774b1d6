import type { Experiment } from "../../lib/entities/experiment.ts";
import type { LifecycleStage } from "../../lib/entities/lifecycle.ts";
import type { LoggedModel, LoggedModelStatus } from "../../lib/entities/logged-model.ts";
import type { Metric } from "../../lib/entities/metric.ts";
import type { ModelVersion, ModelVersionStage } from "../../lib/entities/model-version.ts";
import { type ReadonlyDictionary, toDictionary } from "../../lib/entities/record.ts";
import type { RegisteredModel } from "../../lib/entities/registered-model.ts";
import type { Run, RunStatus } from "../../lib/entities/run.ts";
import type { TraceState } from "../../lib/entities/trace.ts";
import type { SearchableTrace } from "../../lib/search/index.ts";
import type { Golden } from "../helpers/tree.ts";

/** What a golden tells of its tree, as entities. */
export interface Entities {
  readonly runs: readonly Run[];
  readonly experiments: readonly Experiment[];
  readonly loggedModels: readonly LoggedModel[];
  readonly registeredModels: readonly RegisteredModel[];
  readonly modelVersions: readonly ModelVersion[];
  readonly traces: readonly SearchableTrace[];
}

type Texts = Readonly<Record<string, string>>;

export interface RunJson {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly run_name: string;
    readonly user_id: string;
    readonly status: RunStatus;
    readonly start_time: number;
    readonly end_time: number | null;
    readonly lifecycle_stage: LifecycleStage;
    readonly artifact_uri: string | null;
  };
  /** NaN and infinities are words. */
  readonly metrics: Readonly<Record<string, number | string>>;
  readonly params: Texts;
  readonly tags: Texts;
  readonly inputs: {
    readonly dataset_inputs: readonly {
      readonly dataset: { readonly name: string; readonly digest: string };
      readonly tags: Texts;
    }[];
  };
}

export interface ExperimentJson {
  readonly experiment_id: string;
  readonly name: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly creation_time: number | null;
  readonly last_update_time: number | null;
  readonly tags: Texts;
}

export interface RegisteredModelJson {
  readonly name: string;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp: number;
  readonly tags: Texts;
}

export interface ModelVersionJson extends RegisteredModelJson {
  readonly version: string;
  readonly current_stage: ModelVersionStage;
  readonly source: string | null;
  readonly run_id: string | null;
}

export interface LoggedModelJson {
  readonly model_id: string;
  readonly experiment_id: string;
  readonly name: string;
  readonly creation_timestamp: number;
  readonly last_updated_timestamp: number;
  readonly model_type: string | null;
  readonly source_run_id: string | null;
  readonly status: LoggedModelStatus;
  readonly params: Texts;
  readonly tags: Texts;
  readonly metrics: readonly {
    readonly key: string;
    readonly value: number | string;
    readonly timestamp: number;
    readonly step: number;
    readonly dataset_name?: string | null;
    readonly dataset_digest?: string | null;
  }[];
}

export interface TraceJson {
  readonly trace_id: string;
  readonly experiment_id: string;
  readonly request_time: number;
  readonly execution_duration: number | null;
  readonly state: TraceState;
  readonly client_request_id: string | null;
  readonly trace_metadata: Texts;
  readonly tags: Texts;
}

/** MLflow wrote the goldens: their shape is trusted. */
export function goldenEntities(golden: Golden): Entities {
  const as = <T>(items: readonly unknown[] | undefined): readonly T[] =>
    (items ?? []) as readonly T[];
  return {
    runs: as<RunJson>(Object.values(golden.runs)).map(toRun),
    experiments: as<ExperimentJson>(golden.experiments).map(toExperiment),
    loggedModels: as<LoggedModelJson>(golden.logged_models.result).map(toLoggedModel),
    registeredModels: as<RegisteredModelJson>(golden.registered_models.result).map(
      toRegisteredModel,
    ),
    modelVersions: as<ModelVersionJson>(golden.model_versions.result).map(toModelVersion),
    traces: as<TraceJson>(Object.values(golden.traces).flat()).map(toTrace),
  };
}

export function toRun({ info, metrics, params, tags, inputs }: RunJson): Run {
  return {
    info: {
      runId: info.run_id,
      experimentId: info.experiment_id,
      runName: info.run_name,
      userId: info.user_id,
      status: info.status,
      startTime: info.start_time,
      endTime: info.end_time,
      lifecycleStage: info.lifecycle_stage,
      artifactUri: info.artifact_uri,
    },
    data: {
      metrics: toDictionary(Object.entries(metrics).map(([key, value]) => [key, Number(value)])),
      params: texts(params),
      tags: texts(tags),
      latestMetrics: [],
    },
    inputs: {
      datasetInputs: inputs.dataset_inputs.map(({ dataset, tags }) => ({
        dataset: { ...dataset, sourceType: "", source: "", schema: null, profile: null },
        tags: texts(tags),
      })),
      modelInputs: [],
    },
    outputs: { modelOutputs: [] },
  };
}

export function toExperiment(json: ExperimentJson): Experiment {
  return {
    experimentId: json.experiment_id,
    name: json.name,
    artifactLocation: "",
    lifecycleStage: json.lifecycle_stage,
    creationTime: json.creation_time,
    lastUpdateTime: json.last_update_time,
    tags: texts(json.tags),
  };
}

export function toRegisteredModel(json: RegisteredModelJson): RegisteredModel {
  return {
    name: json.name,
    creationTimestamp: json.creation_timestamp,
    lastUpdatedTimestamp: json.last_updated_timestamp,
    description: null,
    tags: texts(json.tags),
    aliases: {},
    latestVersions: [],
  };
}

export function toModelVersion(json: ModelVersionJson): ModelVersion {
  return {
    name: json.name,
    version: json.version,
    creationTimestamp: json.creation_timestamp,
    lastUpdatedTimestamp: json.last_updated_timestamp,
    description: null,
    userId: null,
    currentStage: json.current_stage,
    source: json.source,
    runId: json.run_id,
    runLink: null,
    status: "READY",
    statusMessage: null,
    modelId: null,
    storageLocation: null,
    tags: texts(json.tags),
    aliases: [],
  };
}

export function toLoggedModel(json: LoggedModelJson): LoggedModel {
  return {
    modelId: json.model_id,
    experimentId: json.experiment_id,
    name: json.name,
    artifactLocation: "",
    creationTimestamp: json.creation_timestamp,
    lastUpdatedTimestamp: json.last_updated_timestamp,
    modelType: json.model_type,
    sourceRunId: json.source_run_id,
    status: json.status,
    statusMessage: null,
    lifecycleStage: "active",
    tags: texts(json.tags),
    params: texts(json.params),
    metrics: json.metrics.map(toMetric),
  };
}

export function toTrace(json: TraceJson): SearchableTrace {
  return {
    traceId: json.trace_id,
    experimentId: json.experiment_id,
    requestTime: json.request_time,
    executionDuration: json.execution_duration,
    state: json.state,
    clientRequestId: json.client_request_id,
    traceMetadata: texts(json.trace_metadata),
    tags: texts(json.tags),
  };
}

function toMetric(json: LoggedModelJson["metrics"][number]): Metric {
  const { key, value, timestamp, step, dataset_name, dataset_digest } = json;
  const dataset =
    dataset_name && dataset_digest
      ? { datasetName: dataset_name, datasetDigest: dataset_digest }
      : {};
  return { key, value: Number(value), timestamp, step, ...dataset };
}

function texts(from: Texts): ReadonlyDictionary<string> {
  return toDictionary(Object.entries(from));
}
