import type { Prompt, PromptTemplate, PromptVersion } from "../entities/prompt.ts";
import { MLFLOW_TAG, PROMPT_TAG } from "../entities/tag.ts";
import { isPrompt, validatePromptName } from "../entities/validate-registry.ts";
import { invalidParameter, MlrunsError } from "../errors.ts";
import {
  type NewPrompt,
  parsePromptUri,
  toPrompt,
  toPromptVersion,
  versionTags,
} from "./prompt.ts";
import {
  RegistryClient,
  type RegistrySearchOptions,
  type VersionNumber,
} from "./registry-client.ts";

/** A prompt needs no source, but the registry asks for one. */
const SOURCE = "dummy-source";
/** The prompts of a tree: registered models with tags, as MLflow keeps them. */
export class PromptClient extends RegistryClient {
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
    validatePromptName(name);
    const isNew = await this.#createPrompt(name, options);
    try {
      const { commitMessage = null } = options;
      const tags = versionTags(template, options);
      // Past the check that keeps prompts out of `createModelVersion`.
      const version = this.createVersionOfAnyKind(name, SOURCE, {
        tags,
        description: commitMessage,
      });
      if (options.experimentId !== undefined) await this.#link(name, options.experimentId);
      return toPromptVersion(version);
    } catch (error) {
      // No prompt is better than one without a version.
      if (isNew) await this.deleteRegisteredModel(name);
      throw error;
    }
  }

  /**
   * Loads a version of a prompt: `loadPrompt("greeting")` is the latest one; `prompts:/greeting/2` and
   * `prompts:/greeting@production` name others. Fill it in with `formatPrompt(prompt.template, values)`.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for an unknown alias or a model's name
   */
  async loadPrompt(nameOrUri: string, version?: VersionNumber): Promise<PromptVersion> {
    const uri = parsePromptUri(nameOrUri, version);
    return speakingOfPrompts(async () => {
      const found =
        uri.version === undefined
          ? await this.getModelVersionByAlias(uri.name, uri.alias)
          : await this.getModelVersion(uri.name, uri.version);
      return toPromptVersion(found);
    });
  }

  /** As `loadPrompt`; undefined when there is no such version. */
  async findPrompt(nameOrUri: string, version?: VersionNumber): Promise<PromptVersion | undefined> {
    try {
      return await this.loadPrompt(nameOrUri, version);
    } catch (error) {
      const isMissing =
        error instanceof MlrunsError &&
        (error.errorCode === "RESOURCE_DOES_NOT_EXIST" || /alias .* not found/.test(error.message));
      if (isMissing) return undefined;
      throw error;
    }
  }

  /** Searches prompts by name and tags. @param options - `filter` is of the form of `searchRegisteredModels` */
  async searchPrompts(
    options: RegistrySearchOptions = {},
  ): Promise<{ prompts: Prompt[]; nextPageToken: string | undefined }> {
    const condition = `tags.\`${MLFLOW_TAG.isPrompt}\` = 'true'`;
    const filter = options.filter ? `${condition} AND ${options.filter}` : condition;
    const page = await this.searchRegisteredModels({ ...options, filter });
    return {
      prompts: page.registeredModels.map(toPrompt),
      nextPageToken: page.nextPageToken,
    };
  }

  /** Lets an alias name a version of a prompt. */
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

  /** @returns whether the prompt is new */
  async #createPrompt(name: string, options: NewPrompt): Promise<boolean> {
    const { registeredModels } = await this.scanRegisteredModels();
    const known = registeredModels.find((model) => model.name === name);
    if (known === undefined) {
      const tags = { ...options.tags, [MLFLOW_TAG.isPrompt]: "true" };
      const { commitMessage } = options;
      const description = commitMessage === undefined ? {} : { description: commitMessage };
      await this.createRegisteredModel(name, { tags, ...description });
      return true;
    }
    if (!isPrompt(known.tags)) {
      throw invalidParameter(
        `Model '${name}' exists with the same name. MLflow does not allow registering a prompt with the same name as an` +
          " existing model. Please choose a different name for the prompt.",
      );
    }
    for (const [key, value] of Object.entries(options.tags ?? {})) {
      await this.setRegisteredModelTag(name, key, value);
    }
    return false;
  }

  async #link(name: string, experimentId: string): Promise<void> {
    const { tags } = await this.getRegisteredModel(name);
    const ids = (tags[PROMPT_TAG.experimentIds] ?? "").split(",").filter((id) => id !== "");
    if (ids.includes(experimentId)) return;
    const all = [...ids, experimentId].join(",");
    await this.setRegisteredModelTag(name, PROMPT_TAG.experimentIds, `,${all},`);
  }
}

/** Errors of the registry speak of models; what the user has asked for is a prompt. */
async function speakingOfPrompts<Value>(action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof MlrunsError)) throw error;
    const message = error.message.replace(/registered model|model version/gi, (words) =>
      /^[A-Z]/.test(words) ? "Prompt" : "prompt",
    );
    throw new MlrunsError(error.errorCode, message, { cause: error });
  }
}
