import type { ModelVersion } from "../entities/model-version.ts";
import type { Prompt, PromptTemplate, PromptVersion } from "../entities/prompt.ts";
import type { NewPrompt } from "./prompt.ts";
import {
  findPrompt,
  loadPrompt,
  PROMPT_SOURCE,
  registerPrompt,
  searchPrompts,
  speakingOfPrompts,
} from "./prompt-book.ts";
import {
  type NewModelVersion,
  RegistryClient,
  type RegistrySearchOptions,
  type VersionNumber,
} from "./registry-client.ts";

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
    return registerPrompt(this, name, template, options);
  }

  /**
   * Loads a version of a prompt: `loadPrompt("greeting")` is the latest one; `prompts:/greeting/2` and
   * `prompts:/greeting@production` name others. Fill it in with `formatPrompt(prompt.template, values)`.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for an unknown alias or a model's name
   */
  async loadPrompt(nameOrUri: string, version?: VersionNumber): Promise<PromptVersion> {
    return loadPrompt(this, nameOrUri, version);
  }

  /** As `loadPrompt`; undefined when there is no such version. */
  async findPrompt(nameOrUri: string, version?: VersionNumber): Promise<PromptVersion | undefined> {
    return findPrompt(this, nameOrUri, version);
  }

  /**
   * Searches prompts by name and tags.
   *
   * @param options - `filter` is of the form of `searchRegisteredModels`; `experiment_id = '3'` is understood besides
   */
  async searchPrompts(
    options: RegistrySearchOptions = {},
  ): Promise<{ prompts: Prompt[]; nextPageToken: string | undefined }> {
    return searchPrompts(this, options);
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

  /** As `createModelVersion`, for a version of a prompt. Use `registerPrompt`. */
  async createPromptVersion(
    name: string,
    options: Pick<NewModelVersion, "tags" | "description">,
  ): Promise<ModelVersion> {
    return this.createVersionOfAnyKind(name, PROMPT_SOURCE, options);
  }
}
