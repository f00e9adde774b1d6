import { mkdirSync, rmSync } from "node:fs";
import type { Metric } from "../../entities/metric.ts";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import type { RunInfo, RunInputs, RunOutputs } from "../../entities/run.ts";
import { validateRunId } from "../../entities/validate.ts";
import { printRunMeta } from "../../format/run-meta.ts";
import { runFolder, runPaths } from "../../tree/layout.ts";
import { createFolderResumably, replaceFile } from "../../tree/write.ts";
import { experimentLocation } from "../artifact-location.ts";
import { findExperiment } from "../experiments.ts";
import { writeInputs, writeOutputs } from "../inputs.ts";
import type { Store } from "../store.ts";
import { writeHistories } from "./histories.ts";
import { type Refused, writeNewValues } from "./values.ts";

/** A run of another store with all that belongs to it. */
export interface AdoptableRun {
  /** `experimentId` is the one here; an `artifactUri` says that the artifacts stay there. */
  readonly info: RunInfo;
  readonly deletedTime: number | null;
  readonly params: ReadonlyDictionary<string>;
  readonly tags: ReadonlyDictionary<string>;
  readonly inputs: RunInputs;
  readonly outputs: RunOutputs;
  /** All points of all metrics, in any portions; those of one metric in the order of its file. */
  metrics(): AsyncIterable<readonly Metric[]>;
  /** Copies the artifacts into a folder, which may hold some of them from a try before. */
  copyArtifacts(folder: string): Promise<void>;
}

/**
 * Takes in a run of another store with its id and times. It is there with all that belongs to it or not at all.
 *
 * @returns false when there is a folder of this id already
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST for the experiment, INVALID_PARAMETER_VALUE for the id
 */
export async function adoptRun(
  store: Store,
  run: AdoptableRun,
  refused: Refused,
): Promise<boolean> {
  const { runId, experimentId } = run.info;
  validateRunId(runId);
  const experiment = findExperiment(store, experimentId).folder;
  return createFolderResumably(
    store.root,
    `import-${runId}`,
    runFolder(experiment, runId),
    async (folder) => {
      for (const kind of ["metrics", "params", "tags", "inputs", "outputs"] as const) {
        rmSync(runPaths[kind](folder), { recursive: true, force: true });
      }
      for (const kind of ["metrics", "params", "tags", "artifacts"] as const) {
        mkdirSync(runPaths[kind](folder), { recursive: true });
      }
      writeNewValues(folder, runPaths.params(folder), run.params, refused);
      writeNewValues(folder, runPaths.tags(folder), run.tags, refused);
      const place = { runId, experimentId, inTrash: false, folder };
      writeInputs(place, run.inputs.datasetInputs, run.inputs.modelInputs, experiment);
      writeOutputs(place, run.outputs.modelOutputs);
      await writeHistories(runPaths.metrics(folder), run.metrics(), "run", refused);
      await run.copyArtifacts(runPaths.artifacts(folder));
      const uri = `${experimentLocation(store, experimentId)}/${runId}/artifacts`;
      replaceFile(
        runPaths.meta(folder),
        printRunMeta({
          ...run.info,
          artifactUri: run.info.artifactUri ?? uri,
          deletedTime: run.deletedTime,
          extra: {},
        }),
      );
    },
  );
}
