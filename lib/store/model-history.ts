import type { JsonObject, JsonValue } from "../entities/json.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { invalidParameter } from "../errors.ts";
import { isJsonObject, parsePythonJson, printPythonJson } from "../format/python-json.ts";
import { setTag } from "./log.ts";
import { getRun } from "./runs.ts";
import type { Store } from "./store.ts";

const REQUIRED = ["artifact_path", "flavors", "utc_time_created", "run_id"];
const KEPT: ReadonlySet<string> = new Set([
  "run_id",
  "utc_time_created",
  "artifact_path",
  "model_uuid",
]);

/**
 * Adds a model to the list that MLflow before 3 keeps in a tag of the run.
 *
 * @param modelJson - what the file MLmodel says, as JSON
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no JSON or lacks a field
 * @see MLflow 3.17 `FileStore.record_logged_model`
 */
export function recordModel(store: Store, runId: string, modelJson: string): void {
  const model = parseModel(modelJson);
  const missing = REQUIRED.filter((field) => !Object.hasOwn(model, field));
  if (missing.length > 0) {
    const fields = missing.map((field) => `'${field}'`).join(", ");
    throw invalidParameter(`Model json is missing mandatory fields: {${fields}}`);
  }
  const kept = Object.entries(model).filter(([field]) => KEPT.has(field));
  const entry = { ...Object.fromEntries(kept), flavors: withoutConfigs(model.flavors ?? null) };
  const history = getRun(store, runId).data.tags[MLFLOW_TAG.loggedModelHistory];
  setTag(store, runId, {
    key: MLFLOW_TAG.loggedModelHistory,
    value: printPythonJson([...parseHistory(history), entry]),
  });
}

function parseModel(modelJson: string): JsonObject {
  const model = tryParse(modelJson);
  if (isJsonObject(model)) return model;
  throw invalidParameter(`Malformed model info. \n ${modelJson} \n is not a valid JSON.`);
}

/** A tag that somebody else has written and that is no list starts anew. */
function parseHistory(text: string | undefined): readonly JsonValue[] {
  const history = text === undefined ? [] : tryParse(text);
  return Array.isArray(history) ? history : [];
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return parsePythonJson(text, "");
  } catch {
    return undefined;
  }
}

/** A flavor's `config` may be large, and is in MLmodel. */
function withoutConfigs(flavors: JsonValue): JsonValue {
  if (!isJsonObject(flavors)) return {};
  const kept = Object.entries(flavors).map(([name, flavor]) => {
    if (!isJsonObject(flavor)) return [name, flavor] as const;
    const { config: _, ...rest } = flavor;
    return [name, rest] as const;
  });
  return Object.fromEntries(kept);
}
