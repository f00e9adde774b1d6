import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LoggedModel } from "../../entities/logged-model.ts";
import type { Metric } from "../../entities/metric.ts";
import { validateRunId } from "../../entities/validate.ts";
import { printLoggedModelMeta } from "../../format/logged-model-meta.ts";
import { experimentPaths, runPaths } from "../../tree/layout.ts";
import { createFolderResumably, replaceFile } from "../../tree/write.ts";
import { experimentLocation } from "../artifact-location.ts";
import { findExperiment } from "../experiments.ts";
import type { Store } from "../store.ts";
import { writeHistories } from "./histories.ts";
import { type Refused, writeNewValues } from "./values.ts";

/** A logged model of another store with all that belongs to it. */
export interface AdoptableModel {
  /** `experimentId` is the one here. Its `metrics` are not used. */
  readonly model: LoggedModel;
  /** Whether the artifacts stay at the model's location. */
  readonly artifactsStay: boolean;
  metrics(): AsyncIterable<readonly Metric[]>;
  /** As for `AdoptableRun`. */
  copyArtifacts(folder: string): Promise<void>;
}

/** Takes in a logged model of another store, whole or not at all. @returns false when it is there already */
export async function adoptModel(
  store: Store,
  { model, artifactsStay, metrics, copyArtifacts }: AdoptableModel,
  refused: Refused,
): Promise<boolean> {
  const { modelId, experimentId } = model;
  validateRunId(modelId, "model_id");
  const experiment = findExperiment(store, experimentId).folder;
  const target = join(experimentPaths.loggedModels(experiment), modelId);
  return createFolderResumably(store.root, `import-${modelId}`, target, async (folder) => {
    for (const kind of ["metrics", "params", "tags"] as const) {
      rmSync(runPaths[kind](folder), { recursive: true, force: true });
    }
    for (const kind of ["metrics", "params", "tags", "artifacts"] as const) {
      mkdirSync(runPaths[kind](folder), { recursive: true });
    }
    writeNewValues(folder, runPaths.params(folder), model.params, refused);
    writeNewValues(folder, runPaths.tags(folder), model.tags, refused);
    await writeHistories(runPaths.metrics(folder), metrics(), "loggedModel", refused);
    await copyArtifacts(runPaths.artifacts(folder));
    const location = `${experimentLocation(store, experimentId)}/models/${modelId}/artifacts`;
    replaceFile(
      runPaths.meta(folder),
      printLoggedModelMeta({
        ...model,
        artifactLocation: artifactsStay ? model.artifactLocation : location,
        extra: {},
      }),
    );
  });
}
