/** Changes to the tree, through the REST API that clients use. Hidden where the data is read-only. */

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
