import type { MetricSummary } from "../client/client.ts";
import type { RunInfo } from "../entities/run.ts";
import { encodeNumber, type MetricEntry, type RunFile, type RunLink } from "../wire/data-files.ts";
import { makeArtifacts } from "./artifacts.ts";
import { chosenFamily, chosenModels } from "./chosen.ts";
import type { SiteContext } from "./context.ts";
import type { Copies } from "./copies.ts";
import { lastWrite } from "./runs.ts";

/**
 * `data/run/<run>.json`: everything small of one run.
 *
 * @param copies - runs that several roots have
 */
export async function makeRun(
  context: SiteContext,
  runId: string,
  copies: Copies,
): Promise<RunFile> {
  const { client, scope, id } = context;
  const { record, parent, children } = await chosenFamily(context, runId);
  const { info, data, inputs, outputs } = record.run;
  const experiment = await client.getExperiment(info.experimentId);
  const loggedModels = await chosenModels(context, info.experimentId);
  const modelVersions = scope.includesRegistry
    ? (await client.scanModelVersions()).modelVersions
    : [];
  const outputIds = new Set(outputs.modelOutputs.map(({ modelId }) => modelId));
  const others = copies.of(context, runId);
  return {
    info: { ...scope.info(info), runId: id(runId), experimentId: id(info.experimentId) },
    experimentName: experiment.name,
    root: context.root,
    ...(context.key !== "" && { rootKey: context.key }),
    params: data.params,
    tags: scope.tags(data.tags),
    metrics: Object.values(record.summaries).map(toEntry),
    inputs: scope.inputs(inputs),
    outputs,
    loggedModels: loggedModels
      .filter(({ sourceRunId, modelId }) => sourceRunId === runId || outputIds.has(modelId))
      .map(({ modelId, name }) => ({ modelId: id(modelId), name })),
    modelVersions: modelVersions
      .filter((version) => version.runId === runId)
      .map(({ name, version }) => ({ id: id(name), name, version })),
    parent: parent === undefined ? null : toLink(context, parent.run.info),
    children: children.map(({ run }) => toLink(context, run.info)),
    artifacts: await makeArtifacts(context, runId, ""),
    lastWrite: lastWrite(record),
    ...(others.length > 0 && {
      copies: await Promise.all(
        others.map(async (other) => toLink(other, await other.client.getRunInfo(runId))),
      ),
    }),
    warnings: record.problems,
  };
}

/** A run as others name it. */
export function toLink({ id }: SiteContext, { runId, runName, experimentId }: RunInfo): RunLink {
  return { runId: id(runId), runName, experimentId: id(experimentId) };
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
