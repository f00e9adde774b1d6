import type { MlrunsClient, RunRecord } from "../client/client.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { TreeProblem } from "../errors.ts";
import type { TreeFile } from "../wire/data-files.ts";
import { chosenRuns } from "./chosen.ts";
import type { Site, SiteContext } from "./context.ts";
import { findCopies } from "./copies.ts";
import { askRoots } from "./roots.ts";
import { toLink } from "./run.ts";
import { lastWrite } from "./runs.ts";

export interface WholeTree {
  readonly experiments: readonly Experiment[];
  readonly runs: readonly RunRecord[];
  readonly counts: {
    readonly loggedModels: number;
    readonly traces: number;
    readonly registeredModels: number;
  };
  readonly problems: readonly TreeProblem[];
}

/** Everything of a tree, with all that could not be read. */
export async function readTree(context: SiteContext): Promise<WholeTree> {
  const { client, scope } = context;
  const { experiments: all, problems } = await client.scanExperiments("ALL");
  const experiments = all.filter(({ experimentId }) => scope.includes(experimentId));
  const ids = experiments.map(({ experimentId }) => experimentId);
  const runs = await Promise.all(ids.map((id) => chosenRuns(context, id)));
  const models = await Promise.all(ids.map((id) => client.scanLoggedModels(id)));
  const traces = await Promise.all(ids.map((id) => client.scanTraces(id)));
  const registry = scope.includesRegistry ? [await client.scanRegisteredModels()] : [];
  const whole = {
    experiments,
    runs: runs.flatMap(({ records }) => records),
    counts: {
      loggedModels: models.flatMap(({ loggedModels }) => loggedModels).length,
      traces: traces.flatMap((scan) => scan.traces).length,
      registeredModels: registry.flatMap(({ registeredModels }) => registeredModels).length,
    },
    problems: [
      ...problems,
      ...[runs, models, traces, registry].flatMap((scans) =>
        scans.flatMap((scan) => scan.problems),
      ),
    ],
  };
  metElsewhere.set(
    client,
    [models, traces, registry].flat().reduce((sum, scan) => sum + scan.problems.length, 0),
  );
  return whole;
}

/** Problems of models, traces and the registry that the last reading of the whole tree met; none before the first. */
export function problemsElsewhere(client: MlrunsClient): number {
  return metElsewhere.get(client) ?? 0;
}

const metElsewhere = new WeakMap<MlrunsClient, number>();

/** `data/tree.json`: the health of the trees. */
export async function makeTree(site: Site): Promise<TreeFile> {
  const { answers, problems } = await askRoots(site, readTree);
  const copies = await findCopies(site);
  const sum = (count: (tree: WholeTree) => number): number =>
    answers.reduce((total, { answer }) => total + count(answer), 0);
  return {
    readAt: site.mode === "live" ? Date.now() : 0,
    problems: [
      ...unopenedProblems(site),
      ...problems,
      ...answers.flatMap(({ context: { root }, answer }) =>
        answer.problems.map((problem) => ({ ...problem, root })),
      ),
    ],
    duplicateRunIds: [...copies.byRunId].map(([runId, having]) => ({
      runId,
      roots: having.map(({ root }) => root),
    })),
    running: answers.flatMap(({ context, answer }) => runningRuns(context, answer)),
    moved: answers.flatMap(({ context, answer }) => movedExperiments(context, answer)),
    counts: {
      experiments: sum(({ experiments }) => experiments.length),
      runs: sum(({ runs }) => runs.length),
      registeredModels: sum(({ counts }) => counts.registeredModels),
      traces: sum(({ counts }) => counts.traces),
    },
  };
}

function runningRuns(context: SiteContext, { runs }: WholeTree): TreeFile["running"] {
  return runs
    .filter(({ run: { info } }) => info.status === "RUNNING" && info.lifecycleStage === "active")
    .map((record) => ({
      ...toLink(context, record.run.info),
      lastWrite: lastWrite(record) ?? record.run.info.startTime,
    }));
}

function movedExperiments(
  { client, id, mode }: SiteContext,
  { experiments }: WholeTree,
): TreeFile["moved"] {
  if (mode === "static") return [];
  return experiments
    .filter((experiment) => client.isMovedAway(experiment))
    .map(({ experimentId, name, artifactLocation }) => ({
      experimentId: id(experimentId),
      name,
      recorded: artifactLocation,
    }));
}

function unopenedProblems({ roots, unopened }: Site): TreeFile["problems"] {
  return unopened.map(({ label, problem }, i) => ({
    root: roots.length + i,
    path: label,
    message: problem,
  }));
}
