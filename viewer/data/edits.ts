/** Changes to the tree, through the REST API that clients use. Hidden where the data is read-only. */

import { DataError } from "./errors.ts";
import { manifest } from "./live.ts";

/** Whether the server takes edits. */
export function canEdit(): boolean {
  return manifest.value?.readOnly === false && manifest.value.apiBase !== undefined;
}

export function setRunTag(runId: string, key: string, value: string): Promise<void> {
  return post("runs/set-tag", { run_id: runId, key, value });
}

export function deleteRunTag(runId: string, key: string): Promise<void> {
  return post("runs/delete-tag", { run_id: runId, key });
}

export function renameRun(runId: string, name: string): Promise<void> {
  return post("runs/update", { run_id: runId, run_name: name });
}

/** Moves a run among the deleted ones; its files stay. */
export function deleteRun(runId: string): Promise<void> {
  return post("runs/delete", { run_id: runId });
}

export function restoreRun(runId: string): Promise<void> {
  return post("runs/restore", { run_id: runId });
}

export function setExperimentTag(experimentId: string, key: string, value: string): Promise<void> {
  return post("experiments/set-experiment-tag", { experiment_id: experimentId, key, value });
}

export function setModelAlias(name: string, alias: string, version: string): Promise<void> {
  return post("registered-models/alias", { name, alias, version });
}

export function deleteModelAlias(name: string, alias: string): Promise<void> {
  return post("registered-models/alias", { name, alias }, "DELETE");
}

/** @throws DataError with MLflow's message */
async function post(endpoint: string, body: object, method = "POST"): Promise<void> {
  const base = manifest.peek()?.apiBase;
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
