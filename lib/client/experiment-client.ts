import type { EndpointOptions } from "../artifacts/registry.ts";
import { Catalog, type ReadProgress } from "../catalog/catalog.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { ViewType } from "../entities/lifecycle.ts";
import type { TreeProblem } from "../errors.ts";
import { searchExperiments } from "../search/index.ts";
import {
  createExperiment,
  deleteExperimentTag,
  ensureTree,
  findExperimentByName,
  getExperiment,
  listExperiments,
  type NewExperiment,
  renameExperiment,
  setExperimentTag,
} from "../store/experiments.ts";
import { deleteExperiment, restoreExperiment } from "../store/lifecycle.ts";
import { checkRoot, openStore, type Store } from "../store/store.ts";
import { rootOf } from "./environment.ts";
import { RunArtifacts } from "./run-artifacts.ts";

export interface ClientOptions extends EndpointOptions {
  /**
   * Holds metric points back and writes them every second, every 64 KB, on `flush()`, at the end of a run and when the
   * process exits. By default each point is written before `logMetric` returns, which a SIGKILL cannot undo.
   */
  readonly buffer?: boolean;
  /** Follows links that lead out of a run's artifacts. True by default; a server over untrusted trees says false. */
  readonly followLinks?: boolean;
  /** Called now and then while runs are read: long work when a large tree is opened for the first time. */
  readonly onProgress?: (progress: ReadProgress) => void;
}

/** What may be asked of a search; every part has MLflow's default. */
export interface SearchOptions {
  /** MLflow's filter, such as `metrics.loss < 0.1 and params.lr = '0.01'`. */
  readonly filter?: string;
  /** Such as `metrics.loss DESC`; the first entry weighs most. */
  readonly orderBy?: readonly string[];
  readonly maxResults?: number;
  /** `nextPageToken` of the page before. */
  readonly pageToken?: string;
  /** ACTIVE_ONLY by default. */
  readonly viewType?: ViewType;
}

/** The experiments of a tree. */
export abstract class ExperimentClient extends RunArtifacts {
  protected readonly store: Store;
  protected readonly catalog: Catalog;
  protected readonly options: ClientOptions;

  /**
   * Opens a tree; nothing is read or written yet.
   *
   * @param trackingUri - folder or file URI; MLFLOW_TRACKING_URI, else `./mlruns`, when left out
   * @throws MlrunsError INVALID_PARAMETER_VALUE when the URI names no folder
   */
  constructor(trackingUri?: string, options: ClientOptions = {}) {
    super();
    this.store = openStore(rootOf(trackingUri), { buffer: options.buffer ?? false });
    const { onProgress } = options;
    this.catalog = new Catalog(this.store, onProgress === undefined ? {} : { onProgress });
    this.options = options;
    if (options.buffer) process.once("exit", () => this.store.appender.flush());
  }

  /** Absolute path of the tree's root folder. */
  get root(): string {
    return this.store.root;
  }

  /**
   * Makes sure that the root can be read: an mlruns tree, or an empty folder.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST or INVALID_PARAMETER_VALUE, with a hint
   */
  checkRoot(): void {
    checkRoot(this.store.root);
  }

  /** Creates the tree with its experiment "Default", unless there is one. @param artifactsRoot - see `NewExperiment` */
  createTree(artifactsRoot?: string): void {
    ensureTree(this.store, artifactsRoot);
  }

  /**
   * Creates an experiment, and the tree if there is none yet.
   *
   * @returns the id of the experiment
   * @throws MlrunsError RESOURCE_ALREADY_EXISTS, also when a deleted experiment has the name
   */
  async createExperiment(name: string, options: NewExperiment = {}): Promise<string> {
    return createExperiment(this.store, name, options);
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST; a deleted experiment is found */
  async getExperiment(experimentId: string): Promise<Experiment> {
    return getExperiment(this.store, experimentId);
  }

  /** The experiment of that name, active or deleted; undefined when there is none, as in MLflow. */
  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return findExperimentByName(this.store, name);
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE for a filter or order that MLflow refuses */
  async searchExperiments(
    options: SearchOptions = {},
  ): Promise<{ experiments: Experiment[]; nextPageToken: string | undefined }> {
    return searchExperiments(listExperiments(this.store, "ALL").found, options);
  }

  /** Every experiment of the view, with what could not be read. */
  async scanExperiments(
    viewType: ViewType = "ALL",
  ): Promise<{ experiments: readonly Experiment[]; problems: readonly TreeProblem[] }> {
    const { found, problems } = listExperiments(this.store, viewType);
    return { experiments: found, problems };
  }

  /** @throws MlrunsError RESOURCE_ALREADY_EXISTS, INVALID_PARAMETER_VALUE for a deleted experiment */
  async renameExperiment(experimentId: string, newName: string): Promise<void> {
    renameExperiment(this.store, experimentId, newName);
  }

  /** Marks an experiment and its active runs deleted. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async deleteExperiment(experimentId: string): Promise<void> {
    deleteExperiment(this.store, experimentId);
  }

  /** Brings back a deleted experiment with all its runs. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async restoreExperiment(experimentId: string): Promise<void> {
    restoreExperiment(this.store, experimentId);
  }

  async setExperimentTag(experimentId: string, key: string, value: unknown): Promise<void> {
    setExperimentTag(this.store, experimentId, { key, value: String(value) });
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is no such tag */
  async deleteExperimentTag(experimentId: string, key: string): Promise<void> {
    deleteExperimentTag(this.store, experimentId, key);
  }

  /** Those of the ids that are experiments, each once: a search passes over the others, as in MLflow. */
  protected knownExperiments(ids: readonly string[]): string[] {
    const known = new Set(
      listExperiments(this.store, "ALL").found.map(({ experimentId }) => experimentId),
    );
    return [...new Set(ids)].filter((id) => known.has(id));
  }
}
