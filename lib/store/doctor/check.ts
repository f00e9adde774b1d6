import { checkRoot, type Store } from "../store.ts";
import { checkExperiments } from "./experiments.ts";
import { Examination, type Finding } from "./finding.ts";
import { checkDatasets } from "./inputs.ts";
import { checkLoggedModels } from "./models.ts";
import { checkRegistry } from "./registry.ts";
import { checkRuns } from "./runs.ts";
import { checkTraces } from "./traces.ts";

/** What a check has looked at and found. */
export interface TreeReport {
  /** In the order of their paths. */
  readonly findings: readonly Finding[];
  readonly experiments: number;
  readonly runs: number;
}

/**
 * Checks a whole tree and names everything that is wrong with it. Nothing is written.
 *
 * @throws MlrunsError when the root is no tree
 */
export function checkTree(store: Store): TreeReport {
  checkRoot(store.root);
  const examination = new Examination(store);
  const experiments = checkExperiments(examination);
  const runs = checkRuns(examination, experiments);
  for (const experiment of experiments) {
    checkDatasets(examination, experiment.folder);
    checkLoggedModels(examination, experiment, runs);
    checkTraces(examination, experiment);
  }
  checkRegistry(examination, experiments);
  const findings = examination.findings.sort(
    (a, b) => compare(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0),
  );
  return { findings, experiments: experiments.length, runs: runs.size };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
