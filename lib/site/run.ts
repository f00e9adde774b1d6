import type { MetricSummary, RunRecord } from "../client/client.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { encodeNumber, type MetricEntry, type RunFile, type RunLink } from "../wire/data-files.ts";
import { makeArtifacts } from "./artifacts.ts";
import { chosenModels, chosenRun, chosenRuns } from "./chosen.ts";
import type { SiteContext } from "./context.ts";
import { lastWrite } from "./runs.ts";

/** `data/run/<run>.json`: everything small of one run. */
export async function makeRun(context: SiteContext, runId: string): Promise<RunFile> {
  const { client, scope } = context;
  const record = await chosenRun(context, runId);
  const { info, data, inputs, outputs } = record.run;
  const experiment = await client.getExperiment(info.experimentId);
  const { records } = await chosenRuns(context, info.experimentId, {
    partial: context.mode === "live",
  });
  const parentId = data.tags[MLFLOW_TAG.parentRunId];
  const loggedModels = await chosenModels(context, info.experimentId);
  const modelVersions = scope.includesRegistry
    ? (await client.scanModelVersions()).modelVersions
    : [];
  const outputIds = new Set(outputs.modelOutputs.map(({ modelId }) => modelId));
  const children = records.filter(({ run }) => run.data.tags[MLFLOW_TAG.parentRunId] === runId);
  const parent = records.find(({ run }) => run.info.runId === parentId);
  return {
    info: scope.info(info),
    experimentName: experiment.name,
    root: 0,
    params: data.params,
    tags: scope.tags(data.tags),
    metrics: Object.values(record.summaries).map(toEntry),
    inputs: scope.inputs(inputs),
    outputs,
    loggedModels: loggedModels
      .filter(({ sourceRunId, modelId }) => sourceRunId === runId || outputIds.has(modelId))
      .map(({ modelId, name }) => ({ modelId, name })),
    modelVersions: modelVersions
      .filter((version) => version.runId === runId)
      .map(({ name, version }) => ({ name, version })),
    parent: parent === undefined ? null : toLink(parent),
    children: children.map(toLink),
    artifacts: await makeArtifacts(context, runId, ""),
    lastWrite: lastWrite(record),
    warnings: record.problems,
  };
}

function toLink({ run }: RunRecord): RunLink {
  const { runId, runName, experimentId } = run.info;
  return { runId, runName, experimentId };
}

function toEntry(summary: MetricSummary): MetricEntry {
  const { key, value, step, timestamp } = summary.latest;
  return {
    key,
    last: encodeNumber(value),
    step,
    timestamp,
    count: summary.count,
    min: encodeNumber(summary.min),
    max: encodeNumber(summary.max),
    mean: encodeNumber(summary.mean),
  };
}
