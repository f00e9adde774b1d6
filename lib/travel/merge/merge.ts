import { realpathSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { invalidParameter, type TreeProblem } from "../../errors.ts";
import {
  checkRoot,
  createRoot,
  openStore,
  rootSegment,
  type Store,
  treePath,
} from "../../store/store.ts";
import { experimentPaths } from "../../tree/layout.ts";
import { withTreeLock } from "../lock.ts";
import { listOwners, type Owner } from "../owners.ts";
import type { Side } from "./compare.ts";
import {
  listMergedExperiments,
  type MergedExperiment,
  mergeDatasets,
  mergeExperiment,
} from "./experiments.ts";
import { type ModelSide, mergeRegisteredModel } from "./models.ts";
import { mergeOwner } from "./owners.ts";
import { type MergedModel, planVersions, readRegistry } from "./registry.ts";
import type { MergeItem, MergeReport } from "./report.ts";
import { problemsOf, Target } from "./target.ts";
import { Translator } from "./translate.ts";

export type { MergeItem, MergeKind, MergeOutcome, MergeReport } from "./report.ts";

export interface MergeOptions {
  /** Only tells what would be done. */
  readonly dryRun?: boolean;
  /** Called for each thing as soon as it is merged. */
  readonly onItem?: (item: MergeItem) => void;
}

/**
 * Brings trees together: experiments of one name join, ids that are taken get others, what is there already is recognised, what
 * differs is listed. Nothing of the target is overwritten, and sources are only read. Each run, model, trace and version arrives
 * whole or not at all: a merge that was cut off is finished by the next one.
 *
 * @param from - roots of the sources
 * @param into - root of the target; made when there is none
 * @throws MlrunsError when a source is no tree or is the target, TEMPORARILY_UNAVAILABLE when somebody else is merging
 */
export async function mergeTrees(
  from: readonly string[],
  into: string,
  options: MergeOptions = {},
): Promise<MergeReport> {
  const store = openStore(into);
  const sources = from.map((root) => openSource(root, store.root));
  const target = new Target(store, options.dryRun ?? false);
  const work = (): MergeReport => new Merge(target, options).run(sources);
  if (target.isDryRun) return work();
  createRoot(store);
  checkRoot(store.root);
  return withTreeLock(store.root, () => {
    target.clean();
    try {
      return work();
    } finally {
      target.clean();
    }
  });
}

function openSource(root: string, target: string): Store {
  checkRoot(root);
  const [source, other] = [realpathSync(root), realPathIfThere(target)];
  if (source === other) throw invalidParameter(`'${root}' is the tree to merge into.`);
  if (
    `${source}${sep}`.startsWith(`${other}${sep}`) ||
    `${other}${sep}`.startsWith(`${source}${sep}`)
  )
    throw invalidParameter(`'${root}' and '${target}' lie one in the other.`);
  return openStore(resolve(root));
}

function realPathIfThere(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** A merge that goes on: what the target has. A dry run adds to it what the target would have. */
class Merge {
  readonly #target: Target;
  readonly #report: (item: MergeItem) => void;
  readonly #items: MergeItem[] = [];
  readonly #problems: TreeProblem[] = [];
  readonly #experiments: Map<string, MergedExperiment>;
  readonly #sides: Map<string, Side> = new Map();
  readonly #models: Map<string, ModelSide> = new Map();

  constructor(target: Target, { onItem }: MergeOptions) {
    this.#target = target;
    this.#report = (item) => {
      this.#items.push(item);
      onItem?.(item);
    };
    const experiments = listMergedExperiments(target.store, []);
    this.#experiments = new Map(experiments.map((each) => [each.name, each]));
    this.#read();
  }

  run(sources: readonly Store[]): MergeReport {
    for (const source of sources) this.#merge(source);
    return { items: this.#items, problems: this.#problems };
  }

  #merge(source: Store): void {
    const problems: TreeProblem[] = [];
    const experiments = listMergedExperiments(source, problems);
    const owners = listOwners(source, problems);
    const models = readRegistry(source, problems);
    for (const experiment of experiments) {
      const item = mergeExperiment(source, this.#target, experiment, this.#experiments);
      this.#report(item);
      const there = this.#experimentOf(experiment);
      const isNew = item.outcome === "added";
      for (const dataset of mergeDatasets(source, this.#target, experiment, there, isNew))
        this.#report(dataset);
    }
    const there = [...this.#models.values()].map(({ model }) => [model.name, model] as const);
    const plan = planVersions(models, new Map(there));
    const translator = new Translator(source, owners, {
      root: rootSegment(this.#target.store),
      experiments: new Map(
        experiments.map((each) => [each.experimentId, this.#experimentOf(each).experimentId]),
      ),
      versions: new Map([...plan].filter(([id, number]) => !id.endsWith(`/${number}`))),
    });
    const folders = new Map(
      experiments.map((each) => [each.experimentId, this.#experimentOf(each).folder]),
    );
    const added = new Map<string, Side>();
    for (const owner of owners) {
      const folder = folders.get(owner.experimentId);
      if (folder === undefined) continue;
      const side = { owner, translator };
      // A run may lie in two experiments of a source: the first one counts.
      if (added.has(owner.id)) {
        problems.push({
          path: treePath(source, owner.folder),
          message: `'${owner.id}' is there twice`,
        });
        continue;
      }
      const there = this.#sides.get(owner.id);
      this.#report(mergeOwner(this.#target, side, there, placeOf(folder, owner), source.root));
      if (there === undefined) added.set(owner.id, side);
    }
    const merge = { source, target: this.#target, translator, plan };
    for (const model of models.values())
      for (const item of mergeRegisteredModel(merge, model, this.#models.get(model.name)))
        this.#report(item);
    this.#problems.push(...problemsOf(source, problems));
    this.#learn(added, models, translator);
  }

  /** What the target has now or, in a dry run, would have. */
  #learn(
    added: ReadonlyMap<string, Side>,
    models: ReadonlyMap<string, MergedModel>,
    translator: Translator,
  ): void {
    if (this.#target.isDryRun) {
      for (const [id, side] of added) this.#sides.set(id, side);
      for (const model of models.values())
        if (!this.#models.has(model.name)) this.#models.set(model.name, { model, translator });
    } else this.#read();
  }

  #read(): void {
    const { store } = this.#target;
    const owners = listOwners(store, []);
    const names = { root: rootSegment(store), experiments: new Map(), versions: new Map() };
    const translator = new Translator(store, owners, names);
    for (const owner of owners) this.#sides.set(owner.id, { owner, translator });
    for (const model of readRegistry(store, []).values())
      this.#models.set(model.name, { model, translator });
  }

  #experimentOf({ name }: MergedExperiment): MergedExperiment {
    const there = this.#experiments.get(name);
    if (there === undefined) throw new Error(`Experiment '${name}' has not been merged`);
    return there;
  }
}

function placeOf(experimentFolder: string, { kind, id }: Owner): string {
  if (kind === "run") return join(experimentFolder, id);
  const folder = kind === "model" ? "loggedModels" : "traces";
  return join(experimentPaths[folder](experimentFolder), id);
}
