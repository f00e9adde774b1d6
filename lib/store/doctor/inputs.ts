import { join } from "node:path";
import { parseDatasetMeta, parseInputMeta, parseOutputMeta } from "../../format/dataset-meta.ts";
import { experimentPaths, META_FILE, runPaths } from "../../tree/layout.ts";
import { isFile, listFolders } from "../../tree/read.ts";
import { findLoggedModelPlace } from "../logged-model-place.ts";
import type { Examination } from "./finding.ts";

/** Checks what a run took in and made. */
export function checkInputs(
  examination: Examination,
  runFolder: string,
  experimentFolder: string,
): void {
  for (const id of listFolders(runPaths.inputs(runFolder))) {
    const file = join(runPaths.inputs(runFolder), id, META_FILE);
    const input = examination.read("input-meta", file, parseInputMeta);
    if (input?.sourceType === "MODEL") checkModel(examination, file, input.sourceId);
    if (input?.sourceType === "DATASET")
      checkDataset(examination, file, experimentFolder, input.sourceId);
  }
  for (const id of listFolders(runPaths.outputs(runFolder))) {
    const file = join(runPaths.outputs(runFolder), id, META_FILE);
    const output = examination.read("input-meta", file, parseOutputMeta);
    if (output !== undefined) checkModel(examination, file, output.destinationId);
  }
}

/** Checks the datasets of an experiment. */
export function checkDatasets(examination: Examination, experimentFolder: string): void {
  const folder = experimentPaths.datasets(experimentFolder);
  for (const id of listFolders(folder)) {
    examination.read("dataset-meta", join(folder, id, META_FILE), parseDatasetMeta);
  }
}

function checkDataset(
  examination: Examination,
  file: string,
  experimentFolder: string,
  datasetId: string,
): void {
  const meta = join(experimentPaths.datasets(experimentFolder), datasetId, META_FILE);
  if (isFile(meta)) return;
  const message = `The dataset '${datasetId}' is gone`;
  const hint = "Bring its folder back from a copy of the tree: MLflow passes over the input.";
  examination.report("dataset-missing", file, message, { hint });
}

function checkModel(examination: Examination, file: string, modelId: string): void {
  try {
    findLoggedModelPlace(examination.store, modelId);
  } catch {
    const message = `The logged model '${modelId}' is gone`;
    examination.report("model-missing", file, message, {
      hint: "It may have been removed on purpose, as by gc. Otherwise bring its folder back.",
    });
  }
}
