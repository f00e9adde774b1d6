import type { LoggedModel, LoggedModelStatus } from "../../entities/logged-model.ts";
import type { ModelVersion } from "../../entities/model-version.ts";
import type { RegisteredModel } from "../../entities/registered-model.ts";
import type { NewLoggedModel } from "../../store/logged-models.ts";
import type { NewModelVersion } from "../../store/model-versions.ts";
import type { NewRegisteredModel } from "../../store/registry.ts";
import {
  decodeLoggedModel,
  encodeLoggedModelStatus,
  type LoggedModelJson,
} from "../../wire/logged-model.ts";
import { decodeModelVersion, type ModelVersionJson } from "../../wire/model-version.ts";
import { decodeRegisteredModel, type RegisteredModelJson } from "../../wire/registered-model.ts";
import { type LogValue, toText } from "../log-value.ts";
import type { SearchLoggedModelsOptions } from "../model-client.ts";
import type { RegistrySearchOptions, VersionNumber } from "../registry-client.ts";
import { RestExperimentClient, toPairs } from "./rest-experiment-client.ts";

const MODELS = "registered-models";
const VERSIONS = "model-versions";
const LOGGED = "logged-models";

interface VersionAnswer {
  readonly model_version: ModelVersionJson;
}
interface ModelAnswer {
  readonly registered_model: RegisteredModelJson;
}
interface LoggedModelAnswer {
  readonly model: LoggedModelJson;
}

/** The model registry and the logged models of a server. */
export abstract class RestRegistryClient extends RestExperimentClient {
  /** @throws MlrunsError RESOURCE_ALREADY_EXISTS */
  async createRegisteredModel(
    name: string,
    { tags = {}, description }: NewRegisteredModel = {},
  ): Promise<RegisteredModel> {
    const fields = { name, tags: toPairs(tags), ...(description && { description }) };
    return this.#model(this.post<ModelAnswer>(`${MODELS}/create`, fields));
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    return this.#model(this.get<ModelAnswer>(`${MODELS}/get`, { name }));
  }

  async searchRegisteredModels(
    options: RegistrySearchOptions = {},
  ): Promise<{ registeredModels: RegisteredModel[]; nextPageToken: string | undefined }> {
    const page = await this.get<{
      registered_models?: RegisteredModelJson[];
      next_page_token?: string;
    }>(`${MODELS}/search`, registryFields(options, 100));
    return {
      registeredModels: (page.registered_models ?? []).map(decodeRegisteredModel),
      nextPageToken: page.next_page_token || undefined,
    };
  }

  /** Changes the description. */
  async updateRegisteredModel(
    name: string,
    { description }: { readonly description: string | null },
  ): Promise<RegisteredModel> {
    const fields = { name, description: description ?? "" };
    return this.#model(this.request<ModelAnswer>("PATCH", `${MODELS}/update`, fields));
  }

  async renameRegisteredModel(name: string, newName: string): Promise<RegisteredModel> {
    const fields = { name, new_name: newName };
    return this.#model(this.post<ModelAnswer>(`${MODELS}/rename`, fields));
  }

  async deleteRegisteredModel(name: string): Promise<void> {
    await this.request("DELETE", `${MODELS}/delete`, { name });
  }

  async setRegisteredModelTag(name: string, key: string, value: LogValue): Promise<void> {
    await this.post(`${MODELS}/set-tag`, { name, key, value: toText(value) });
  }

  async deleteRegisteredModelTag(name: string, key: string): Promise<void> {
    await this.request("DELETE", `${MODELS}/delete-tag`, { name, key });
  }

  async setRegisteredModelAlias(
    name: string,
    alias: string,
    version: VersionNumber,
  ): Promise<void> {
    await this.post(`${MODELS}/alias`, { name, alias, version: String(version) });
  }

  async deleteRegisteredModelAlias(name: string, alias: string): Promise<void> {
    await this.request("DELETE", `${MODELS}/alias`, { name, alias });
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE when there is no such alias */
  async getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    return this.#version(this.get<VersionAnswer>(`${MODELS}/alias`, { name, alias }));
  }

  /** The highest version of each stage, or of the named stages. */
  async getLatestVersions(name: string, stages: readonly string[] = []): Promise<ModelVersion[]> {
    const { model_versions: versions = [] } = await this.post<{
      model_versions?: ModelVersionJson[];
    }>(`${MODELS}/get-latest-versions`, { name, stages });
    return versions.map(decodeModelVersion);
  }

  /** @param source - `runs:/<run id>/<path>`, `models:/<model id>` or another URI */
  async createModelVersion(
    name: string,
    source: string,
    options: NewModelVersion = {},
  ): Promise<ModelVersion> {
    const { runId, modelId, description, runLink, tags = {} } = options;
    const fields = {
      name,
      source,
      tags: toPairs(tags),
      ...(runId && { run_id: runId }),
      ...(modelId && { model_id: modelId }),
      ...(description && { description }),
      ...(runLink && { run_link: runLink }),
    };
    return this.#version(this.post<VersionAnswer>(`${VERSIONS}/create`, fields));
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getModelVersion(name: string, version: VersionNumber): Promise<ModelVersion> {
    const fields = { name, version: String(version) };
    return this.#version(this.get<VersionAnswer>(`${VERSIONS}/get`, fields));
  }

  async searchModelVersions(
    options: RegistrySearchOptions = {},
  ): Promise<{ modelVersions: ModelVersion[]; nextPageToken: string | undefined }> {
    const page = await this.get<{ model_versions?: ModelVersionJson[]; next_page_token?: string }>(
      `${VERSIONS}/search`,
      registryFields(options, 10_000),
    );
    return {
      modelVersions: (page.model_versions ?? []).map(decodeModelVersion),
      nextPageToken: page.next_page_token || undefined,
    };
  }

  /** Changes the description. */
  async updateModelVersion(
    name: string,
    version: VersionNumber,
    { description }: { readonly description: string | null },
  ): Promise<ModelVersion> {
    const fields = { name, version: String(version), description: description ?? "" };
    return this.#version(this.request<VersionAnswer>("PATCH", `${VERSIONS}/update`, fields));
  }

  /** Moves a version to a stage. */
  async transitionModelVersionStage(
    name: string,
    version: VersionNumber,
    stage: string,
    options: { readonly archiveExistingVersions?: boolean } = {},
  ): Promise<ModelVersion> {
    const fields = {
      name,
      version: String(version),
      stage,
      archive_existing_versions: options.archiveExistingVersions ?? false,
    };
    return this.#version(this.post<VersionAnswer>(`${VERSIONS}/transition-stage`, fields));
  }

  async deleteModelVersion(name: string, version: VersionNumber): Promise<void> {
    await this.request("DELETE", `${VERSIONS}/delete`, { name, version: String(version) });
  }

  async setModelVersionTag(
    name: string,
    version: VersionNumber,
    key: string,
    value: LogValue,
  ): Promise<void> {
    const tag = { key, value: toText(value) };
    await this.post(`${VERSIONS}/set-tag`, { name, version: String(version), ...tag });
  }

  async deleteModelVersionTag(name: string, version: VersionNumber, key: string): Promise<void> {
    await this.request("DELETE", `${VERSIONS}/delete-tag`, { name, version: String(version), key });
  }

  /** Where a version's files are. */
  async getModelVersionDownloadUri(name: string, version: VersionNumber): Promise<string> {
    const { artifact_uri: uri } = await this.get<{ artifact_uri: string }>(
      `${VERSIONS}/get-download-uri`,
      { name, version: String(version) },
    );
    return uri;
  }

  /** Creates a logged model, status PENDING (MLflow 3). */
  async createLoggedModel(
    experimentId: string,
    options: NewLoggedModel = {},
  ): Promise<LoggedModel> {
    const { name, modelType, sourceRunId, params = {}, tags = {} } = options;
    const fields = {
      experiment_id: experimentId,
      params: toPairs(params),
      tags: toPairs(tags),
      ...(name && { name }),
      ...(modelType && { model_type: modelType }),
      ...(sourceRunId && { source_run_id: sourceRunId }),
    };
    return this.#logged(this.post<LoggedModelAnswer>(LOGGED, fields));
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST, also for a deleted model unless `allowDeleted` */
  async getLoggedModel(
    modelId: string,
    options: { readonly allowDeleted?: boolean } = {},
  ): Promise<LoggedModel> {
    const fields = options.allowDeleted ? { allow_deleted: "true" } : {};
    return this.#logged(this.get<LoggedModelAnswer>(pathOf(modelId), fields));
  }

  /** Sets the status that a model ends with: READY or FAILED. */
  async finalizeLoggedModel(modelId: string, status: LoggedModelStatus): Promise<LoggedModel> {
    const fields = { model_id: modelId, status: encodeLoggedModelStatus(status) };
    return this.#logged(this.request<LoggedModelAnswer>("PATCH", pathOf(modelId), fields));
  }

  async deleteLoggedModel(modelId: string): Promise<void> {
    await this.request("DELETE", pathOf(modelId), { model_id: modelId });
  }

  async searchLoggedModels(
    experimentIds: readonly string[],
    options: SearchLoggedModelsOptions = {},
  ): Promise<{ loggedModels: LoggedModel[]; nextPageToken: string | undefined }> {
    const { filter, datasets = [], orderBy = [], maxResults = 100, pageToken } = options;
    const page = await this.post<{ models?: LoggedModelJson[]; next_page_token?: string }>(
      `${LOGGED}/search`,
      {
        experiment_ids: experimentIds,
        max_results: maxResults,
        datasets: datasets.map(({ datasetName, datasetDigest }) => ({
          dataset_name: datasetName,
          dataset_digest: datasetDigest,
        })),
        order_by: orderBy.map(({ fieldName, ascending, datasetName, datasetDigest }) => ({
          field_name: fieldName,
          ascending,
          dataset_name: datasetName,
          dataset_digest: datasetDigest,
        })),
        ...(filter && { filter }),
        ...(pageToken && { page_token: pageToken }),
      },
    );
    return {
      loggedModels: (page.models ?? []).map(decodeLoggedModel),
      nextPageToken: page.next_page_token || undefined,
    };
  }

  async setLoggedModelTags(
    modelId: string,
    tags: Readonly<Record<string, LogValue>>,
  ): Promise<void> {
    await this.request("PATCH", `${pathOf(modelId)}/tags`, { tags: toTextPairs(tags) });
  }

  async deleteLoggedModelTag(modelId: string, key: string): Promise<void> {
    await this.request("DELETE", `${pathOf(modelId)}/tags/${encodeURIComponent(key)}`, {});
  }

  async logLoggedModelParams(
    modelId: string,
    params: Readonly<Record<string, LogValue>>,
  ): Promise<void> {
    const fields = { model_id: modelId, params: toTextPairs(params) };
    await this.post(`${pathOf(modelId)}/params`, fields);
  }

  async #model(answer: Promise<ModelAnswer>): Promise<RegisteredModel> {
    return decodeRegisteredModel((await answer).registered_model);
  }

  async #version(answer: Promise<VersionAnswer>): Promise<ModelVersion> {
    return decodeModelVersion((await answer).model_version);
  }

  async #logged(answer: Promise<LoggedModelAnswer>): Promise<LoggedModel> {
    return decodeLoggedModel((await answer).model);
  }
}

export function toTextPairs(
  entries: Readonly<Record<string, LogValue>>,
): { key: string; value: string }[] {
  return Object.entries(entries).map(([key, value]) => ({ key, value: toText(value) }));
}

function pathOf(modelId: string): string {
  return `${LOGGED}/${encodeURIComponent(modelId)}`;
}

function registryFields(
  { filter, orderBy, maxResults, pageToken }: RegistrySearchOptions,
  pageSize: number,
): Readonly<Record<string, unknown>> {
  return {
    max_results: maxResults ?? pageSize,
    ...(filter && { filter }),
    ...(orderBy && { order_by: orderBy }),
    ...(pageToken && { page_token: pageToken }),
  };
}
