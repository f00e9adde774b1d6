import type { ArtifactRepository } from "../artifacts/artifact-repository.ts";
import type { ArtifactPlace } from "../entities/file-info.ts";
import type { ViewType } from "../entities/lifecycle.ts";
import type { LoggedModel, LoggedModelStatus } from "../entities/logged-model.ts";
import type { Metric } from "../entities/metric.ts";
import type { TreeProblem } from "../errors.ts";
import {
  type LoggedModelOrderBy,
  type MetricDataset,
  searchLoggedModels,
} from "../search/index.ts";
import {
  artifactPlaceOfModel,
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finalizeLoggedModel,
  getLoggedModel,
  listLoggedModels,
  logLoggedModelParams,
  type NewLoggedModel,
  readLoggedModelHistory,
  setLoggedModelTags,
} from "../store/logged-models.ts";
import { ArtifactClient } from "./artifact-client.ts";
import { type LogValue, toText } from "./log-value.ts";
import { uploadFolder } from "./run-artifacts.ts";

export type { NewLoggedModel };

/** What may be asked of a search for logged models; every part has MLflow's default. */
export interface SearchLoggedModelsOptions {
  /** MLflow's filter, such as `metrics.acc > 0.9 AND params.lr = '0.1'`. */
  readonly filter?: string;
  /** Only metrics on these datasets count. */
  readonly datasets?: readonly MetricDataset[];
  /** The first entry weighs most. */
  readonly orderBy?: readonly LoggedModelOrderBy[];
  readonly maxResults?: number;
  /** `nextPageToken` of the page before. */
  readonly pageToken?: string;
}

/** The logged models of a tree: models with an id, params, metrics and artifacts of their own (MLflow 3). */
export class ModelClient extends ArtifactClient {
  /**
   * Creates a logged model, status PENDING. `finalizeLoggedModel` ends that.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for an unknown experiment, INVALID_STATE for a deleted one
   */
  async createLoggedModel(
    experimentId: string,
    options: NewLoggedModel = {},
  ): Promise<LoggedModel> {
    return createLoggedModel(this.store, experimentId, options);
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST, also for a deleted model unless `allowDeleted` */
  async getLoggedModel(
    modelId: string,
    options: { readonly allowDeleted?: boolean } = {},
  ): Promise<LoggedModel> {
    this.store.appender.flush();
    return getLoggedModel(this.store, modelId, options);
  }

  /** Sets the status that a model ends with: READY or FAILED. */
  async finalizeLoggedModel(modelId: string, status: LoggedModelStatus): Promise<LoggedModel> {
    return finalizeLoggedModel(this.store, modelId, status);
  }

  /** Marks a model deleted; `gc` removes it. */
  async deleteLoggedModel(modelId: string): Promise<void> {
    deleteLoggedModel(this.store, modelId);
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE for a filter or order that MLflow refuses */
  async searchLoggedModels(
    experimentIds: readonly string[],
    options: SearchLoggedModelsOptions = {},
  ): Promise<{ loggedModels: LoggedModel[]; nextPageToken: string | undefined }> {
    const models: LoggedModel[] = [];
    for (const id of this.knownExperiments(experimentIds)) {
      models.push(...listLoggedModels(this.store, id).found);
    }
    return searchLoggedModels(models, options);
  }

  /** Every logged model of an experiment, with what could not be read. */
  async scanLoggedModels(
    experimentId: string,
    viewType: ViewType = "ACTIVE_ONLY",
  ): Promise<{
    loggedModels: readonly LoggedModel[];
    problems: readonly TreeProblem[];
  }> {
    const { found, problems } = listLoggedModels(this.store, experimentId, viewType);
    return { loggedModels: found, problems };
  }

  async setLoggedModelTags(
    modelId: string,
    tags: Readonly<Record<string, LogValue>>,
  ): Promise<void> {
    setLoggedModelTags(this.store, modelId, toList(tags));
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST when the model has no such tag */
  async deleteLoggedModelTag(modelId: string, key: string): Promise<void> {
    deleteLoggedModelTag(this.store, modelId, key);
  }

  /** Logs params; unlike those of a run they may be logged anew with other values. */
  async logLoggedModelParams(
    modelId: string,
    params: Readonly<Record<string, LogValue>>,
  ): Promise<void> {
    logLoggedModelParams(this.store, modelId, toList(params));
  }

  /** The points of a model's metric in the order they were logged, see `logMetric` with `modelId`. */
  async getLoggedModelMetricHistory(modelId: string, key: string): Promise<Metric[]> {
    this.store.appender.flush();
    return [...readLoggedModelHistory(this.store, modelId, key).found];
  }

  /** Where a logged model's artifacts are read from. */
  artifactPlaceOfModel(modelId: string): ArtifactPlace {
    return artifactPlaceOfModel(this.store, modelId);
  }

  /** The artifacts of a logged model. */
  async openModelArtifacts(modelId: string): Promise<ArtifactRepository> {
    return this.openArtifacts(artifactPlaceOfModel(this.store, modelId));
  }

  /** Copies all files of a folder of this machine into the artifacts of a logged model. */
  async logModelArtifacts(modelId: string, localFolder: string, folder = ""): Promise<void> {
    await uploadFolder(await this.openModelArtifacts(modelId), localFolder, folder);
  }
}

function toList(entries: Readonly<Record<string, LogValue>>): { key: string; value: string }[] {
  return Object.entries(entries).map(([key, value]) => ({ key, value: toText(value) }));
}
