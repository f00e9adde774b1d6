import type { Experiment } from "../entities/experiment.ts";
import type { Metric } from "../entities/metric.ts";
import type { Run } from "../entities/run.ts";
import { invalidParameter, MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import { checkMaxResults, parsePageToken, searchExperiments, searchRuns } from "../search/index.ts";
import { MlrunsClient } from "./client.ts";
import type { ClientOptions, SearchOptions } from "./experiment-client.ts";
import { findRoots } from "./find-roots.ts";
import type { RunSearchOptions } from "./run-client.ts";

/** An experiment and the root folder that it lies in. */
export type RootedExperiment = Experiment & { readonly root: string };

/** A run and the root folder that it lies in. */
export type RootedRun = Run & { readonly root: string };

/** A run id that several roots have: copies of one run, or of one that has gone on in two places. */
export interface DuplicateRun {
  readonly runId: string;
  readonly roots: readonly string[];
}

/** A root that could not be opened. */
export interface UnopenedRoot {
  readonly root: string;
  readonly error: MlrunsError;
}

/**
 * Several trees as one, to read and to search: `await openRoots(["A", "B"])`, or a pattern such as "team-*". Each result knows its root.
 * Experiments of the same id or name, which every tree has ("Default"), stay apart, and so do runs of the same id.
 *
 * What is asked of one run or experiment, and whatever writes, goes through the client of its root: `clientOfRun`,
 * `clientOfExperiment`. They refuse when several roots would fit.
 */
export class RootsClient {
  /** One client a root, in the order in which they were named. */
  readonly clients: readonly MlrunsClient[];
  /** Roots that were named, too, and could not be opened, see `RootsOptions.isTolerant`. */
  readonly unopened: readonly UnopenedRoot[];

  constructor(clients: readonly MlrunsClient[], unopened: readonly UnopenedRoot[] = []) {
    this.clients = clients;
    this.unopened = unopened;
  }

  /** Absolute paths of the root folders. */
  get roots(): readonly string[] {
    return this.clients.map(({ root }) => root);
  }

  /** @throws MlrunsError INVALID_PARAMETER_VALUE for a filter or order that MLflow refuses */
  async searchExperiments(
    options: SearchOptions = {},
  ): Promise<{ experiments: RootedExperiment[]; nextPageToken: string | undefined }> {
    const { experiments } = await this.scanExperiments();
    const found = searchExperiments(experiments, options);
    return { ...found, experiments: found.experiments as RootedExperiment[] };
  }

  /** Every experiment of every root, deleted ones included, with what could not be read. */
  async scanExperiments(): Promise<{
    experiments: readonly RootedExperiment[];
    problems: readonly TreeProblem[];
  }> {
    const scans = await this.#each(async (client) => {
      const { experiments, problems } = await client.scanExperiments("ALL");
      return { experiments: experiments.map((each) => ({ ...each, root: client.root })), problems };
    });
    return {
      experiments: scans.flatMap(({ result }) => result.experiments),
      problems: [
        ...this.#unopenedProblems(),
        ...scans.flatMap(({ root, result }) => result.problems.map(this.#inRoot(root))),
      ],
    };
  }

  /**
   * Searches the runs of experiments of all roots, in one order.
   *
   * @param experiments - ids, in whichever roots have them, or experiments of one root; all when left out
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a filter or order that MLflow refuses
   */
  async searchRuns(
    experiments: readonly (string | RootedExperiment)[] | undefined,
    options: Omit<RunSearchOptions, "partial"> = {},
  ): Promise<{ runs: RootedRun[]; nextPageToken: string | undefined }> {
    const end = parsePageToken(options.pageToken) + checkMaxResults("runs", options.maxResults);
    // What stands before the end of the page in all roots stands before it in its own; one more tells of a next page.
    const firsts = await this.#each(async (client) => {
      const ids = experiments?.flatMap(idIn(client)) ?? (await allExperiments(client));
      return firstRuns(client, ids, options, end + 1);
    });
    const runs = firsts.flatMap(({ root, result }) => result.map((run) => ({ ...run, root })));
    const page = searchRuns(runs, options);
    return { ...page, runs: page.runs as RootedRun[] };
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when several roots have the run */
  async getRun(runId: string): Promise<RootedRun> {
    const client = await this.clientOfRun(runId);
    return { ...(await client.getRun(runId)), root: client.root };
  }

  /** The points of a metric in the order they were logged. @throws as `getRun` */
  async getMetricHistory(runId: string, key: string): Promise<Metric[]> {
    return (await this.clientOfRun(runId)).getMetricHistory(runId, key);
  }

  /**
   * The client of the root that a run lies in: for all that is asked of it, and to write to it.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when several roots have the run
   */
  async clientOfRun(runId: string): Promise<MlrunsClient> {
    return this.#only(`Run '${runId}'`, (client) => client.getRunInfo(runId));
  }

  /**
   * The client of the root that an experiment lies in, such as to create runs.
   *
   * @throws MlrunsError RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE when several roots have the experiment
   */
  async clientOfExperiment(experimentId: string): Promise<MlrunsClient> {
    return this.#only(`Experiment '${experimentId}'`, (client) =>
      client.getExperiment(experimentId),
    );
  }

  /** Run ids that several roots have. Searches list each of those runs. */
  async findDuplicateRuns(): Promise<DuplicateRun[]> {
    if (this.clients.length === 1) return [];
    const rootsOf = new Map<string, string[]>();
    for (const { root, result } of await this.#each(runIdsOf)) {
      for (const runId of result) rootsOf.set(runId, [...(rootsOf.get(runId) ?? []), root]);
    }
    return [...rootsOf].flatMap(([runId, roots]) => (roots.length > 1 ? { runId, roots } : []));
  }

  /**
   * What could not be read of the runs of some experiments, and runs that several roots have.
   *
   * @param experiments - as in `searchRuns`
   * @returns paths begin with the root when there are several
   */
  async findRunProblems(
    experiments?: readonly (string | RootedExperiment)[],
  ): Promise<TreeProblem[]> {
    const ofRuns = await this.#each(async (client) =>
      client.runProblems(experiments?.flatMap(idIn(client)) ?? (await allExperiments(client))),
    );
    const duplicates = await this.findDuplicateRuns();
    return [
      ...this.#unopenedProblems(),
      ...ofRuns.flatMap(({ root, result }) => result.map(this.#inRoot(root))),
      ...duplicates.map(({ runId, roots: [path = "", ...others] }) => ({
        path,
        message: `Run '${runId}' is in ${others.join(" and in ")}, too`,
      })),
    ];
  }

  flush(): void {
    for (const client of this.clients) client.flush();
  }

  close(): void {
    for (const client of this.clients) client.close();
  }

  #unopenedProblems(): TreeProblem[] {
    return this.unopened.map(({ root, error }) => ({ path: root, message: error.message }));
  }

  #inRoot(root: string): (problem: TreeProblem) => TreeProblem {
    if (this.clients.length === 1) return (problem) => problem;
    return (problem) => ({ ...problem, path: `${root}/${problem.path}` });
  }

  async #each<Result>(
    ask: (client: MlrunsClient) => Promise<Result>,
  ): Promise<{ readonly root: string; readonly result: Result }[]> {
    return Promise.all(
      this.clients.map(async (client) => ({ root: client.root, result: await ask(client) })),
    );
  }

  async #only(
    what: string,
    find: (client: MlrunsClient) => Promise<unknown>,
  ): Promise<MlrunsClient> {
    const having: MlrunsClient[] = [];
    for (const client of this.clients) if (await isThere(() => find(client))) having.push(client);
    const [only, ...others] = having;
    if (only === undefined) throw notFound(`${what} not found in ${this.roots.join(", ")}`);
    if (others.length === 0) return only;
    throw invalidParameter(
      `${what} lies in several roots: ${having.map(({ root }) => root).join(", ")}`,
      {
        hint: "Open the one that is meant by itself.",
      },
    );
  }
}

export interface RootsOptions extends ClientOptions {
  /** Opens the other roots when some are missing or no trees; those are in `unopened`. */
  readonly isTolerant?: boolean;
}

/**
 * Opens several trees as one.
 *
 * @param patterns - root folders, or patterns such as `team-*`
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when one of them names nothing, INVALID_PARAMETER_VALUE for what is no tree;
 *   with `isTolerant` only when there is nothing to open
 */
export async function openRoots(
  patterns: readonly string[],
  { isTolerant = false, ...options }: RootsOptions = {},
): Promise<RootsClient> {
  const unopened: UnopenedRoot[] = [];
  const roots = await findRoots(patterns, (pattern, error) =>
    unopened.push({ root: pattern, error }),
  );
  const clients: MlrunsClient[] = [];
  for (const root of roots) {
    const client = new MlrunsClient(root, options);
    try {
      client.checkRoot();
      clients.push(client);
    } catch (error) {
      if (!(error instanceof MlrunsError)) throw error;
      unopened.push({ root, error });
    }
  }
  const [first] = unopened;
  if (first !== undefined && (!isTolerant || clients.length === 0)) throw first.error;
  return new RootsClient(clients, unopened);
}

function idIn({ root }: MlrunsClient): (experiment: string | RootedExperiment) => string[] {
  return (experiment) => {
    if (typeof experiment === "string") return [experiment];
    return experiment.root === root ? [experiment.experimentId] : [];
  };
}

async function allExperiments(client: MlrunsClient): Promise<string[]> {
  const { experiments } = await client.scanExperiments("ALL");
  return experiments.map(({ experimentId }) => experimentId);
}

async function runIdsOf(client: MlrunsClient): Promise<readonly string[]> {
  return client.listRunIds(await allExperiments(client));
}

async function firstRuns(
  client: MlrunsClient,
  experimentIds: readonly string[],
  { pageToken: _, maxResults: __, ...options }: RunSearchOptions,
  count: number,
): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const run of client.iterateRuns(experimentIds, {
    ...options,
    maxResults: Math.max(1, Math.min(count, MOST_AT_ONCE)),
  })) {
    runs.push(run);
    if (runs.length >= count) break;
  }
  return runs;
}

/** MLflow's limit. */
const MOST_AT_ONCE = 50_000;

async function isThere(find: () => Promise<unknown>): Promise<boolean> {
  try {
    await find();
    return true;
  } catch (error) {
    if (error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST") return false;
    throw error;
  }
}
