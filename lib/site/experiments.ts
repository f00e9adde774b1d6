import type { ExperimentOverview, RunCounts } from "../client/client.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { RunStatus } from "../entities/run.ts";
import type { ExperimentEntry, ExperimentsFile } from "../wire/data-files.ts";
import { chosenModels, chosenRuns, chosenTraces } from "./chosen.ts";
import type { Site, SiteContext } from "./context.ts";
import { askRoots } from "./roots.ts";

/** `data/experiments.json`, the experiment with the newest run first. */
export async function makeExperiments(site: Site): Promise<ExperimentsFile> {
  const { answers } = await askRoots(site, makeEntries);
  const experiments = answers.flatMap(({ answer }) => answer);
  return { experiments: experiments.sort((a, b) => lastActivity(b) - lastActivity(a)) };
}

async function makeEntries(context: SiteContext): Promise<ExperimentEntry[]> {
  const { client, scope } = context;
  const overviews = await client.overlookExperiments({ partial: context.mode === "live" });
  const shown = overviews.filter(({ experiment }) => scope.includes(experiment.experimentId));
  return Promise.all(
    shown.map(async ({ experiment, ...overview }) => {
      const entry = toEntry(context, experiment, overview);
      if (scope.runIds === undefined) return entry;
      return { ...entry, ...(await countChosen(context, experiment.experimentId)) };
    }),
  );
}

function toEntry(
  { scope, id, root }: SiteContext,
  experiment: Experiment,
  overview: ExperimentOverview & RunCounts,
): ExperimentEntry {
  const { artifactLocation: _, ...shown } = experiment;
  const { runs } = overview;
  return {
    ...shown,
    experimentId: id(experiment.experimentId),
    tags: scope.tags(experiment.tags),
    root,
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
async function countChosen(
  context: SiteContext,
  experimentId: string,
): Promise<Partial<ExperimentEntry>> {
  const { records } = await chosenRuns(context, experimentId);
  const active = records.filter(({ run }) => run.info.lifecycleStage === "active");
  const inState = (status: RunStatus): number =>
    active.filter(({ run }) => run.info.status === status).length;
  return {
    runCount: active.length,
    runningCount: inState("RUNNING"),
    failedCount: inState("FAILED"),
    deletedCount: records.length - active.length,
    loggedModelCount: (await chosenModels(context, experimentId)).length,
    traceCount: (await chosenTraces(context, experimentId)).length,
  };
}

function lastActivity(entry: ExperimentEntry): number {
  return entry.lastRunTime ?? entry.creationTime ?? 0;
}
