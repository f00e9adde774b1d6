import { invalidParameter } from "../errors.ts";
import type { JsonObject } from "./json.ts";
import type { ReadonlyDictionary } from "./record.ts";

/** A message of a chat prompt; its content holds variables. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

/** Text with variables such as `{{name}}`, or messages with such texts. */
export type PromptTemplate = string | readonly ChatMessage[];

/** A prompt without its versions. In the registry it is a registered model with a tag. */
export interface Prompt {
  readonly name: string;
  readonly description: string | null;
  /** Milliseconds since the epoch. */
  readonly creationTimestamp: number;
  readonly tags: ReadonlyDictionary<string>;
}

/** One version of a prompt. */
export interface PromptVersion {
  readonly name: string;
  readonly version: string;
  readonly template: PromptTemplate;
  readonly commitMessage: string | null;
  /** Milliseconds since the epoch. */
  readonly creationTimestamp: number;
  /** Milliseconds since the epoch. */
  readonly lastUpdatedTimestamp: number;
  readonly userId: string | null;
  /** Without those in which MLflow keeps the prompt itself. */
  readonly tags: ReadonlyDictionary<string>;
  readonly aliases: readonly string[];
  /** JSON schema of the answer. */
  readonly responseFormat: JsonObject | null;
  /** Such as `{ model_name, temperature }`. */
  readonly modelConfig: JsonObject | null;
}

const VARIABLE = /\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*)\s*\}\}/g;

/** Names of the variables of a template, in the order of their first use. */
export function promptVariables(template: PromptTemplate): string[] {
  const names = textsOf(template).flatMap((text) =>
    [...text.matchAll(VARIABLE)].map(([, name]) => name ?? ""),
  );
  return [...new Set(names)];
}

export interface FormatOptions {
  /** Leaves variables without a value as they are. */
  readonly allowPartial?: boolean;
}

/**
 * Fills in the variables of a template. What looks like a variable in a value stays text; MLflow would fill in that, too.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when a variable has no value, or for a Jinja2 template (`{% … %}`)
 * @see MLflow 3.17 `PromptVersion.format`
 */
export function formatPrompt(
  template: string,
  values: Readonly<Record<string, unknown>>,
  options?: FormatOptions,
): string;
export function formatPrompt(
  template: readonly ChatMessage[],
  values: Readonly<Record<string, unknown>>,
  options?: FormatOptions,
): ChatMessage[];
export function formatPrompt(
  template: PromptTemplate,
  values: Readonly<Record<string, unknown>>,
  options?: FormatOptions,
): string | ChatMessage[];
export function formatPrompt(
  template: PromptTemplate,
  values: Readonly<Record<string, unknown>>,
  options: FormatOptions = {},
): string | ChatMessage[] {
  if (textsOf(template).some((text) => /\{%.*%\}/s.test(text))) {
    throw invalidParameter(
      "The prompt is a Jinja2 template, which only MLflow in Python can format.",
    );
  }
  const missing = promptVariables(template).filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0 && !options.allowPartial) {
    throw invalidParameter(
      `Missing variables: {${missing.map((name) => `'${name}'`).join(", ")}}. To partially format the prompt, set \`allowPartial: true\`.`,
    );
  }
  const fill = (text: string): string =>
    text.replace(VARIABLE, (variable, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : variable,
    );
  if (typeof template === "string") return fill(template);
  return template.map((message) => ({ ...message, content: fill(message.content) }));
}

function textsOf(template: PromptTemplate): string[] {
  if (typeof template === "string") return [template];
  return template.map(({ content }) => content);
}
