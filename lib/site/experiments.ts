import type { Experiment } from "../entities/experiment.ts";
import type { ExperimentEntry, ExperimentsFile } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";

/** `data/experiments.json`, the experiment with the newest run first. */
export async function makeExperiments(context: SiteContext): Promise<ExperimentsFile> {
  const { experiments } = await context.client.scanExperiments("ALL");
  const shown = experiments.filter(({ experimentId }) => context.scope.includes(experimentId));
  const entries = await Promise.all(shown.map((experiment) => makeEntry(context, experiment)));
  return { experiments: entries.sort((a, b) => lastActivity(b) - lastActivity(a)) };
}

async function makeEntry(context: SiteContext, experiment: Experiment): Promise<ExperimentEntry> {
  const { records } = await context.client.scanRuns(experiment.experimentId);
  const { loggedModels } = await context.client.scanLoggedModels(experiment.experimentId);
  const { traces } = await context.client.scanTraces(experiment.experimentId);
  const infos = records.map(({ run }) => run.info);
  const active = infos.filter((info) => info.lifecycleStage === "active");
  const count = (status: string): number => active.filter((info) => info.status === status).length;
  const { artifactLocation: _, ...shown } = experiment;
  return {
    ...shown,
    tags: context.scope.tags(experiment.tags),
    root: 0,
    runCount: active.length,
    runningCount: count("RUNNING"),
    failedCount: count("FAILED"),
    deletedCount: infos.length - active.length,
    lastRunTime: infos.reduce<number | null>(
      (last, info) => Math.max(last ?? 0, info.startTime),
      null,
    ),
    loggedModelCount: loggedModels.length,
    traceCount: traces.length,
  };
}

function lastActivity(entry: ExperimentEntry): number {
  return entry.lastRunTime ?? entry.creationTime ?? 0;
}
