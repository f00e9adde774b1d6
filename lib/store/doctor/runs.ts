import { existsSync } from "node:fs";
import { join } from "node:path";
import { isTerminated } from "../../entities/run.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { isRunId } from "../../entities/validate.ts";
import { parseRunMeta, printRunMeta, type RunMeta } from "../../format/run-meta.ts";
import { EXPERIMENT_FOLDERS, META_FILE, runPaths } from "../../tree/layout.ts";
import { entriesOf, isFile, isFolder, listFolders, readTextIfThere } from "../../tree/read.ts";
import { treePath } from "../store.ts";
import type { ExaminedExperiment } from "./experiments.ts";
import type { Examination, FindingDetails } from "./finding.ts";
import { checkInputs } from "./inputs.ts";
import { checkLocation } from "./locations.ts";
import { mendRunMeta } from "./mend-run.ts";
import { checkAllValues } from "./values.ts";

/** Without the first three MLflow 3 says that there is no such run. */
const FOLDERS = ["metrics", "params", "artifacts"] as const;

/** All runs of the tree: folders by id. Several folders are the same run in several experiments. */
export type RunFolders = ReadonlyMap<string, readonly string[]>;

interface ExaminedRun {
  readonly runId: string;
  readonly folder: string;
  readonly experiment: ExaminedExperiment;
}

/** Checks the runs of all experiments. */
export function checkRuns(
  examination: Examination,
  experiments: readonly ExaminedExperiment[],
): RunFolders {
  const runs = experiments.flatMap((experiment) => findRuns(examination, experiment));
  const folders = new Map<string, string[]>();
  for (const { runId, folder } of runs) {
    folders.set(runId, [...(folders.get(runId) ?? []), folder]);
  }
  for (const run of runs) checkRun(examination, run, folders);
  return folders;
}

/** Folders with a meta.yaml are runs. One without, in which something of a run lies, was one. */
function findRuns(examination: Examination, experiment: ExaminedExperiment): ExaminedRun[] {
  return listFolders(experiment.folder).flatMap((name) => {
    if (EXPERIMENT_FOLDERS.has(name) || !isRunId(name)) return [];
    const folder = join(experiment.folder, name);
    if (isFile(join(folder, META_FILE))) return [{ runId: name, folder, experiment }];
    if (looksLikeRun(folder)) {
      const isOnlyArtifacts = listFolders(folder).join() === "artifacts";
      const message = isOnlyArtifacts
        ? "Artifacts whose run is gone"
        : `What looks like a run has no ${META_FILE}: nobody finds it`;
      const hint = "Bring the file back from a copy of the tree, or remove the folder.";
      examination.report("run-meta-missing", folder, message, { hint });
    }
    return [];
  });
}

function looksLikeRun(folder: string): boolean {
  const folders = listFolders(folder);
  return ["metrics", "params", "tags", "artifacts"].some((name) => folders.includes(name));
}

function checkRun(examination: Examination, run: ExaminedRun, runs: RunFolders): void {
  const { runId, folder, experiment } = run;
  const others = runs.get(runId)?.filter((other) => other !== folder) ?? [];
  if (others.length > 0) {
    const places = others.map((other) => treePath(examination.store, other)).join(", ");
    const message = `The same run lies in ${places}`;
    const hint = "Remove all but one: MLflow finds whichever it meets first, and then refuses it.";
    examination.report("run-twice", folder, message, { hint });
  }
  for (const name of FOLDERS) {
    const path = join(folder, name);
    if (existsSync(path)) continue;
    const message = "The folder is missing, as when git left it out: MLflow 3 refuses the run";
    examination.report("run-folder", path, message, { mend: { action: "make folder" } });
  }
  const meta = checkMeta(examination, run);
  const growing = meta !== undefined && !isTerminated(meta.status);
  const { experimentId } = experiment;
  checkAllValues(examination, folder, { experimentId, growing });
  checkInputs(examination, folder, experiment.folder);
  checkLeftOvers(examination, folder);
  checkParent(examination, run, runs);
}

function checkMeta(
  examination: Examination,
  { runId, folder, experiment }: ExaminedRun,
): RunMeta | undefined {
  const file = runPaths.meta(folder);
  const meta = examination.read("run-meta", file, parseRunMeta, mendOf(file));
  if (meta === undefined) return undefined;
  const { experimentId } = experiment;
  if (meta.runId !== runId || meta.experimentId !== experimentId) {
    const message = `The folder is run '${runId}' of experiment '${experimentId}', ${META_FILE} says '${meta.runId}' of '${meta.experimentId}'`;
    examination.report("run-place", file, message, {
      hint: "A folder that was copied or renamed. Bring it back to its place, or correct the ids in the file.",
    });
    return undefined;
  }
  if (meta.endTime !== null && meta.endTime < meta.startTime) {
    const message = "The run ended before it started";
    examination.report("run-times", file, message, {
      hint: "A clock was wrong: correct the file.",
    });
  }
  checkName(examination, folder, meta);
  checkLocation(examination, {
    kind: "run-location",
    file,
    uri: meta.artifactUri,
    experimentId,
    tail: `${runId}/artifacts`,
    rewrite: (content, artifactUri) =>
      Buffer.from(printRunMeta({ ...parseRunMeta(content.toString(), file), artifactUri })),
  });
  return meta;
}

/** What can be said without a guess, if that makes the file readable. */
function mendOf(file: string): FindingDetails {
  const text = readTextOrNothing(file);
  if (text === undefined || mendRunMeta(text, file) === undefined) return {};
  const rewrite = (content: Buffer): Buffer =>
    Buffer.from(mendRunMeta(content.toString(), file) ?? content.toString());
  return { mend: { action: "rewrite", rewrite } };
}

function checkName(examination: Examination, folder: string, { runName }: RunMeta): void {
  const file = join(runPaths.tags(folder), MLFLOW_TAG.runName);
  const tag = readTextOrNothing(file);
  if (tag === undefined || runName === "" || tag === runName) return;
  const message = `The tag says '${tag}', ${META_FILE} '${runName}'`;
  // MLflow's answers carry the name of meta.yaml, and its search looks at the tag.
  const rewrite = (): Buffer => Buffer.from(runName);
  examination.report("run-name", file, message, { mend: { action: "rewrite", rewrite } });
}

function checkParent(
  examination: Examination,
  { runId, folder }: ExaminedRun,
  runs: RunFolders,
): void {
  const file = join(runPaths.tags(folder), MLFLOW_TAG.parentRunId);
  const parent = readTextOrNothing(file);
  if (parent === undefined || (parent !== runId && runs.has(parent))) return;
  const message =
    parent === runId ? "The run is its own parent" : `The parent run '${parent}' does not exist`;
  const hint = "Delete the tag, or bring the parent back.";
  examination.report("run-parent", file, message, { hint });
}

/** Files that a writer makes beside a meta.yaml, and a downloader among artifacts, for a moment only. */
function checkLeftOvers(examination: Examination, folder: string): void {
  for (const { name } of entriesOf(folder)) {
    const isTemporary = /^meta\.yaml\.\d+$|^\.mlruns-[0-9a-f]+\.tmp$/.test(name);
    if (isTemporary) examination.reportLeftOver(join(folder, name));
  }
  const artifacts = runPaths.artifacts(folder);
  if (!isFolder(artifacts)) return;
  for (const path of walkUploads(artifacts)) examination.reportLeftOver(path);
}

function walkUploads(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walkUploads(path);
    return entry.name.startsWith(".artifact.uploading.") ? [path] : [];
  });
}

/** That a file cannot be read is a finding of its own. */
function readTextOrNothing(file: string): string | undefined {
  try {
    return readTextIfThere(file);
  } catch {
    return undefined;
  }
}
