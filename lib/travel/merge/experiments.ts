import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { TreeProblem } from "../../errors.ts";
import { parseExperimentMeta } from "../../format/experiment-meta.ts";
import { parseYamlMap } from "../../format/yaml.ts";
import { setYamlText } from "../../format/yaml-key.ts";
import { artifactPlaceOfExperiment } from "../../store/artifact-location.ts";
import { experimentFolders, withNames } from "../../store/experiments.ts";
import { collecting, rootSegment, type Store, treePath } from "../../store/store.ts";
import { experimentFolder, experimentPaths, META_FILE } from "../../tree/layout.ts";
import { readPatiently, readText } from "../../tree/read.ts";
import { walkKeys } from "../../tree/walk.ts";
import { differingKeys } from "./compare.ts";
import { copyWithTimes } from "./files.ts";
import type { MergeItem } from "./report.ts";
import type { Target } from "./target.ts";

/** An experiment of a source or of the target. */
export interface MergedExperiment {
  readonly experimentId: string;
  readonly name: string;
  readonly folder: string;
  readonly location: string;
}

/** Every experiment of a tree, deleted ones included. */
export function listMergedExperiments(store: Store, problems: TreeProblem[]): MergedExperiment[] {
  return experimentFolders(store, "ALL", problems).flatMap(({ experimentId, folder }) => {
    const file = experimentPaths.meta(folder);
    const meta = collecting(store, file, problems, () =>
      readPatiently(file, (text) => parseExperimentMeta(text, treePath(store, file))),
    );
    if (meta === undefined) return [];
    return [{ experimentId, name: meta.name, folder, location: meta.artifactLocation }];
  });
}

/**
 * Brings an experiment into the target: into the one of its name, else as a new one. It keeps its id, unless another
 * experiment of the target has it.
 *
 * @param known - experiments of the target by name; the new one is added
 */
export function mergeExperiment(
  source: Store,
  target: Target,
  experiment: MergedExperiment,
  known: Map<string, MergedExperiment>,
): MergeItem {
  const { name, experimentId } = experiment;
  const named = { kind: "experiment", id: name, from: source.root } as const;
  const there = known.get(name);
  if (there !== undefined) {
    const outcome = mergeTags(target, experiment, there);
    const { experimentId: id } = there;
    return { ...named, ...outcome, ...(id !== experimentId && { as: id }) };
  }
  const added = addExperiment(source, target, experiment, known);
  known.set(name, added);
  const { experimentId: id } = added;
  return { ...named, outcome: "added", ...(id !== experimentId && { as: id }) };
}

/**
 * Adds the datasets of an experiment that the target lacks. Their ids are made of name and digest.
 *
 * @param isNew - the target had no such experiment: in a dry run, its folder is still that of the source
 */
export function mergeDatasets(
  source: Store,
  target: Target,
  from: MergedExperiment,
  to: MergedExperiment,
  isNew: boolean,
): MergeItem[] {
  const theirs = walkKeys(experimentPaths.datasets(from.folder));
  const there = isNew ? [] : walkKeys(experimentPaths.datasets(to.folder));
  const ours = new Map(there.map(({ key, path }) => [key, path]));
  return theirs.flatMap(({ key, path }): MergeItem[] => {
    if (basename(key) !== META_FILE) return [];
    const named = {
      kind: "dataset",
      id: key.slice(0, -META_FILE.length - 1),
      from: source.root,
    } as const;
    const there = ours.get(key);
    if (there === undefined) {
      target.addFile(join(experimentPaths.datasets(to.folder), ...key.split("/")), { file: path });
      return [{ ...named, outcome: "added" }];
    }
    const differences = differencesOfMaps(path, there);
    if (differences.length === 0) return [{ ...named, outcome: "identical" }];
    return [{ ...named, outcome: "conflict", differences }];
  });
}

function differencesOfMaps(a: string, b: string): string[] {
  const [first, second] = [readText(a), readText(b)];
  if (first === second) return [];
  try {
    return differingKeys(parseYamlMap(first, META_FILE), parseYamlMap(second, META_FILE));
  } catch {
    return [META_FILE];
  }
}

/** Tags that the target lacks are added; one that has another value there stays as it is. */
function mergeTags(
  target: Target,
  from: MergedExperiment,
  to: MergedExperiment,
): Pick<MergeItem, "outcome" | "differences"> {
  const ours = new Map(
    walkKeys(experimentPaths.tags(to.folder)).map(({ key, path }) => [key, path]),
  );
  const differences: string[] = [];
  let added = 0;
  for (const { key, path } of walkKeys(experimentPaths.tags(from.folder))) {
    const there = ours.get(key);
    if (there === undefined) {
      added += 1;
      target.addFile(join(experimentPaths.tags(to.folder), ...key.split("/")), { file: path });
    } else if (readText(there) !== readText(path)) differences.push(`tags/${key}`);
  }
  if (differences.length > 0) return { outcome: "conflict", differences };
  return { outcome: added > 0 ? "completed" : "identical" };
}

function addExperiment(
  source: Store,
  target: Target,
  experiment: MergedExperiment,
  known: ReadonlyMap<string, MergedExperiment>,
): MergedExperiment {
  const taken = new Set([...known.values()].map((each) => each.experimentId));
  const experimentId = freeId(target.store, taken, experiment);
  const inTrash = treePath(source, experiment.folder).startsWith(".trash/");
  const folder = experimentFolder(target.store.root, experimentId, inTrash);
  const location = newLocation(source, target.store, experiment, experimentId);
  const text = setYamlText(
    setYamlText(
      readText(experimentPaths.meta(experiment.folder)),
      META_FILE,
      "experiment_id",
      experimentId,
    ),
    META_FILE,
    "artifact_location",
    location,
  );
  if (!target.isDryRun)
    withNames(target.store, () =>
      target.addFolder(folder, (stage) => {
        writeFileSync(join(stage, META_FILE), text);
        mkdirSync(experimentPaths.tags(stage), { recursive: true });
        for (const { key, path } of walkKeys(experimentPaths.tags(experiment.folder)))
          copyWithTimes(path, join(experimentPaths.tags(stage), ...key.split("/")));
      }),
    );
  // In a dry run there is no such folder: what is compared with it is what the source has.
  return {
    ...experiment,
    experimentId,
    folder: target.isDryRun ? experiment.folder : folder,
    location,
  };
}

/** A location in another store stays; artifacts of this machine come into the tree. */
function newLocation(
  source: Store,
  target: Store,
  { experimentId, location }: MergedExperiment,
  newId: string,
): string {
  const place = artifactPlaceOfExperiment(source, experimentId, location);
  return place.kind === "remote" ? location : `${rootSegment(target)}/${newId}`;
}

/** Its own id, else 18 digits as MLflow 2 and 3 make them. They follow from the name: two machines that merge alike agree. */
function freeId(target: Store, taken: ReadonlySet<string>, experiment: MergedExperiment): string {
  const isFree = (id: string): boolean =>
    !taken.has(id) &&
    ![false, true].some((inTrash) => existsSync(experimentFolder(target.root, id, inTrash)));
  if (isFree(experiment.experimentId)) return experiment.experimentId;
  const seed = createHash("sha256").update(experiment.name).digest().readBigUInt64BE();
  for (let number = seed % 10n ** 17n; ; number += 1n) {
    const id = `1${String(number).padStart(17, "0")}`;
    if (isFree(id)) return id;
  }
}
