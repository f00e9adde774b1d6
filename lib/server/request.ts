import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { Context } from "hono";
import { invalidParameter, type MlrunsError } from "../errors.ts";
import { camelToSnake, isObject, type SchemaNode, unwrapped } from "./schema.ts";

/** No request of MLflow's API but an upload comes near this: a batch of 1,000 metrics takes 0.1 MB. */
const LARGEST_JSON = 64 * 1024 * 1024;

/** Values of JSON that Python's `json` writes though they are none, outside of strings. */
const PYTHON_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** The fields of a request, before their shapes are checked. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The fields of a request: those of the query for GET, of the JSON body else. Those of the path stand above both, in whatever
 * spelling they are repeated there.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the content type or the body is no JSON object
 */
export async function readFields(context: Context, schema: SchemaNode): Promise<Fields> {
  const fields =
    context.req.method === "GET" ? await readGet(context, schema) : await readJsonBody(context);
  const named: Fields = context.req.param();
  if (Object.keys(named).length === 0) return fields;
  const others = Object.entries(fields).filter(
    ([name]) => !Object.hasOwn(named, camelToSnake(name)),
  );
  return { ...Object.fromEntries(others), ...named };
}

/** Takes `run_uuid`, the old name, for `run_id` where that is not given. */
export function withRunId(fields: Fields): Fields {
  const { run_id: runId, run_uuid: oldName } = fields;
  const isOld = oldName !== undefined && oldName !== null && (runId ?? "") === "";
  return isOld ? { ...fields, run_id: oldName } : fields;
}

/** A GET without a query may have its fields in a body, which the standard's own Request does not know. */
async function readGet(context: Context, schema: SchemaNode): Promise<Fields> {
  const incoming = (context.env as { incoming?: IncomingMessage } | undefined)?.incoming;
  const length = Number(incoming?.headers["content-length"] ?? 0);
  if (incoming === undefined || length === 0 || context.req.url.includes("?")) {
    return readQuery(context, schema);
  }
  if (length > LARGEST_JSON) throw tooLarge(LARGEST_JSON);
  return toFields(await text(incoming));
}

/** A repeated field is a list, even when it occurs once; a boolean is `true` or `True`. */
function readQuery(context: Context, schema: SchemaNode): Fields {
  const fields: Record<string, unknown> = {};
  const entries = unwrapped(schema).entries ?? {};
  for (const [name, values] of Object.entries(context.req.queries())) {
    const type = entries[name] === undefined ? undefined : unwrapped(entries[name]).type;
    const value = values[0] ?? "";
    fields[name] = type === "array" ? values : type === "boolean" ? readFlag(value) : value;
  }
  return fields;
}

function readFlag(value: string): boolean {
  const lower = value.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw invalidParameter(`Invalid boolean value: ${value}, must be 'true' or 'false'.`);
}

/**
 * Reads a body as MLflow does: none and one that is not JSON count as `{}`, JSON in a JSON text is decoded twice.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when the content type is not JSON or the body is too large
 */
async function readJsonBody(context: Context): Promise<Fields> {
  if (context.req.method === "POST" || context.req.method === "PUT") checkContentType(context);
  return toFields(await readText(context));
}

function toFields(json: string): Fields {
  const once = parseJson(json);
  const body = typeof once === "string" ? parseJson(once) : once;
  if (body === undefined || body === null) return {};
  if (!isObject(body)) {
    throw invalidParameter("Bad Request. The body of the request must be a JSON object.");
  }
  return body;
}

/** A parameter of the query. @throws MlrunsError INVALID_PARAMETER_VALUE when it is missing or empty */
export function requiredQuery(context: Context, name: string): string {
  const value = context.req.query(name);
  if (!value) throw missingParameter(name);
  return value;
}

export function missingParameter(name: string): MlrunsError {
  return invalidParameter(`Missing value for required parameter '${name}'.`);
}

export function checkContentType(context: Context): void {
  const type = context.req.header("content-type");
  if (type === undefined) throw invalidParameter("Bad Request. Content-Type header is missing.");
  if (type.split(";")[0]?.trim().toLowerCase() === "application/json") return;
  throw invalidParameter("Bad Request. Content-Type must be one of ['application/json'].");
}

async function readText(context: Context): Promise<string> {
  const length = Number(context.req.header("content-length") ?? Number.NaN);
  if (length > LARGEST_JSON) throw tooLarge(LARGEST_JSON);
  // A known length is enforced by Node's HTTP parser, so the quick way is safe.
  if (!Number.isNaN(length)) return context.req.text();
  return Buffer.from(await readBytes(context, LARGEST_JSON)).toString("utf8");
}

/** The bytes of a body. @throws MlrunsError INVALID_PARAMETER_VALUE when there are more than `limit` */
export async function readBytes(context: Context, limit: number): Promise<Uint8Array> {
  if (Number(context.req.header("content-length") ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of context.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limit: number): MlrunsError {
  return invalidParameter(`Bad Request. The body of the request is larger than ${limit} bytes.`);
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return parsePythonJson(json);
  }
}

/** JSON with Python's bare `NaN` and `Infinity`; undefined when it is not even that. */
function parsePythonJson(json: string): unknown {
  if (!/NaN|Infinity/.test(json)) return undefined;
  try {
    return JSON.parse(
      json.replace(PYTHON_NUMBERS, (found) => (found.startsWith('"') ? found : `"${found}"`)),
    );
  } catch {
    return undefined;
  }
}
