import type { ArtifactRepository } from "../../artifacts/artifact-repository.ts";
import type { LoggedModel } from "../../entities/logged-model.ts";
import type { Metric } from "../../entities/metric.ts";
import type { ModelVersion } from "../../entities/model-version.ts";
import type { Prompt, PromptTemplate, PromptVersion } from "../../entities/prompt.ts";
import type { Run } from "../../entities/run.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { invalidParameter, MlrunsError, notFound } from "../../errors.ts";
import type { NewModelVersion } from "../../store/model-versions.ts";
import type { NewPrompt } from "../prompt.ts";
import {
  findPrompt,
  loadPrompt,
  PROMPT_SOURCE,
  registerPrompt,
  searchPrompts,
  speakingOfPrompts,
} from "../prompt-book.ts";
import type { RegistrySearchOptions, VersionNumber } from "../registry-client.ts";
import { uploadFolder } from "../run-artifacts.ts";
import { openRemote } from "./remote-artifacts.ts";
import { RestRegistryClient } from "./rest-registry-client.ts";

/** What of a server's registry takes more than one request: registering of models, files of models, prompts. */
export abstract class RestPromptClient extends RestRegistryClient {
  /**
   * Registers a model: creates the registered model unless it is there, and a version of it.
   *
   * @param modelUri - `runs:/<run id>/<path or model name>`, `models:/<model id>` or a source as of `createModelVersion`
   */
  async registerModel(
    modelUri: string,
    name: string,
    options: Omit<NewModelVersion, "modelId"> = {},
  ): Promise<ModelVersion> {
    const resolved = await this.#resolve(modelUri);
    await this.#ensureRegisteredModel(name);
    const { source, ...ids } = resolved;
    return this.createModelVersion(name, source, { ...ids, ...options });
  }

  /** Makes a version of another registered model, which is created if need be, from `models:/<name>/<version or @alias>`. */
  async copyModelVersion(sourceUri: string, targetName: string): Promise<ModelVersion> {
    const [, name, number, alias] = /^models:\/+([^/@]+)(?:\/([^/]+)|@(.+))$/.exec(sourceUri) ?? [];
    if (name === undefined) {
      throw invalidParameter(
        `Unsupported source model URI: '${sourceUri}'. The copyModelVersion API only copies models stored in the` +
          " 'models:/' scheme.",
      );
    }
    const original =
      number === undefined
        ? await this.getModelVersionByAlias(name, alias ?? "")
        : await this.getModelVersion(name, number);
    await this.#ensureRegisteredModel(targetName);
    return this.createModelVersion(targetName, `models:/${name}/${original.version}`, {
      runId: original.runId,
      tags: original.tags,
      runLink: original.runLink,
      description: original.description,
      modelId: original.modelId,
    });
  }

  /** The artifacts of a logged model. */
  async openModelArtifacts(modelId: string): Promise<ArtifactRepository> {
    return openRemote(this.connection, (await this.getLoggedModel(modelId)).artifactLocation);
  }

  /** Copies all files of a folder of this machine into the artifacts of a logged model. */
  async logModelArtifacts(modelId: string, localFolder: string, folder = ""): Promise<void> {
    await uploadFolder(await this.openModelArtifacts(modelId), localFolder, folder);
  }

  /** The points of a model's metric, see `logMetric` with `modelId`: those that the model, or its runs, tell. */
  async getLoggedModelMetricHistory(modelId: string, key: string): Promise<Metric[]> {
    const own = (await this.getLoggedModel(modelId)).metrics.filter((point) => point.key === key);
    const points = new Map<string, Metric>();
    for (const point of own) points.set(spell(point), { ...point, modelId });
    for (const runId of new Set(own.flatMap((point) => point.runId ?? []))) {
      for (const point of await this.getMetricHistory(runId, key)) {
        // MLflow's database does not say of which model a point of a run is.
        if (point.modelId === modelId) points.set(spell({ ...point, runId }), { ...point, runId });
      }
    }
    return [...points.values()].sort((a, b) => a.timestamp - b.timestamp || a.step - b.step);
  }

  /**
   * Registers the next version of a prompt, and the prompt if there is none of that name.
   *
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a bad name, a text that is too long, or a name that a model has
   */
  async registerPrompt(
    name: string,
    template: PromptTemplate,
    options: NewPrompt = {},
  ): Promise<PromptVersion> {
    return registerPrompt(this, name, template, options);
  }

  /** Loads a version of a prompt by name, by name and version, or by a URI such as `prompts:/greeting@production`. */
  async loadPrompt(nameOrUri: string, version?: VersionNumber): Promise<PromptVersion> {
    return loadPrompt(this, nameOrUri, version);
  }

  /** As `loadPrompt`; undefined when there is no such version. */
  async findPrompt(nameOrUri: string, version?: VersionNumber): Promise<PromptVersion | undefined> {
    return findPrompt(this, nameOrUri, version);
  }

  /** Searches prompts by name and tags; `experiment_id = '3'` is understood besides. */
  async searchPrompts(
    options: RegistrySearchOptions = {},
  ): Promise<{ prompts: Prompt[]; nextPageToken: string | undefined }> {
    return searchPrompts(this, options);
  }

  async setPromptAlias(name: string, alias: string, version: VersionNumber): Promise<void> {
    await speakingOfPrompts(() => this.setRegisteredModelAlias(name, alias, version));
  }

  async deletePromptAlias(name: string, alias: string): Promise<void> {
    await speakingOfPrompts(() => this.deleteRegisteredModelAlias(name, alias));
  }

  /** Deletes a prompt with all its versions for good. */
  async deletePrompt(name: string): Promise<void> {
    await speakingOfPrompts(() => this.deleteRegisteredModel(name));
  }

  /** As `createModelVersion`, for a version of a prompt. Use `registerPrompt`. */
  async createPromptVersion(
    name: string,
    options: Pick<NewModelVersion, "tags" | "description">,
  ): Promise<ModelVersion> {
    return this.createModelVersion(name, PROMPT_SOURCE, options);
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE when there is no such alias; `latest` is the highest version */
  override async getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    try {
      return await super.getModelVersionByAlias(name, alias);
    } catch (error) {
      // A server of MLflow 2 does not know that alias.
      const isReserved = error instanceof MlrunsError && /is reserved/.test(error.message);
      if (!isReserved || alias !== "latest") throw error;
      const condition = `name = '${name}'`;
      for (const filter of [
        condition,
        `${condition} AND tags.\`${MLFLOW_TAG.isPrompt}\` = 'true'`,
      ]) {
        const { modelVersions } = await this.searchModelVersions({ filter });
        const [latest] = modelVersions.sort((a, b) => Number(b.version) - Number(a.version));
        if (latest !== undefined) return latest;
      }
      throw notFound(`Registered model '${name}' has no versions`, { cause: error });
    }
  }

  abstract getMetricHistory(runId: string, key: string): Promise<Metric[]>;

  async #ensureRegisteredModel(name: string): Promise<void> {
    try {
      await this.createRegisteredModel(name);
    } catch (error) {
      const isThere = error instanceof MlrunsError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
      if (!isThere) throw error;
    }
  }

  /** As MLflow's client does it: the server is told where the files are, not by which run they are found. */
  async #resolve(modelUri: string): Promise<{
    readonly source: string;
    readonly runId?: string;
    readonly modelId?: string;
  }> {
    const modelId = /^models:\/+(m-[^/@]+)$/.exec(modelUri)?.[1];
    if (modelId !== undefined) return { source: modelUri, modelId };
    const [, runId, path] = /^runs:\/+([^/]+)\/(.+)$/.exec(modelUri) ?? [];
    if (runId === undefined || path === undefined) return { source: modelUri };
    const run = await this.getRun(runId);
    if ((await this.findArtifact(runId, path)) !== undefined) {
      return { source: `${run.info.artifactUri ?? ""}/${path}`, runId };
    }
    const latest = await this.#findModelOfRun(run, path);
    return { source: `models:/${latest.modelId}`, runId, modelId: latest.modelId };
  }

  /** The name of a logged model may stand for the path of its files in the run that made it. */
  async #findModelOfRun({ info, outputs }: Run, name: string): Promise<LoggedModel> {
    const { loggedModels } = await this.searchLoggedModels([info.experimentId], {
      filter: `name = '${name}' AND source_run_id = '${info.runId}'`,
    });
    const step = (id: string): number =>
      outputs.modelOutputs.find((output) => output.modelId === id)?.step ?? -1;
    const [latest] = [...loggedModels].sort((a, b) => step(b.modelId) - step(a.modelId));
    if (latest !== undefined) return latest;
    throw notFound(
      `Unable to find a logged_model with artifact_path ${name} under run ${info.runId}`,
    );
  }
}

function spell({ runId, step, timestamp, value }: Metric): string {
  return `${runId} ${step} ${timestamp} ${value}`;
}
