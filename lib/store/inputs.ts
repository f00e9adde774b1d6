import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, DatasetInput } from "../entities/dataset.ts";
import type { ModelInput, ModelOutput, RunInputs, RunOutputs } from "../entities/run.ts";
import { validateRunId } from "../entities/validate.ts";
import type { TreeProblem } from "../errors.ts";
import {
  parseDatasetMeta,
  parseInputMeta,
  parseOutputMeta,
  printDatasetMeta,
  printInputMeta,
  printOutputMeta,
} from "../format/dataset-meta.ts";
import type { FootprintRecorder } from "../tree/footprint.ts";
import { experimentPaths, META_FILE, runPaths } from "../tree/layout.ts";
import { isFile, listFolders, readText } from "../tree/read.ts";
import { replaceFile } from "../tree/write.ts";
import { collecting, experimentFolderOf, type RunPlace, type Store, treePath } from "./store.ts";

/** Reads the datasets and logged models that a run took in. */
export function readInputs(
  store: Store,
  place: RunPlace,
  problems: TreeProblem[],
  footprint?: FootprintRecorder,
): RunInputs {
  const datasetInputs: DatasetInput[] = [];
  const modelInputs: ModelInput[] = [];
  footprint?.look(runPaths.inputs(place.folder));
  for (const id of listFolders(runPaths.inputs(place.folder))) {
    const file = join(runPaths.inputs(place.folder), id, META_FILE);
    footprint?.look(file);
    const input = collecting(store, file, problems, () =>
      parseInputMeta(readText(file), treePath(store, file)),
    );
    if (input?.sourceType === "MODEL") modelInputs.push({ modelId: input.sourceId });
    if (input?.sourceType !== "DATASET") continue;
    const dataset = readDataset(store, place, input.sourceId, problems, footprint);
    if (dataset !== undefined) datasetInputs.push({ dataset, tags: input.tags });
  }
  return { datasetInputs, modelInputs };
}

/** Reads the logged models that a run made. */
export function readOutputs(
  store: Store,
  place: RunPlace,
  problems: TreeProblem[],
  footprint?: FootprintRecorder,
): RunOutputs {
  const modelOutputs: ModelOutput[] = [];
  footprint?.look(runPaths.outputs(place.folder));
  for (const id of listFolders(runPaths.outputs(place.folder))) {
    const file = join(runPaths.outputs(place.folder), id, META_FILE);
    footprint?.look(file);
    const output = collecting(store, file, problems, () =>
      parseOutputMeta(readText(file), treePath(store, file)),
    );
    if (output !== undefined)
      modelOutputs.push({ modelId: output.destinationId, step: output.step });
  }
  return { modelOutputs };
}

/**
 * Writes dataset and model inputs. A dataset and an input that are there already stay as they are: the first context wins.
 *
 * @param experiment - folder of the experiment, when the run is not in it yet
 * @see MLflow 3.17 `FileStore.log_inputs`
 */
export function writeInputs(
  place: RunPlace,
  datasets: readonly DatasetInput[],
  models: readonly ModelInput[],
  experiment: string = experimentFolderOf(place),
): void {
  for (const { dataset, tags } of datasets) {
    const datasetId = md5(dataset.name + dataset.digest);
    const folder = join(experimentPaths.datasets(experiment), datasetId);
    writeOnce(folder, () => printDatasetMeta(dataset));
    writeOnce(join(runPaths.inputs(place.folder), md5(datasetId + place.runId)), () =>
      // MLflow puts the source into the destination too, and readers ignore it there.
      printInputMeta({
        sourceType: "DATASET",
        sourceId: datasetId,
        destinationId: datasetId,
        tags,
      }),
    );
  }
  for (const { modelId } of models) {
    writeOnce(join(runPaths.inputs(place.folder), md5(modelId + place.runId)), () =>
      printInputMeta({
        sourceType: "MODEL",
        sourceId: modelId,
        destinationId: place.runId,
        tags: {},
      }),
    );
  }
}

/** Writes model outputs. Readers take the id from the destination, so it stands in both places. */
export function writeOutputs(place: RunPlace, models: readonly ModelOutput[]): void {
  for (const { modelId } of models) validateRunId(modelId, "model_id");
  for (const { modelId, step } of models) {
    writeOnce(join(runPaths.outputs(place.folder), modelId), () =>
      printOutputMeta({ sourceId: modelId, destinationId: modelId, step, tags: {} }),
    );
  }
}

function readDataset(
  store: Store,
  place: RunPlace,
  datasetId: string,
  problems: TreeProblem[],
  footprint?: FootprintRecorder,
): Dataset | undefined {
  const file = join(experimentPaths.datasets(experimentFolderOf(place)), datasetId, META_FILE);
  footprint?.look(file);
  return collecting(store, file, problems, () =>
    parseDatasetMeta(readText(file), treePath(store, file)),
  );
}

function writeOnce(folder: string, print: () => string): void {
  const file = join(folder, META_FILE);
  if (isFile(file)) return;
  mkdirSync(folder, { recursive: true });
  replaceFile(file, print());
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
