import { existsSync } from "node:fs";
import { join } from "node:path";
import { pythonQuote } from "../../entities/validate.ts";
import {
  type ExperimentMeta,
  parseExperimentMeta,
  printExperimentMeta,
} from "../../format/experiment-meta.ts";
import {
  experimentPaths,
  isExperimentFolder,
  isReservedRootFolder,
  META_FILE,
  TRASH_FOLDER,
} from "../../tree/layout.ts";
import { isFile, listFolders } from "../../tree/read.ts";
import { treePath } from "../store.ts";
import type { Examination } from "./finding.ts";
import { checkLocation } from "./locations.ts";
import { checkValues } from "./values.ts";

/** An experiment whose folder could be examined. */
export interface ExaminedExperiment {
  readonly experimentId: string;
  readonly folder: string;
  readonly inTrash: boolean;
}

/** Checks the root and the metas of all experiments. @returns the experiments, for a look into them */
export function checkExperiments(examination: Examination): ExaminedExperiment[] {
  const { root } = examination.store;
  if (root.split(/[\\/]/).includes("artifacts")) {
    const message = "MLflow 3 takes no folder below one called 'artifacts' for a run";
    const hint = "Move the tree, or rename that folder.";
    examination.report("root-in-artifacts", root, message, { hint });
  }
  const trash = join(root, TRASH_FOLDER);
  if (!existsSync(trash)) {
    const message = "The folder is missing; MLflow makes it when it opens the tree";
    examination.report("trash-missing", trash, message, { mend: { action: "make folder" } });
  }
  const found = [
    ...listFolders(root).map((name) => ({ name, inTrash: false })),
    ...listFolders(trash).map((name) => ({ name, inTrash: true })),
  ].flatMap(({ name, inTrash }) => {
    const folder = join(inTrash ? trash : root, name);
    return checkFolder(examination, name, folder) ? [{ experimentId: name, folder, inTrash }] : [];
  });
  const names = new Map<string, string>();
  for (const experiment of found) {
    const meta = checkMeta(examination, experiment);
    if (meta !== undefined) checkName(examination, experiment.folder, meta, names);
    checkValues(examination, experimentPaths.tags(experiment.folder));
  }
  return found;
}

/** @returns whether the folder is an experiment */
function checkFolder(examination: Examination, name: string, folder: string): boolean {
  if (isReservedRootFolder(name)) {
    // MLflow passes over folders that end so. Ours are made and gone within a moment.
    if (/^\.mlruns-[0-9a-f]+\.trash$/.test(name)) examination.reportLeftOver(folder);
    return false;
  }
  if (!isExperimentFolder(name)) {
    examination.report(
      "foreign-folder",
      folder,
      `Invalid experiment ID: ${pythonQuote(name)}. MLflow's own search fails over a folder of this name in the root`,
      { hint: "Move it out of the tree. Files may lie in the root." },
    );
    return false;
  }
  if (isFile(join(folder, META_FILE))) return true;
  examination.report(
    "experiment-meta-missing",
    folder,
    `Malformed experiment '${name}': ${META_FILE} is missing`,
    { hint: "Remove the folder, or write the file anew: its runs are not found without it." },
  );
  return false;
}

function checkMeta(
  examination: Examination,
  { experimentId, folder, inTrash }: ExaminedExperiment,
): ExperimentMeta | undefined {
  const file = experimentPaths.meta(folder);
  const meta = examination.read("experiment-meta", file, parseExperimentMeta);
  if (meta === undefined) return undefined;
  if (meta.experimentId !== experimentId) {
    const message = `The folder is '${experimentId}', ${META_FILE} says '${meta.experimentId}'`;
    examination.report("experiment-meta", file, message, {
      hint: "A folder that was copied or renamed: MLflow passes it over.",
    });
    return undefined;
  }
  // The reverse is no harm: MLflow 1 deletes an experiment by moving its folder alone.
  if (meta.lifecycleStage === "deleted" && !inTrash) {
    const message = `${META_FILE} says that the experiment is deleted, but it does not lie in ${TRASH_FOLDER}`;
    examination.report("experiment-stage", file, message, {
      hint: "Somebody was interrupted while deleting or restoring it. Delete it, then restore it if you want it.",
    });
  }
  checkLocation(examination, {
    kind: "experiment-location",
    file,
    uri: meta.artifactLocation,
    experimentId,
    tail: "",
    rewrite: (content, artifactLocation) =>
      Buffer.from(
        printExperimentMeta({ ...parseExperimentMeta(content.toString(), file), artifactLocation }),
      ),
  });
  return meta;
}

function checkName(
  examination: Examination,
  folder: string,
  { name }: ExperimentMeta,
  names: Map<string, string>,
): void {
  const other = names.get(name);
  const file = experimentPaths.meta(folder);
  names.set(name, other ?? treePath(examination.store, folder));
  if (other !== undefined) {
    const message = `The experiment in ${other} has the name '${name}', too`;
    const hint = "Rename one of them: by its name only one is found.";
    examination.report("experiment-name", file, message, { hint });
  } else if (name.includes("'")) {
    const message = `MLflow 2 and 3 cannot look up the name ${pythonQuote(name)}: it has a single quote`;
    examination.report("experiment-name", file, message, { hint: "Rename the experiment." });
  }
}
