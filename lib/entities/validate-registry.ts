import { invalidParameter, MlrunsError, notFound } from "../errors.ts";
import { LIMITS } from "./limits.ts";
import { MODEL_VERSION_STAGES, type ModelVersionStage } from "./model-version.ts";
import { MLFLOW_TAG, PROMPT_TAG, type Tag } from "./tag.ts";
import {
  missingValue,
  refuseBadPath,
  textLength,
  validateKey,
  validateLength,
} from "./validate.ts";

const ALIAS = /^[\p{L}\p{N}_-]*$/u;
const ALIAS_LIKE_VERSION = /^[vV]\p{Nd}+$/u;
const PROMPT_NAME = /^[a-zA-Z0-9_.-]+$/;

/** Stages whose versions a transition may archive. */
const ACTIVE_STAGES: readonly ModelVersionStage[] = ["Staging", "Production"];

/**
 * Checks the name of a registered model. It becomes the name of a folder.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 */
export function validateModelName(name: string, parameter = "name"): void {
  if (typeof name !== "string" || name.trim() === "") throw missingValue(parameter);
  if (/[/:]/.test(name)) {
    throw invalidParameter(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  }
  refuseBadPath(name, "name");
  if (name.includes("%")) {
    throw invalidParameter(
      `Invalid name: '${name}'. Registered model name cannot contain '%' character`,
    );
  }
}

/** The number of a version, checked. @throws MlrunsError INVALID_PARAMETER_VALUE */
export function validateVersion(version: string | number): string {
  const text = String(version).trim();
  if (/^[+-]?\d+$/.test(text)) return String(BigInt(text));
  throw invalidParameter(`Parameter 'version' must be an integer, got '${version}'.`);
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE */
export function validateAlias(alias: string): void {
  if (!alias) throw invalidParameter("Registered model alias name cannot be empty.");
  if (!ALIAS.test(alias)) {
    throw invalidParameter(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  }
  validateLength("Registered model alias name", LIMITS.aliasLength, alias);
}

/** Refuses aliases that mean something by themselves. */
export function refuseReservedAlias(alias: string): void {
  if (alias.toLowerCase() === "latest") {
    throw invalidParameter("'latest' alias name (case insensitive) is reserved.");
  }
  if (ALIAS_LIKE_VERSION.test(alias)) {
    throw invalidParameter(`Version alias name '${alias}' is reserved.`);
  }
}

export function validateRegistryTag({ key, value }: Tag): void {
  validateKey(key, "key");
  validateLength("key", LIMITS.keyLength, key);
  if (key === PROMPT_TAG.text && textLength(value) > LIMITS.registryTagValueLength) {
    throw invalidParameter(
      `Prompt text exceeds max length of ${LIMITS.registryTagValueLength} characters.`,
    );
  }
  validateLength("value", LIMITS.registryTagValueLength, value);
}

/** The stage of that name in whatever case. @throws MlrunsError INVALID_PARAMETER_VALUE */
export function toStage(name: string): ModelVersionStage {
  const stage = MODEL_VERSION_STAGES.find((each) => each.toLowerCase() === name.toLowerCase());
  if (stage !== undefined) return stage;
  throw invalidParameter(
    `Invalid Model Version stage: ${name}. Value must be one of ${MODEL_VERSION_STAGES.join(", ")}.`,
  );
}

/** @throws MlrunsError INTERNAL_ERROR, as in MLflow, when versions of this stage cannot be archived */
export function refuseArchiving(name: string): void {
  if (ACTIVE_STAGES.includes(toStage(name))) return;
  throw new MlrunsError(
    "INTERNAL_ERROR",
    `Model version transition cannot archive existing model versions because '${name}' is not an Active stage.` +
      " Valid stages are ['Staging', 'Production']",
  );
}

export function validatePromptName(name: string): void {
  if (typeof name !== "string" || name === "") {
    throw invalidParameter("Prompt name must be a non-empty string.");
  }
  if (PROMPT_NAME.test(name)) return;
  throw invalidParameter(
    "Prompt name can only contain alphanumeric characters, hyphens, underscores, and dots.",
  );
}

/** Whether tags of a registered model or version say that it is a prompt. */
export function isPrompt(tags: { readonly [key: string]: string }): boolean {
  return tags[MLFLOW_TAG.isPrompt] !== undefined;
}

export function modelNotFound(name: string): MlrunsError {
  return notFound(`Registered Model with name=${name} not found`);
}

export function versionNotFound(name: string, version: string): MlrunsError {
  return notFound(`Model Version (name=${name}, version=${version}) not found`);
}
