import type { MlrunsClient, RunRecord } from "../client/client.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { TreeProblem } from "../errors.ts";
import type { TreeFile } from "../wire/data-files.ts";
import type { SiteContext } from "./context.ts";

export interface WholeTree {
  readonly experiments: readonly Experiment[];
  readonly runs: readonly RunRecord[];
  readonly problems: readonly TreeProblem[];
}

/** Every experiment and run of a tree, with all that could not be read. */
export async function readTree(client: MlrunsClient): Promise<WholeTree> {
  const { experiments, problems } = await client.scanExperiments("ALL");
  const scans = await Promise.all(
    experiments.map(({ experimentId }) => client.scanRuns(experimentId)),
  );
  return {
    experiments,
    runs: scans.flatMap(({ records }) => records),
    problems: [...problems, ...scans.flatMap((scan) => scan.problems)],
  };
}

/** `data/tree.json`: the health of the tree. */
export async function makeTree(context: SiteContext): Promise<TreeFile> {
  const { experiments, runs, problems } = await readTree(context.client);
  return {
    readAt: Date.now(),
    problems: problems.map((problem) => ({ ...problem, root: 0 })),
    duplicateRunIds: [],
    counts: { experiments: experiments.length, runs: runs.length, registeredModels: 0, traces: 0 },
  };
}
