import type { ModelVersion } from "../entities/model-version.ts";
import type { ChatMessage, Prompt, PromptTemplate, PromptVersion } from "../entities/prompt.ts";
import { toDictionary } from "../entities/record.ts";
import type { RegisteredModel } from "../entities/registered-model.ts";
import { MLFLOW_TAG, PROMPT_TAG } from "../entities/tag.ts";
import { isPrompt } from "../entities/validate-registry.ts";
import { invalidParameter } from "../errors.ts";
import { isJsonObject, parsePythonJson, printPythonJson } from "../format/python-json.ts";

export interface NewPrompt {
  readonly commitMessage?: string;
  /** Are set on the version and on the prompt. */
  readonly tags?: Readonly<Record<string, string>>;
  /** JSON schema of the answer. */
  readonly responseFormat?: object;
  /** Such as `{ model_name: "gpt-4", temperature: 0.7 }`. */
  readonly modelConfig?: object;
  /** Shows the prompt in this experiment. */
  readonly experimentId?: string;
}

const RESERVED: ReadonlySet<string> = new Set([
  MLFLOW_TAG.isPrompt,
  PROMPT_TAG.text,
  PROMPT_TAG.type,
  PROMPT_TAG.responseFormat,
  PROMPT_TAG.modelConfig,
]);

/** The tags in which a version of a prompt is kept. */
export function versionTags(template: PromptTemplate, options: NewPrompt): Record<string, string> {
  const { tags = {}, responseFormat, modelConfig } = options;
  const isChat = typeof template !== "string";
  return {
    ...tags,
    [MLFLOW_TAG.isPrompt]: "true",
    [PROMPT_TAG.type]: isChat ? "chat" : "text",
    [PROMPT_TAG.text]: isChat ? toJson(template) : template,
    ...(responseFormat && { [PROMPT_TAG.responseFormat]: toJson(responseFormat) }),
    ...(modelConfig && { [PROMPT_TAG.modelConfig]: toJson(modelConfig) }),
  };
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE when the version is one of a model */
export function toPromptVersion(version: ModelVersion): PromptVersion {
  const { tags } = version;
  if (!isPrompt(tags)) {
    throw invalidParameter(
      `Name \`${version.name}\` is registered as a model, not a prompt. Use get_model_version() or load_model() instead.`,
    );
  }
  const text = tags[PROMPT_TAG.text];
  if (text === undefined) {
    throw invalidParameter(`Prompt \`${version.name}\` does not contain a prompt text`);
  }
  const kept = Object.keys(tags).filter((key) => !RESERVED.has(key));
  return {
    name: version.name,
    version: version.version,
    template: tags[PROMPT_TAG.type] === "chat" ? parseMessages(text, version.name) : text,
    commitMessage: version.description,
    creationTimestamp: version.creationTimestamp,
    lastUpdatedTimestamp: version.lastUpdatedTimestamp,
    userId: version.userId,
    tags: toDictionary(kept.map((key) => [key, tags[key] ?? ""])),
    aliases: version.aliases,
    responseFormat: parseObject(tags[PROMPT_TAG.responseFormat]),
    modelConfig: parseObject(tags[PROMPT_TAG.modelConfig]),
  };
}

export function toPrompt({ name, description, creationTimestamp, tags }: RegisteredModel): Prompt {
  const kept = Object.keys(tags).filter((key) => key !== MLFLOW_TAG.isPrompt);
  return {
    name,
    description,
    creationTimestamp,
    tags: toDictionary(kept.map((key) => [key, tags[key] ?? ""])),
  };
}

function parseMessages(text: string, name: string): readonly ChatMessage[] {
  const messages = parsePythonJson(text, `models/${name}`);
  if (Array.isArray(messages)) return messages as readonly ChatMessage[];
  throw invalidParameter("Template must be a list of dicts with role and content");
}

function parseObject(text: string | undefined): PromptVersion["modelConfig"] {
  const value = text === undefined ? null : parsePythonJson(text, "");
  return isJsonObject(value) ? value : null;
}

/** As Python writes JSON, so that MLflow and we write the same. */
function toJson(value: object): string {
  return printPythonJson(parsePythonJson(JSON.stringify(value), ""));
}

export type PromptUri =
  | { readonly name: string; readonly version: string; readonly alias?: undefined }
  | { readonly name: string; readonly alias: string; readonly version?: undefined };

/** What is to be loaded: a name alone is its latest version. @throws MlrunsError INVALID_PARAMETER_VALUE */
export function parsePromptUri(nameOrUri: string, version: string | number | undefined): PromptUri {
  if (!nameOrUri.startsWith("prompts:/")) {
    if (version === undefined) return { name: nameOrUri, alias: "latest" };
    return { name: nameOrUri, version: String(version) };
  }
  if (version !== undefined) {
    throw invalidParameter(
      "The `version` argument should not be specified when loading a prompt by URI.",
    );
  }
  const [, name, number, alias] =
    /^prompts:\/+([^/@]+)(?:\/(\d+)|@([^/@]+))$/.exec(nameOrUri) ?? [];
  if (name !== undefined && number !== undefined) return { name, version: number };
  if (name !== undefined && alias !== undefined) return { name, alias };
  throw invalidParameter(`Invalid prompt URI format: ${nameOrUri}`, {
    hint: "Write prompts:/<name>/<version> or prompts:/<name>@<alias>.",
  });
}
