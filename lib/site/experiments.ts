import type { ExperimentOverview, RunCounts } from "../client/client.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { RunStatus } from "../entities/run.ts";
import type { ExperimentEntry, ExperimentsFile } from "../wire/data-files.ts";
import { chosenModels, chosenRuns, chosenTraces } from "./chosen.ts";
import type { SiteContext } from "./context.ts";
import type { Scope } from "./scope.ts";

/** `data/experiments.json`, the experiment with the newest run first. */
export async function makeExperiments(context: SiteContext): Promise<ExperimentsFile> {
  const { client, scope } = context;
  const overviews = await client.overlookExperiments({ partial: context.mode === "live" });
  const entries = overviews
    .filter(({ experiment }) => scope.includes(experiment.experimentId))
    .map(({ experiment, ...overview }) => toEntry(experiment, overview, scope));
  if (scope.runIds !== undefined) {
    for (const [i, entry] of entries.entries()) entries[i] = await countChosen(context, entry);
  }
  return { experiments: entries.sort((a, b) => lastActivity(b) - lastActivity(a)) };
}

function toEntry(
  experiment: Experiment,
  overview: ExperimentOverview & RunCounts,
  scope: Scope,
): ExperimentEntry {
  const { artifactLocation: _, ...shown } = experiment;
  const { runs } = overview;
  return {
    ...shown,
    tags: scope.tags(experiment.tags),
    root: 0,
    runCount: Object.values(runs).reduce((sum, count) => sum + count, overview.unreadableRuns),
    runningCount: runs.RUNNING,
    failedCount: runs.FAILED,
    deletedCount: overview.deletedRuns,
    lastRunTime: overview.lastRunTime,
    loggedModelCount: overview.loggedModels,
    traceCount: overview.traces,
  };
}

/** Counts only the runs that are shown, and what belongs to them. */
async function countChosen(context: SiteContext, entry: ExperimentEntry): Promise<ExperimentEntry> {
  const { records } = await chosenRuns(context, entry.experimentId);
  const active = records.filter(({ run }) => run.info.lifecycleStage === "active");
  const inState = (status: RunStatus): number =>
    active.filter(({ run }) => run.info.status === status).length;
  return {
    ...entry,
    runCount: active.length,
    runningCount: inState("RUNNING"),
    failedCount: inState("FAILED"),
    deletedCount: records.length - active.length,
    loggedModelCount: (await chosenModels(context, entry.experimentId)).length,
    traceCount: (await chosenTraces(context, entry.experimentId)).length,
  };
}

function lastActivity(entry: ExperimentEntry): number {
  return entry.lastRunTime ?? entry.creationTime ?? 0;
}
