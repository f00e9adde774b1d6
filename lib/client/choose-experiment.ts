import { invalidParameter, MlrunsError } from "../errors.ts";
import { variable } from "./environment.ts";
import type { TrackingClient } from "./tracking-client.ts";

/** The experiment that is meant, as MLflow finds it: id, name, MLFLOW_EXPERIMENT_NAME, MLFLOW_EXPERIMENT_ID, `Default`. */
export async function chooseExperiment(
  client: TrackingClient,
  options: { readonly experimentId?: string; readonly experimentName?: string },
): Promise<string> {
  const { experimentId, experimentName } = options;
  if (experimentId !== undefined) return experimentId;
  const name = experimentName ?? variable("MLFLOW_EXPERIMENT_NAME");
  if (name !== undefined) return getOrCreateExperiment(client, name);
  return variable("MLFLOW_EXPERIMENT_ID") ?? getOrCreateExperiment(client, "Default");
}

/** The id of the experiment of that name, created when there is none. */
async function getOrCreateExperiment(client: TrackingClient, name: string): Promise<string> {
  const found = await client.getExperimentByName(name);
  if (found?.lifecycleStage === "deleted") {
    throw invalidParameter(
      `Cannot set a deleted experiment '${name}' as the active experiment. You can restore the experiment, or` +
        " permanently delete the experiment to create a new one.",
      { hint: `\`mlruns restore experiment ${found.experimentId}\` brings it back.` },
    );
  }
  if (found !== undefined) return found.experimentId;
  try {
    return await client.createExperiment(name);
  } catch (error) {
    // Another process was first, or the new tree has a Default experiment by itself.
    const isThere = error instanceof MlrunsError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
    const other = isThere ? await client.getExperimentByName(name) : undefined;
    if (other === undefined) throw error;
    return other.experimentId;
  }
}
