import type { ModelVersion } from "../entities/model-version.ts";
import type { Prompt, PromptTemplate, PromptVersion } from "../entities/prompt.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
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
import type { RegistryClient, RegistrySearchOptions, VersionNumber } from "./registry-client.ts";

/** What prompts are kept in: the registry of a tree, or of a server. */
export interface PromptRegistry
  extends Pick<
    RegistryClient,
    | "createRegisteredModel"
    | "getRegisteredModel"
    | "deleteRegisteredModel"
    | "searchRegisteredModels"
    | "setRegisteredModelTag"
    | "setRegisteredModelAlias"
    | "deleteRegisteredModelAlias"
    | "getModelVersion"
    | "getModelVersionByAlias"
  > {
  /** As `createModelVersion`, past the check that keeps prompts out of it. */
  createPromptVersion(
    name: string,
    options: {
      readonly tags: Readonly<Record<string, string>>;
      readonly description: string | null;
    },
  ): Promise<ModelVersion>;
}

/** A prompt needs no source, but the registry asks for one. */
export const PROMPT_SOURCE = "dummy-source";

/** @see `PromptClient.registerPrompt` */
export async function registerPrompt(
  registry: PromptRegistry,
  name: string,
  template: PromptTemplate,
  options: NewPrompt,
): Promise<PromptVersion> {
  validatePromptName(name);
  const isNew = await createPrompt(registry, name, options);
  try {
    const { commitMessage = null } = options;
    const tags = versionTags(template, options);
    const version = await registry.createPromptVersion(name, { tags, description: commitMessage });
    if (options.experimentId !== undefined) await link(registry, name, options.experimentId);
    return toPromptVersion(version);
  } catch (error) {
    // No prompt is better than one without a version.
    if (isNew) await registry.deleteRegisteredModel(name);
    throw error;
  }
}

/** @see `PromptClient.loadPrompt` */
export async function loadPrompt(
  registry: PromptRegistry,
  nameOrUri: string,
  version: VersionNumber | undefined,
): Promise<PromptVersion> {
  const uri = parsePromptUri(nameOrUri, version);
  return speakingOfPrompts(async () => {
    const found =
      uri.version === undefined
        ? await registry.getModelVersionByAlias(uri.name, uri.alias)
        : await registry.getModelVersion(uri.name, uri.version);
    return toPromptVersion(found);
  });
}

/** @see `PromptClient.findPrompt` */
export async function findPrompt(
  registry: PromptRegistry,
  nameOrUri: string,
  version: VersionNumber | undefined,
): Promise<PromptVersion | undefined> {
  try {
    return await loadPrompt(registry, nameOrUri, version);
  } catch (error) {
    const isMissing =
      error instanceof MlrunsError &&
      (error.errorCode === "RESOURCE_DOES_NOT_EXIST" || /alias .* not found/i.test(error.message));
    if (isMissing) return undefined;
    throw error;
  }
}

/** @see `PromptClient.searchPrompts` */
export async function searchPrompts(
  registry: PromptRegistry,
  options: RegistrySearchOptions,
): Promise<{ prompts: Prompt[]; nextPageToken: string | undefined }> {
  const condition = `tags.\`${MLFLOW_TAG.isPrompt}\` = 'true'`;
  const given = options.filter ? byExperimentTag(options.filter) : "";
  const filter = given === "" ? condition : `${condition} AND ${given}`;
  const page = await registry.searchRegisteredModels({ ...options, filter });
  return { prompts: page.registeredModels.map(toPrompt), nextPageToken: page.nextPageToken };
}

/** Errors of the registry speak of models; what the user has asked for is a prompt. */
export async function speakingOfPrompts<Value>(action: () => Promise<Value>): Promise<Value> {
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

/**
 * `experiment_id = '3'` as the condition on a tag that it stands for.
 *
 * @see MLflow 3.17 `AbstractStore._parse_experiment_id_filter`
 */
function byExperimentTag(filter: string): string {
  const clause = /experiment_id\s*=\s*['"]([^'"]+)['"]/.exec(filter);
  const [whole, id] = clause ?? [];
  if (whole === undefined || id === undefined) return filter;
  if (!/^\d+$/.test(id)) {
    throw invalidParameter(`Invalid experiment_id: ${id}. Must be a numeric value.`);
  }
  const others = filter
    .replace(whole, "")
    .trim()
    .replace(/^AND\s+|\s+AND$/gi, "")
    .replace(/\s+AND\s+AND\s+/gi, " AND ")
    .trim();
  const condition = `tags.${PROMPT_TAG.experimentIds} LIKE '%,${id},%'`;
  return others === "" ? condition : `${condition} AND ${others}`;
}

/** @returns whether the prompt is new */
async function createPrompt(
  registry: PromptRegistry,
  name: string,
  options: NewPrompt,
): Promise<boolean> {
  const known = await findModel(registry, name);
  if (known === undefined) {
    const tags = { ...options.tags, [MLFLOW_TAG.isPrompt]: "true" };
    const { commitMessage } = options;
    const description = commitMessage === undefined ? {} : { description: commitMessage };
    await registry.createRegisteredModel(name, { tags, ...description });
    return true;
  }
  if (!isPrompt(known.tags)) {
    throw invalidParameter(
      `Model '${name}' exists with the same name. MLflow does not allow registering a prompt with the same name as an` +
        " existing model. Please choose a different name for the prompt.",
    );
  }
  for (const [key, value] of Object.entries(options.tags ?? {})) {
    await registry.setRegisteredModelTag(name, key, value);
  }
  return false;
}

async function findModel(
  registry: PromptRegistry,
  name: string,
): Promise<RegisteredModel | undefined> {
  try {
    return await registry.getRegisteredModel(name);
  } catch (error) {
    const isMissing = error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST";
    if (isMissing) return undefined;
    throw error;
  }
}

async function link(registry: PromptRegistry, name: string, experimentId: string): Promise<void> {
  const { tags } = await registry.getRegisteredModel(name);
  const ids = (tags[PROMPT_TAG.experimentIds] ?? "").split(",").filter((id) => id !== "");
  if (ids.includes(experimentId)) return;
  const all = [...ids, experimentId].join(",");
  await registry.setRegisteredModelTag(name, PROMPT_TAG.experimentIds, `,${all},`);
}
