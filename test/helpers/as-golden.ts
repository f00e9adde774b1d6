/** Our entities in the form in which the goldens have MLflow's, see fixtures/README.md. */
import type { Experiment } from "../../lib/entities/experiment.ts";
import type { LoggedModel } from "../../lib/entities/logged-model.ts";
import type { Metric } from "../../lib/entities/metric.ts";
import type { ModelVersion } from "../../lib/entities/model-version.ts";
import type { RegisteredModel } from "../../lib/entities/registered-model.ts";
import type { Run } from "../../lib/entities/run.ts";
import type { Assessment, TraceInfo } from "../../lib/entities/trace.ts";
import { printPythonJson } from "../../lib/format/python-json.ts";

export function experiment(each: Experiment): object {
  return {
    experiment_id: each.experimentId,
    name: each.name,
    artifact_location: each.artifactLocation,
    lifecycle_stage: each.lifecycleStage,
    creation_time: each.creationTime,
    last_update_time: each.lastUpdateTime,
    tags: { ...each.tags },
  };
}

export function run({ info, data, inputs, outputs }: Run): object {
  return {
    info: {
      run_id: info.runId,
      run_name: info.runName,
      experiment_id: info.experimentId,
      user_id: info.userId,
      status: info.status,
      start_time: info.startTime,
      end_time: info.endTime,
      lifecycle_stage: info.lifecycleStage,
      artifact_uri: info.artifactUri,
    },
    params: { ...data.params },
    metrics: Object.fromEntries(
      Object.entries(data.metrics).map(([key, value]) => [key, number(value)]),
    ),
    tags: { ...data.tags },
    inputs: {
      dataset_inputs: inputs.datasetInputs
        .map(({ dataset: { sourceType, ...rest }, tags }) => ({
          dataset: { ...rest, source_type: sourceType },
          tags: { ...tags },
        }))
        .sort((a, b) =>
          a.dataset.name + a.dataset.digest < b.dataset.name + b.dataset.digest ? -1 : 1,
        ),
      model_inputs: inputs.modelInputs.map(({ modelId }) => modelId).sort(),
    },
    outputs: {
      model_outputs: outputs.modelOutputs
        .map(({ modelId, step }) => ({ model_id: modelId, step }))
        .sort((a, b) => (a.model_id < b.model_id ? -1 : 1)),
    },
  };
}

export function metric(point: Metric): object {
  return {
    key: point.key,
    value: number(point.value),
    timestamp: point.timestamp,
    step: point.step,
    ...(point.modelId !== undefined && { model_id: point.modelId }),
    ...(point.datasetName !== undefined && {
      dataset_name: point.datasetName,
      dataset_digest: point.datasetDigest,
    }),
    ...(point.runId !== undefined && { run_id: point.runId }),
  };
}

function number(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

export function registeredModel(model: RegisteredModel): object {
  return {
    name: model.name,
    creation_timestamp: model.creationTimestamp,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    description: model.description,
    tags: { ...model.tags },
    aliases: { ...model.aliases },
    latest_versions: model.latestVersions.map(({ version, currentStage }) => ({
      version,
      stage: currentStage,
    })),
  };
}

export function modelVersion(version: ModelVersion): object {
  return {
    name: version.name,
    version: version.version,
    current_stage: version.currentStage,
    creation_timestamp: version.creationTimestamp,
    last_updated_timestamp: version.lastUpdatedTimestamp,
    description: version.description,
    source: version.source,
    run_id: version.runId,
    run_link: version.runLink,
    status: version.status,
    user_id: version.userId,
    tags: { ...version.tags },
    aliases: version.aliases,
    model_id: version.modelId,
  };
}

export function loggedModel(model: LoggedModel): object {
  return {
    model_id: model.modelId,
    name: model.name,
    experiment_id: model.experimentId,
    artifact_location: model.artifactLocation,
    creation_timestamp: model.creationTimestamp,
    last_updated_timestamp: model.lastUpdatedTimestamp,
    model_type: model.modelType,
    source_run_id: model.sourceRunId,
    status: model.status,
    status_message: model.statusMessage,
    params: { ...model.params },
    tags: { ...model.tags },
    metrics: [...model.metrics]
      .map(metric)
      .sort((a, b) => (JSON.stringify(sortKey(a)) < JSON.stringify(sortKey(b)) ? -1 : 1)),
  };
}

/** The order of the golden: Python writes a missing dataset as `None`. */
function sortKey(point: object): readonly unknown[] {
  const { key, dataset_name = "None", dataset_digest = "None" } = point as Record<string, unknown>;
  return [key, dataset_name, dataset_digest];
}

export function trace(info: TraceInfo): object {
  return {
    trace_id: info.traceId,
    request_id: info.traceId,
    experiment_id: info.experimentId,
    request_time: info.requestTime,
    timestamp_ms: info.requestTime,
    execution_duration: info.executionDuration,
    execution_time_ms: info.executionDuration,
    request_preview: info.requestPreview,
    response_preview: info.responsePreview,
    client_request_id: info.clientRequestId,
    status: `TraceStatus.${info.state}`,
    state: info.state,
    trace_metadata: { ...info.traceMetadata },
    tags: { ...info.tags },
    assessments: [...info.assessments]
      .sort((a, b) => (a.assessmentId < b.assessmentId ? -1 : 1))
      .map(assessment),
  };
}

/** MLflow's reader drops `valid` of expectations. */
export function assessment(each: Assessment): object {
  return {
    assessment_id: each.assessmentId,
    assessment_name: each.name,
    trace_id: each.traceId,
    source: { source_type: each.source.sourceType, source_id: each.source.sourceId },
    create_time: new Date(each.createTimeMs).toISOString(),
    last_update_time: new Date(each.lastUpdateTimeMs).toISOString(),
    ...(each.kind !== "expectation" && { valid: each.valid }),
    ...kind(each),
    ...(each.spanId !== null && { span_id: each.spanId }),
    ...(each.rationale !== null && { rationale: each.rationale }),
    ...(each.overrides !== null && { overrides: each.overrides }),
    ...(Object.keys(each.metadata).length > 0 && { metadata: { ...each.metadata } }),
  };
}

function kind(each: Assessment): object {
  if (each.kind === "issue") return { issue: { issue_name: each.issueName } };
  if (each.kind === "expectation") {
    const isScalar = typeof each.value !== "object" || each.value === null;
    return isScalar
      ? { expectation: { value: each.value } }
      : {
          expectation: {
            serialized_value: {
              serialization_format: "JSON_FORMAT",
              value: printPythonJson(each.value),
            },
          },
        };
  }
  return {
    feedback: {
      value: each.value,
      ...(each.error !== null && {
        error: {
          error_code: each.error.errorCode,
          error_message: each.error.errorMessage,
          stack_trace: each.error.stackTrace,
        },
      }),
    },
  };
}
