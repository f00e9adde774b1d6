import type { ModelVersion } from "../entities/model-version.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { isPrompt } from "../entities/validate-registry.ts";
import { invalidParameter, notFound, type TreeProblem } from "../errors.ts";
import { searchModelVersions, searchRegisteredModels } from "../search/index.ts";
import {
  deleteRegisteredModelAlias,
  getModelVersionByAlias,
  setRegisteredModelAlias,
} from "../store/model-aliases.ts";
import {
  copyModelVersion,
  createModelVersion,
  deleteModelVersion,
  deleteModelVersionTag,
  getModelVersion,
  getModelVersionDownloadUri,
  type NewModelVersion,
  setModelVersionTag,
  transitionModelVersionStage,
  updateModelVersion,
} from "../store/model-versions.ts";
import {
  createRegisteredModel,
  deleteRegisteredModel,
  deleteRegisteredModelTag,
  getLatestVersions,
  getRegisteredModel,
  listModelVersions,
  listRegisteredModels,
  type NewRegisteredModel,
  renameRegisteredModel,
  setRegisteredModelTag,
  updateRegisteredModel,
} from "../store/registry.ts";
import type { SearchOptions } from "./experiment-client.ts";
import { type LogValue, toText } from "./log-value.ts";
import { ModelClient } from "./model-client.ts";

export type { NewModelVersion, NewRegisteredModel };

/** What may be asked of a search in the registry; every part has MLflow's default. */
export type RegistrySearchOptions = Omit<SearchOptions, "viewType">;

/** A version's number: `3` or `"3"`. */
export type VersionNumber = string | number;

/** The model registry of a tree. */
export class RegistryClient extends ModelClient {
  /** @throws MlrunsError RESOURCE_ALREADY_EXISTS when a model or prompt has the name, INVALID_PARAMETER_VALUE */
  async createRegisteredModel(
    name: string,
    options: NewRegisteredModel = {},
  ): Promise<RegisteredModel> {
    return createRegisteredModel(this.store, name, options);
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    return getRegisteredModel(this.store, name);
  }

  /** Searches registered models; prompts only when the filter asks for the tag `mlflow.prompt.is_prompt`. */
  async searchRegisteredModels(
    options: RegistrySearchOptions = {},
  ): Promise<{ registeredModels: RegisteredModel[]; nextPageToken: string | undefined }> {
    return searchRegisteredModels(listRegisteredModels(this.store).found, options);
  }

  /** Every registered model, prompts included, with what could not be read. */
  async scanRegisteredModels(): Promise<{
    registeredModels: readonly RegisteredModel[];
    problems: readonly TreeProblem[];
  }> {
    const { found, problems } = listRegisteredModels(this.store);
    return { registeredModels: found, problems };
  }

  /** Changes the description. */
  async updateRegisteredModel(
    name: string,
    changes: { readonly description: string | null },
  ): Promise<RegisteredModel> {
    return updateRegisteredModel(this.store, name, changes);
  }

  /** Renames a registered model with all that belongs to it. @throws MlrunsError RESOURCE_ALREADY_EXISTS */
  async renameRegisteredModel(name: string, newName: string): Promise<RegisteredModel> {
    return renameRegisteredModel(this.store, name, newName);
  }

  /** Deletes a registered model with all its versions for good. */
  async deleteRegisteredModel(name: string): Promise<void> {
    deleteRegisteredModel(this.store, name);
  }

  async setRegisteredModelTag(name: string, key: string, value: LogValue): Promise<void> {
    setRegisteredModelTag(this.store, name, { key, value: toText(value) });
  }

  async deleteRegisteredModelTag(name: string, key: string): Promise<void> {
    deleteRegisteredModelTag(this.store, name, key);
  }

  /** Lets an alias name a version. @throws MlrunsError INVALID_PARAMETER_VALUE when it is reserved, such as `latest` */
  async setRegisteredModelAlias(
    name: string,
    alias: string,
    version: VersionNumber,
  ): Promise<void> {
    setRegisteredModelAlias(this.store, name, alias, String(version));
  }

  async deleteRegisteredModelAlias(name: string, alias: string): Promise<void> {
    deleteRegisteredModelAlias(this.store, name, alias);
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE when there is no such alias; `latest` is the highest version */
  async getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    return getModelVersionByAlias(this.store, name, alias);
  }

  /** The highest version of each stage, or of the named stages. */
  async getLatestVersions(name: string, stages: readonly string[] = []): Promise<ModelVersion[]> {
    return getLatestVersions(this.store, name, stages);
  }

  /**
   * Creates the next version of a registered model.
   *
   * @param source - `runs:/<run id>/<path>`, `models:/<model id>`, `models:/<name>/<version>`, a path or another URI
   */
  async createModelVersion(
    name: string,
    source: string,
    options: NewModelVersion = {},
  ): Promise<ModelVersion> {
    if (isPrompt(options.tags ?? {})) {
      throw invalidParameter("Prompts cannot be registered as models.");
    }
    return this.createVersionOfAnyKind(name, source, options);
  }

  /** As `createModelVersion`, also for a version of a prompt, which is one of a registered model. */
  createVersionOfAnyKind(name: string, source: string, options: NewModelVersion): ModelVersion {
    return createModelVersion(this.store, name, source, options);
  }

  /**
   * Registers a model: creates the registered model unless it is there, and a version of it. A logged model remembers the
   * versions that were made of it.
   *
   * @param modelUri - as the source of `createModelVersion`
   */
  async registerModel(
    modelUri: string,
    name: string,
    options: Omit<NewModelVersion, "modelId"> = {},
  ): Promise<ModelVersion> {
    const { source, runId, modelId } = await this.#resolve(modelUri);
    const { registeredModels } = await this.scanRegisteredModels();
    if (!registeredModels.some((model) => model.name === name)) {
      await this.createRegisteredModel(name);
    }
    const version = await this.createModelVersion(name, source, { runId, modelId, ...options });
    if (modelId !== null) await this.#rememberVersion(modelId, version);
    return version;
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST, also for a deleted version */
  async getModelVersion(name: string, version: VersionNumber): Promise<ModelVersion> {
    return getModelVersion(this.store, name, String(version));
  }

  /** Searches versions; those of prompts only when the filter asks for the tag `mlflow.prompt.is_prompt`. */
  async searchModelVersions(
    options: RegistrySearchOptions = {},
  ): Promise<{ modelVersions: ModelVersion[]; nextPageToken: string | undefined }> {
    return searchModelVersions(listModelVersions(this.store).found, options);
  }

  /** Every version that is not deleted, those of prompts included, with what could not be read. */
  async scanModelVersions(): Promise<{
    modelVersions: readonly ModelVersion[];
    problems: readonly TreeProblem[];
  }> {
    const { found, problems } = listModelVersions(this.store);
    return { modelVersions: found, problems };
  }

  /** Changes the description. */
  async updateModelVersion(
    name: string,
    version: VersionNumber,
    changes: { readonly description: string | null },
  ): Promise<ModelVersion> {
    return updateModelVersion(this.store, name, String(version), changes);
  }

  /**
   * Moves a version to a stage: None, Staging, Production or Archived, in whatever case.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE for another stage
   */
  async transitionModelVersionStage(
    name: string,
    version: VersionNumber,
    stage: string,
    options: {
      /** Moves versions that are in the stage to Archived; only for Staging and Production. */
      readonly archiveExistingVersions?: boolean;
    } = {},
  ): Promise<ModelVersion> {
    return transitionModelVersionStage(this.store, name, String(version), stage, options);
  }

  /** Deletes a version and its aliases; its number is not given again. */
  async deleteModelVersion(name: string, version: VersionNumber): Promise<void> {
    deleteModelVersion(this.store, name, String(version));
  }

  async setModelVersionTag(
    name: string,
    version: VersionNumber,
    key: string,
    value: LogValue,
  ): Promise<void> {
    if (value === null || value === undefined) throw invalidParameter("Tag value cannot be None");
    setModelVersionTag(this.store, name, String(version), { key, value: toText(value) });
  }

  async deleteModelVersionTag(name: string, version: VersionNumber, key: string): Promise<void> {
    deleteModelVersionTag(this.store, name, String(version), key);
  }

  /** Where a version's files are. */
  async getModelVersionDownloadUri(name: string, version: VersionNumber): Promise<string> {
    return getModelVersionDownloadUri(this.store, name, String(version));
  }

  /** Makes a version of another registered model, which is created if need be, from `models:/<name>/<version or @alias>`. */
  async copyModelVersion(sourceUri: string, targetName: string): Promise<ModelVersion> {
    const [, name, version, alias] =
      /^models:\/+([^/@]+)(?:\/([^/]+)|@(.+))$/.exec(sourceUri) ?? [];
    if (name === undefined) {
      throw invalidParameter(
        `Unsupported source model URI: '${sourceUri}'. The copyModelVersion API only copies models stored in the` +
          " 'models:/' scheme.",
      );
    }
    const number = version ?? getModelVersionByAlias(this.store, name, alias ?? "").version;
    return copyModelVersion(this.store, name, number, targetName);
  }

  /**
   * Makes sure that a model's files are where its URI says. The name of a logged model may stand for the path of its files
   * in the run that made it.
   */
  async #resolve(modelUri: string): Promise<{
    readonly source: string;
    readonly runId: string | null;
    readonly modelId: string | null;
  }> {
    const modelId = /^models:\/+(m-[^/@]+)$/.exec(modelUri)?.[1] ?? null;
    const [, runId, path] = /^runs:\/+([^/]+)\/(.+)$/.exec(modelUri) ?? [];
    if (runId === undefined || path === undefined)
      return { source: modelUri, runId: null, modelId };
    if ((await this.findArtifact(runId, path)) !== undefined) {
      return { source: modelUri, runId, modelId: null };
    }
    const { info, outputs } = await this.getRun(runId);
    const { loggedModels } = await this.scanLoggedModels(info.experimentId);
    const step = (id: string): number =>
      outputs.modelOutputs.find((output) => output.modelId === id)?.step ?? -1;
    const [latest] = loggedModels
      .filter((model) => model.name === path && model.sourceRunId === runId)
      .sort((a, b) => step(b.modelId) - step(a.modelId));
    if (latest === undefined) {
      throw notFound(`Unable to find a logged_model with artifact_path ${path} under run ${runId}`);
    }
    return { source: `models:/${latest.modelId}`, runId, modelId: latest.modelId };
  }

  async #rememberVersion(modelId: string, { name, version }: ModelVersion): Promise<void> {
    const { tags } = await this.getLoggedModel(modelId);
    const known = JSON.parse(tags[MLFLOW_TAG.modelVersions] ?? "[]") as unknown[];
    await this.setLoggedModelTags(modelId, {
      [MLFLOW_TAG.modelVersions]: [...known, { name, version: Number(version) }],
    });
  }
}
