import * as v from "valibot";
import { invalidValue } from "../entities/validate.ts";
import { invalidParameter, type MlrunsError } from "../errors.ts";

/** The shapes of request fields, as protobuf's JSON parser takes them. */

export const SEE_DOCS = "See the API docs for more information about request parameters.";
const LARGEST_INT64 = 2 ** 63;

export const text: v.StringSchema<undefined> = v.string();

/** A text that must be there and not be empty. */
export const required: v.GenericSchema<string> = v.pipe(v.string(), v.nonEmpty());

/** A whole number, or its decimal digits as text. */
export const int64: v.GenericSchema<number | string, number> = v.pipe(
  v.union([v.number(), v.string()]),
  v.check(isInteger),
  v.transform(Number),
);

/** A number, a number as text, or `NaN`, `Infinity`, `-Infinity` as text. */
export const double: v.GenericSchema<number | string, number> = v.pipe(
  v.union([v.number(), v.string()]),
  v.check(isDouble),
  v.transform(Number),
);

export const flag: v.BooleanSchema<undefined> = v.boolean();

/** Any JSON value. */
export const anything: v.UnknownSchema = v.unknown();

export const textMap: v.GenericSchema<Record<string, string>> = v.record(v.string(), v.string());

/** An enum: its name, or its number, counted from `first`, which may be text as in a query. */
export function oneOf<const Name extends string>(
  names: readonly Name[],
  first = 1,
): v.GenericSchema<Name | number, Name> {
  const nameOf = (input: string | number): Name | undefined =>
    names.find((name) => name === input) ?? names[Number(input || Number.NaN) - first];
  return v.pipe(
    v.union([v.number(), v.string()]),
    v.check((input) => nameOf(input) !== undefined),
    v.transform((input) => nameOf(input) as Name),
  ) as unknown as v.GenericSchema<Name | number, Name>;
}

/** A tag, param or the like. */
export const pair: v.GenericSchema<
  { key: string; value?: string | undefined },
  { key: string; value: string }
> = v.object({ key: required, value: v.optional(v.string(), "") });

export const pairs: v.GenericSchema<
  { key: string; value?: string | undefined }[] | undefined,
  { key: string; value: string }[]
> = v.optional(v.array(pair), []);

export const texts: v.GenericSchema<string[] | undefined, string[]> = v.optional(
  v.array(v.string()),
  [],
);

/**
 * Checks the shape of a request.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE in MLflow's words
 */
export function parseShape<Output>(
  schema: v.GenericSchema<unknown, Output>,
  request: Readonly<Record<string, unknown>>,
): Output {
  const result = v.safeParse(schema, normalize(request, schema, true), { abortEarly: true });
  if (result.success) return result.output;
  throw toError(result.issues[0]);
}

/**
 * What of a valibot schema `normalize` looks at. An optional field wraps the schema of its value; a pipe stands in
 * for its first schema.
 */
export interface SchemaNode {
  readonly type: string;
  readonly entries?: Readonly<Record<string, SchemaNode>>;
  readonly item?: SchemaNode;
  readonly wrapped?: SchemaNode;
}

/** The schema of a field's value. */
export function unwrapped(schema: SchemaNode): SchemaNode {
  return schema.wrapped === undefined ? schema : unwrapped(schema.wrapped);
}

/**
 * Takes camelCase spellings for what they mean and drops nulls, which mean "not set".
 *
 * A required field of the request itself is only looked for under its snake_case name, as in MLflow.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when a field is spelt both ways
 */
function normalize(value: unknown, schema: SchemaNode, isRequest = false): unknown {
  const { entries, item } = unwrapped(schema);
  if (item !== undefined && Array.isArray(value)) return value.map((one) => normalize(one, item));
  if (entries === undefined || !isObject(value)) return value;
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(entries)) {
    const given = pick(value, name, isRequest && field.type !== "optional");
    if (given !== undefined && given !== null) fields[name] = normalize(given, field);
  }
  return fields;
}

function pick(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  onlySnakeCase: boolean,
): unknown {
  const camelCase = camelCaseOf(name);
  if (camelCase !== name && Object.hasOwn(fields, camelCase)) {
    if (Object.hasOwn(fields, name)) {
      throw invalidParameter(
        `Request specifies both '${name}' and '${camelCase}'; provide only one of them.`,
      );
    }
    return onlySnakeCase ? undefined : fields[camelCase];
  }
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** `run_id` of `runId`. */
export function camelToSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const camelCaseNames = new Map<string, string>();

function camelCaseOf(name: string): string {
  const known = camelCaseNames.get(name);
  if (known !== undefined) return known;
  const camelCase = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  camelCaseNames.set(name, camelCase);
  return camelCase;
}

function toError(issue: v.BaseIssue<unknown>): MlrunsError {
  const parameter = parameterName(issue.path ?? []);
  if (issue.input === undefined || issue.type === "non_empty") {
    return invalidParameter(`Missing value for required parameter '${parameter}'. ${SEE_DOCS}`);
  }
  const hint = ` Hint: Value was of type '${pythonType(issue.input)}'. ${SEE_DOCS}`;
  return invalidValue(parameter, issue.input, hint);
}

/** Such as `metrics[0].key`. */
function parameterName(path: readonly { readonly key?: unknown }[]): string {
  return path
    .map(({ key }, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${key}`))
    .join("");
}

function pythonType(value: unknown): string {
  if (value === null) return "NoneType";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return Array.isArray(value) ? "list" : "dict";
}

function isInteger(value: number | string): boolean {
  const isSpelt = typeof value === "number" || /^[+-]?\d+(\.0*)?(e\+?\d+)?$/i.test(value);
  const isWhole = isSpelt && Number.isInteger(Number(value));
  return isWhole && Math.abs(Number(value)) <= LARGEST_INT64;
}

function isDouble(value: number | string): boolean {
  // JSON has no infinity: a number that is one was too large, such as 1e400.
  if (typeof value === "number") return Number.isFinite(value);
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return true;
  return value.trim() !== "" && Number.isFinite(Number(value)) && !/^\s*[+-]?0[box]/i.test(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
