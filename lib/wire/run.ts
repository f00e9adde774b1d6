import type { LifecycleStage } from "../entities/lifecycle.ts";
import { toDictionary } from "../entities/record.ts";
import type { Run, RunData, RunInfo, RunStatus } from "../entities/run.ts";
import { type DatasetInputJson, decodeDatasetInput, encodeDatasetInput } from "./dataset.ts";
import {
  compact,
  decodeInteger,
  decodeOptionalInteger,
  decodePairs,
  encodePairs,
  type JsonInteger,
  type PairJson,
  someOf,
} from "./json.ts";
import { decodeMetric, encodeRunMetric, type MetricJson } from "./metric.ts";

export interface RunInfoJson {
  readonly run_uuid?: string;
  readonly run_id: string;
  readonly experiment_id: string;
  readonly run_name?: string;
  readonly user_id?: string;
  readonly status?: RunStatus;
  readonly start_time?: JsonInteger;
  readonly end_time?: JsonInteger;
  readonly artifact_uri?: string;
  readonly lifecycle_stage?: LifecycleStage;
}

export interface RunJson {
  readonly info: RunInfoJson;
  readonly data?: {
    readonly metrics?: readonly MetricJson[];
    readonly params?: readonly PairJson[];
    readonly tags?: readonly PairJson[];
  };
  readonly inputs?: {
    readonly dataset_inputs?: readonly DatasetInputJson[];
    readonly model_inputs?: readonly { readonly model_id: string }[];
  };
  readonly outputs?: {
    readonly model_outputs?: readonly { readonly model_id: string; readonly step?: JsonInteger }[];
  };
}

/** @param artifactUri - where clients find the artifacts, which need not be how the tree records it */
export function encodeRunInfo(info: RunInfo, artifactUri: string): RunInfoJson {
  return compact({
    run_uuid: info.runId,
    experiment_id: info.experimentId,
    run_name: info.runName,
    user_id: info.userId,
    status: info.status,
    start_time: info.startTime,
    end_time: info.endTime ?? undefined,
    artifact_uri: artifactUri,
    lifecycle_stage: info.lifecycleStage,
    run_id: info.runId,
  });
}

export function encodeRun(run: Run, artifactUri: string): RunJson {
  const { info, data, inputs, outputs } = run;
  const { runId } = info;
  return {
    info: encodeRunInfo(info, artifactUri),
    data: compact({
      metrics: someOf(data.latestMetrics.map((metric) => encodeRunMetric(metric, runId))),
      params: encodePairs(data.params),
      tags: encodePairs(data.tags),
    }),
    inputs: compact({
      dataset_inputs: someOf(inputs.datasetInputs.map(encodeDatasetInput)),
      model_inputs: someOf(inputs.modelInputs.map(({ modelId }) => ({ model_id: modelId }))),
    }),
    outputs: compact({
      model_outputs: someOf(
        outputs.modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
      ),
    }),
  };
}

export function decodeRunInfo(json: RunInfoJson): RunInfo {
  return {
    runId: json.run_id,
    experimentId: json.experiment_id,
    runName: json.run_name ?? "",
    userId: json.user_id ?? "",
    status: json.status ?? "RUNNING",
    startTime: decodeInteger(json.start_time ?? 0),
    endTime: decodeOptionalInteger(json.end_time),
    lifecycleStage: json.lifecycle_stage ?? "active",
    artifactUri: json.artifact_uri ?? null,
  };
}

export function decodeRun(json: RunJson): Run {
  return {
    info: decodeRunInfo(json.info),
    data: decodeRunData(json.data ?? {}),
    inputs: {
      datasetInputs: (json.inputs?.dataset_inputs ?? []).map(decodeDatasetInput),
      modelInputs: (json.inputs?.model_inputs ?? []).map((model) => ({ modelId: model.model_id })),
    },
    outputs: {
      modelOutputs: (json.outputs?.model_outputs ?? []).map((model) => ({
        modelId: model.model_id,
        step: decodeInteger(model.step ?? 0),
      })),
    },
  };
}

function decodeRunData(json: NonNullable<RunJson["data"]>): RunData {
  const latestMetrics = (json.metrics ?? []).map(decodeMetric);
  return {
    metrics: toDictionary(latestMetrics.map(({ key, value }) => [key, value] as const)),
    params: decodePairs(json.params),
    tags: decodePairs(json.tags),
    latestMetrics,
  };
}
