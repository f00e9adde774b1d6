import { join } from "node:path";
import { parseLoggedModelMeta, printLoggedModelMeta } from "../../format/logged-model-meta.ts";
import { META_FILE } from "../../tree/layout.ts";
import { listLoggedModelPlaces } from "../logged-model-place.ts";
import type { ExaminedExperiment } from "./experiments.ts";
import type { Examination } from "./finding.ts";
import { checkLocation } from "./locations.ts";
import type { RunFolders } from "./runs.ts";
import { checkAllValues } from "./values.ts";

/** Checks the logged models of an experiment. */
export function checkLoggedModels(
  examination: Examination,
  { experimentId, folder: experimentFolder }: ExaminedExperiment,
  runs: RunFolders,
): void {
  for (const { modelId, folder } of listLoggedModelPlaces(experimentId, experimentFolder)) {
    checkAllValues(examination, folder, { experimentId, isModel: true, modelId });
    const file = join(folder, META_FILE);
    const meta = examination.read("logged-model-meta", file, parseLoggedModelMeta);
    if (meta === undefined) continue;
    if (meta.modelId !== modelId || meta.experimentId !== experimentId) {
      const message = `The folder is model '${modelId}' of experiment '${experimentId}', ${META_FILE} says '${meta.modelId}' of '${meta.experimentId}'`;
      examination.report("logged-model-place", file, message, {
        hint: "A folder that was copied or renamed. Bring it back to its place, or correct the ids in the file.",
      });
      continue;
    }
    checkLocation(examination, {
      kind: "logged-model-location",
      file,
      uri: meta.artifactLocation,
      experimentId,
      tail: `models/${modelId}/artifacts`,
      rewrite: (content, artifactLocation) =>
        Buffer.from(
          printLoggedModelMeta({
            ...parseLoggedModelMeta(content.toString(), file),
            artifactLocation,
          }),
        ),
    });
    if (meta.sourceRunId !== null && !runs.has(meta.sourceRunId)) {
      const message = `The run '${meta.sourceRunId}', which made the model, is gone`;
      const hint =
        "It may have been removed on purpose, as by gc. The model is complete without it.";
      examination.report("logged-model-run", file, message, { hint });
    }
  }
}
