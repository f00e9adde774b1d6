/** Changes to the tree, through the REST API that clients use. Hidden where the data is read-only. */

import { MLFLOW_TAG } from "../../lib/entities/tag.ts";
import { plainId, rootKeyOf } from "../../lib/wire/rooted-id.ts";
import { DataError } from "./errors.ts";
import { manifest } from "./live.ts";

/** Whether the server takes edits. */
export function canEdit(): boolean {
  return manifest.value?.readOnly === false && manifest.value.apiBase !== undefined;
}

export function setRunTag(runId: string, key: string, value: string): Promise<void> {
  return postOfRun("runs/set-tag", runId, { key, value });
}

export function deleteRunTag(runId: string, key: string): Promise<void> {
  return postOfRun("runs/delete-tag", runId, { key });
}

/** How the tags of one thing are changed. */
export interface TagEdits {
  readonly set: (key: string, value: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
}

/** Null where the data is read-only. */
export function runTagEdits(runId: string): TagEdits | null {
  if (!canEdit()) return null;
  return {
    set: (key, value) => setRunTag(runId, key, value),
    remove: (key) => deleteRunTag(runId, key),
  };
}

/** The note of a run is a tag; an empty one is none. */
export function setRunNote(runId: string, text: string): Promise<void> {
  return text === ""
    ? deleteRunTag(runId, MLFLOW_TAG.note)
    : setRunTag(runId, MLFLOW_TAG.note, text);
}

export function renameRun(runId: string, name: string): Promise<void> {
  return postOfRun("runs/update", runId, { run_name: name });
}

/** Moves a run among the deleted ones; its files stay. */
export function deleteRun(runId: string): Promise<void> {
  return postOfRun("runs/delete", runId, {});
}

export function restoreRun(runId: string): Promise<void> {
  return postOfRun("runs/restore", runId, {});
}

export function setExperimentTag(experimentId: string, key: string, value: string): Promise<void> {
  const body = { experiment_id: plainId(experimentId), key, value };
  return post(rootKeyOf(experimentId), "experiments/set-experiment-tag", body);
}

/** @param modelId - see `RegisteredModelEntry.id` */
export function setModelAlias(modelId: string, alias: string, version: string): Promise<void> {
  const body = { name: plainId(modelId), alias, version };
  return post(rootKeyOf(modelId), "registered-models/alias", body);
}

export function deleteModelAlias(modelId: string, alias: string): Promise<void> {
  const body = { name: plainId(modelId), alias };
  return post(rootKeyOf(modelId), "registered-models/alias", body, "DELETE");
}

/**
 * Tags of a registered model, or of one of its versions. Null where the data is read-only.
 *
 * @param modelId - see `RegisteredModelEntry.id`
 */
export function modelTagEdits(modelId: string, version?: string): TagEdits | null {
  if (!canEdit()) return null;
  const change = (verb: "set" | "delete", tag: object): Promise<void> =>
    post(
      rootKeyOf(modelId),
      `${placeOfModel(version)}/${verb}-tag`,
      { name: plainId(modelId), ...(version !== undefined && { version }), ...tag },
      verb === "set" ? "POST" : "DELETE",
    );
  return {
    set: (key, value) => change("set", { key, value }),
    remove: (key) => change("delete", { key }),
  };
}

export function setModelDescription(
  modelId: string,
  version: string | undefined,
  description: string,
): Promise<void> {
  const body = {
    name: plainId(modelId),
    ...(version !== undefined && { version }),
    description,
  };
  return post(rootKeyOf(modelId), `${placeOfModel(version)}/update`, body, "PATCH");
}

function placeOfModel(version: string | undefined): string {
  return version === undefined ? "registered-models" : "model-versions";
}

function postOfRun(endpoint: string, runId: string, body: object): Promise<void> {
  return post(rootKeyOf(runId), endpoint, { run_id: plainId(runId), ...body });
}

/**
 * Asks the REST API of the root that has the thing.
 *
 * @param rootKey - empty for the first root
 * @throws DataError with MLflow's message
 */
async function post(
  rootKey: string,
  endpoint: string,
  body: object,
  method = "POST",
): Promise<void> {
  const roots = manifest.peek()?.roots ?? [];
  const root = rootKey === "" ? roots[0] : roots.find(({ key }) => key === rootKey);
  const base = root?.apiBase;
  if (base === undefined) throw new DataError("refused", endpoint, "This data is read-only");
  const path = `${base}/2.0/mlflow/${endpoint}`;
  let response: Response;
  try {
    response = await fetch(`./${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw new DataError("unreachable", path, "The server does not answer", { cause });
  }
  if (response.ok) return;
  const answer = await response.json().catch(() => null);
  const message = typeof answer?.message === "string" ? answer.message : response.statusText;
  throw new DataError("refused", path, message);
}
