import { join } from "node:path";
import type { TreeProblem } from "../../errors.ts";
import { DELETED_STAGE, type ModelVersionMeta } from "../../format/registry-meta.ts";
import {
  listVersionNumbers,
  readModelVersionMeta,
  readRegisteredModelMeta,
} from "../../store/read-registry.ts";
import { collecting, type Store } from "../../store/store.ts";
import { registryPaths } from "../../tree/layout.ts";
import { listFolders, readText } from "../../tree/read.ts";
import { walkKeys } from "../../tree/walk.ts";

/** A version of a registered model, with the file that says all of it. */
export interface MergedVersion {
  readonly number: string;
  readonly folder: string;
  readonly meta: ModelVersionMeta;
}

/** A registered model or prompt. */
export interface MergedModel {
  readonly name: string;
  readonly folder: string;
  readonly description: string | null;
  readonly lastUpdatedTimestamp: number;
  /** Numbers that are taken, also by versions that cannot be read. */
  readonly numbers: readonly string[];
  /** Ascending. */
  readonly versions: readonly MergedVersion[];
  /** Alias to version. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

/** Every registered model of a tree by its name. */
export function readRegistry(store: Store, problems: TreeProblem[]): Map<string, MergedModel> {
  const models = registryPaths.models(store.root);
  return new Map(
    listFolders(models).flatMap((name) => {
      const folder = join(models, name);
      const model = collecting(store, registryPaths.meta(folder), problems, () =>
        readModel(store, name, folder, problems),
      );
      return model === undefined ? [] : [[name, model] as const];
    }),
  );
}

/**
 * The numbers that versions of a source get in the target: `NAME/N` to the number, also where it is the same. A version that is
 * there already, by the moment of its creation and its run, keeps its number there. Others keep their own as long as it is free, and
 * then follow the highest, in their order: the newest stays the highest.
 */
export function planVersions(
  source: ReadonlyMap<string, MergedModel>,
  target: ReadonlyMap<string, MergedModel>,
): Map<string, string> {
  const plan = new Map<string, string>();
  for (const { name, versions } of source.values()) {
    const there = target.get(name)?.versions ?? [];
    const taken = new Set(target.get(name)?.numbers.map(Number));
    let isRenumbered = false;
    for (const version of versions) {
      const same = there.find((other) => isSameVersion(version, other));
      // A deleted version that the target never had is of no use there, but in a new model it keeps its number taken.
      if (same === undefined && isDeleted(version) && there.length > 0) continue;
      const own = Number(version.number);
      const isFree: boolean = !isRenumbered && !taken.has(own);
      const number: string = same?.number ?? String(isFree ? own : Math.max(0, ...taken) + 1);
      isRenumbered ||= number !== version.number;
      taken.add(Number(number));
      plan.set(`${name}/${version.number}`, number);
    }
  }
  return plan;
}

/** Whether two versions of one model came to be as one. MLflow blackens all but the time of a deleted one. */
export function isSameVersion(a: MergedVersion, b: MergedVersion): boolean {
  if (a.meta.creationTimestamp !== b.meta.creationTimestamp) return false;
  if (isDeleted(a) || isDeleted(b)) return true;
  return a.meta.runId === b.meta.runId && a.meta.modelId === b.meta.modelId;
}

export function isDeleted({ meta }: MergedVersion): boolean {
  return meta.currentStage === DELETED_STAGE;
}

function readModel(
  store: Store,
  name: string,
  folder: string,
  problems: TreeProblem[],
): MergedModel {
  const { description, lastUpdatedTimestamp } = readRegisteredModelMeta(store, folder);
  const numbers = listVersionNumbers(folder);
  const versions = numbers.flatMap((number) => {
    const place = registryPaths.version(folder, number);
    const meta = collecting(store, registryPaths.meta(place), problems, () =>
      readModelVersionMeta(store, place),
    );
    return meta === undefined ? [] : [{ number, folder: place, meta }];
  });
  return {
    name,
    folder,
    description: description ?? null,
    lastUpdatedTimestamp: lastUpdatedTimestamp ?? 0,
    numbers,
    versions,
    aliases: readTexts(store, registryPaths.aliases(folder), problems),
    tags: readTexts(store, registryPaths.tags(folder), problems),
  };
}

export function readTexts(
  store: Store,
  folder: string,
  problems: TreeProblem[],
): Map<string, string> {
  return new Map(
    walkKeys(folder).flatMap(({ key, path }) => {
      const text = collecting(store, path, problems, () => readText(path));
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
}
