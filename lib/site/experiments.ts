import type { ExperimentOverview } from "../client/client.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { ExperimentEntry, ExperimentsFile } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";
import type { Scope } from "./scope.ts";

/** `data/experiments.json`, the experiment with the newest run first. */
export async function makeExperiments({ client, scope }: SiteContext): Promise<ExperimentsFile> {
  const overviews = await client.overlookExperiments();
  const entries = overviews
    .filter(({ experiment }) => scope.includes(experiment.experimentId))
    .map(({ experiment, ...overview }) => toEntry(experiment, overview, scope));
  return { experiments: entries.sort((a, b) => lastActivity(b) - lastActivity(a)) };
}

function toEntry(
  experiment: Experiment,
  overview: ExperimentOverview,
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

function lastActivity(entry: ExperimentEntry): number {
  return entry.lastRunTime ?? entry.creationTime ?? 0;
}
