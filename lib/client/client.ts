import { NO_RUNS, type RunCounts } from "../catalog/counts.ts";
import type { Experiment } from "../entities/experiment.ts";
import { type ExperimentOverview, findFeatures, overlookExperiment } from "../store/overview.ts";
import { CatalogClient } from "./catalog-client.ts";
import type { RunSearchOptions } from "./run-client.ts";

export type { NewestRuns, PartialAnswer, ReadProgress, RunFamily } from "../catalog/catalog.ts";
export type { RunCounts } from "../catalog/counts.ts";
export type { MetricSummary } from "../format/metric-summary.ts";
export type { ExperimentOverview } from "../store/overview.ts";
export type { RunRecord } from "../store/read-run.ts";
export type { CatalogStatus } from "./catalog-client.ts";

/**
 * MLflow's client for a tree of files: `new MlrunsClient("./mlruns")`. Method names are those of MLflow's Java client.
 *
 * Nothing is cached that cannot be read again: several clients, processes and
 * MLflow itself may work on one tree at the same time.
 */
export class MlrunsClient extends CatalogClient {
  /**
   * What each experiment holds, at a glance.
   *
   * @param options - `partial` does not wait for runs to be read: their list is enough to count them
   */
  async overlookExperiments(
    options: Pick<RunSearchOptions, "maxAge" | "partial"> = {},
  ): Promise<readonly (ExperimentOverview & RunCounts & { readonly experiment: Experiment })[]> {
    const { experiments } = await this.scanExperiments("ALL");
    const ids = experiments.map(({ experimentId }) => experimentId);
    const counts = await this.catalog.countRuns(ids, options);
    return experiments.map((experiment) => ({
      experiment,
      ...(counts.get(experiment.experimentId) ?? NO_RUNS),
      ...overlookExperiment(this.store, experiment),
    }));
  }

  /** Whether the tree has models, prompts or traces, told by the names of folders. */
  async findFeatures(): Promise<{ registry: boolean; loggedModels: boolean; traces: boolean }> {
    const { experiments } = await this.scanExperiments("ALL");
    return findFeatures(this.store, experiments);
  }
}
