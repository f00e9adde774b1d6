import { type ReadonlyDictionary, toDictionary } from "../entities/record.ts";
import type { RunInfo, RunInputs } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";

/** Which part of a tree is shown, and how much of where it came from. */
export interface Scope {
  readonly includes: (experimentId: string) => boolean;
  /** Only these runs of the experiments, and what belongs to them; all without it. */
  readonly runIds?: Pick<ReadonlySet<string>, "has">;
  /** Models and prompts belong to no experiment: they are shown only with the whole tree. */
  readonly includesRegistry: boolean;
  readonly tags: (tags: ReadonlyDictionary<string>) => ReadonlyDictionary<string>;
  readonly user: (userId: string) => string;
  readonly info: (info: RunInfo) => RunInfo;
  readonly inputs: (inputs: RunInputs) => RunInputs;
}

/** Everything, as the tree has it: for the people who own it. */
export const WHOLE_TREE: Scope = {
  includes: () => true,
  includesRegistry: true,
  tags: (tags) => tags,
  user: (userId) => userId,
  info: (info) => info,
  inputs: (inputs) => inputs,
};

/** Tags that name a person, a path or a place of the machine that logged the run. */
const PRIVATE_TAGS: ReadonlySet<string> = new Set([
  MLFLOW_TAG.user,
  MLFLOW_TAG.sourceName,
  MLFLOW_TAG.gitRepoUrl,
  MLFLOW_TAG.artifactLocation,
]);

export interface PublicOptions {
  /** Only these, as the site spells their ids, see `nameRoots`; all without it. */
  readonly experimentIds?: ReadonlySet<string>;
  /** Of these experiments only these runs. */
  readonly runIds?: ReadonlySet<string>;
  /** Shows users, scripts, repositories and sources of data sets after all. */
  readonly keepEnvironment?: boolean;
}

/**
 * What is published of a root: no user names, no paths of a machine, nothing of other experiments.
 *
 * @param siteId - how the site spells an id of this root
 */
export function publicScope(options: PublicOptions, siteId: (id: string) => string): Scope {
  const { experimentIds, runIds, keepEnvironment } = options;
  const chosen = {
    includes: (id: string) => experimentIds?.has(siteId(id)) ?? true,
    includesRegistry: experimentIds === undefined && runIds === undefined,
    ...(runIds && { runIds: { has: (id: string) => runIds.has(siteId(id)) } }),
  };
  const info = (run: RunInfo): RunInfo => ({ ...run, artifactUri: null });
  if (keepEnvironment) return { ...WHOLE_TREE, ...chosen, info };
  return {
    ...chosen,
    tags: (tags) => toDictionary(Object.entries(tags).filter(([key]) => !PRIVATE_TAGS.has(key))),
    user: () => "",
    info: (run) => ({ ...info(run), userId: "" }),
    inputs: ({ datasetInputs, modelInputs }) => ({
      datasetInputs: datasetInputs.map(({ dataset, tags }) => ({
        dataset: { ...dataset, source: "" },
        tags,
      })),
      modelInputs,
    }),
  };
}
