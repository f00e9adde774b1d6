import { relative } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { MlrunsClient } from "../client/client.ts";
import type { RootedExperiment, RootsClient } from "../client/roots-client.ts";
import type { ViewType } from "../entities/lifecycle.ts";
import { MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import { printText } from "../search/print.ts";
import { showReading } from "./output.ts";

export interface RootOption {
  readonly root?: string;
}

/** The tree that a command works on. */
export const rootOption = (): Option =>
  new Option(
    "-r, --root <folder>",
    "the mlruns folder (default: MLFLOW_TRACKING_URI, else ./mlruns)",
  );

export interface RootsOption {
  readonly root?: readonly string[];
}

/** The trees that a command reads as one. */
export const rootsOption = (): Option =>
  new Option(
    "-r, --root <folder>",
    "an mlruns folder, or a pattern that names several; may be repeated (default: MLFLOW_TRACKING_URI, else ./mlruns)",
  ).argParser(several);

export const viewOption = (): Option =>
  new Option("--view <view>", "which ones").choices(["active", "deleted", "all"]).default("active");

const VIEWS: Readonly<Record<string, ViewType>> = {
  active: "ACTIVE_ONLY",
  deleted: "DELETED_ONLY",
  all: "ALL",
};

export function toViewType(view: string): ViewType {
  return VIEWS[view] ?? "ACTIVE_ONLY";
}

/** Opens a tree that must be there. @throws MlrunsError when there is none */
export function openTree(options: RootOption): MlrunsClient {
  const client = new MlrunsClient(options.root, { onProgress: showReading() });
  client.checkRoot();
  return client;
}

/** Opens trees as one. Those that are none are left out and told of. @throws MlrunsError when there is nothing to open */
export async function openTrees({ root }: RootsOption): Promise<RootsClient> {
  const { openRoots } = await import("../client/roots-client.ts");
  return openRoots(root ?? [""], { onProgress: showReading(), isTolerant: true });
}

/** The roots that were left out, for those who named them. */
export function unopenedProblems({ unopened }: RootsClient): TreeProblem[] {
  return unopened.map(({ root, error }) => ({ path: shortRoot(root), message: error.message }));
}

/** How a root is named where several are shown. */
export function shortRoot(root: string): string {
  const path = relative("", root);
  return path === "" || path.startsWith("..") ? root : path;
}

/** The id of an experiment that is named by id or by name. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export async function findExperimentId(client: MlrunsClient, idOrName: string): Promise<string> {
  const { experiments } = await client.scanExperiments("ALL");
  const found =
    experiments.find((experiment) => experiment.experimentId === idOrName) ??
    experiments.find((experiment) => experiment.name === idOrName);
  if (found !== undefined) return found.experimentId;
  throw notFound(`No experiment has the id or name '${idOrName}'`, {
    hint: "`mlruns experiments --view all` lists them.",
  });
}

/** The experiments that ids or names mean, in whichever roots; all by default. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export async function chosenExperiments(
  trees: RootsClient,
  named: readonly string[] | undefined,
): Promise<readonly RootedExperiment[]> {
  const { experiments } = await trees.scanExperiments();
  if (named === undefined) return experiments;
  return named.flatMap((name) => {
    const byId = experiments.filter(({ experimentId }) => experimentId === name);
    const found = byId.length > 0 ? byId : experiments.filter((each) => each.name === name);
    if (found.length > 0) return found;
    throw notFound(`No experiment has the id or name '${name}'`, {
      hint: "`mlruns experiments --view all` lists them.",
    });
  });
}

/** A run and the client of its root. */
export interface FoundRun {
  readonly client: MlrunsClient;
  readonly runId: string;
  readonly experimentId: string;
}

/** The run that `findRunId` finds, in each root that has it. @throws MlrunsError RESOURCE_DOES_NOT_EXIST */
export async function findRuns({ clients }: RootsClient, idOrName: string): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  let first: unknown;
  for (const client of clients) {
    try {
      const { runId, experimentId } = await client.getRunInfo(await findRunId(client, idOrName));
      found.push({ client, runId, experimentId });
    } catch (error) {
      if (!(error instanceof MlrunsError) || error.errorCode !== "RESOURCE_DOES_NOT_EXIST")
        throw error;
      first ??= error;
    }
  }
  if (found.length === 0) throw first;
  return found;
}

/** What `findRunId` takes, for `--help`. */
export const RUN_WORDS = "id of a run, the beginning of one, or the run's name";

/**
 * The id of the run that an id, the whole name of one run, or the beginning of an id names, in this order.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST when there is none, or more than one
 */
export async function findRunId(client: MlrunsClient, idOrName: string): Promise<string> {
  if (/^[0-9a-f]{32}$/.test(idOrName)) return idOrName;
  const { experiments } = await client.scanExperiments("ALL");
  const experimentIds = experiments.map(({ experimentId }) => experimentId);
  const ids = await client.listRunIds(experimentIds);
  if (ids.includes(idOrName)) return idOrName;
  const filter = `attributes.run_name = ${printText(idOrName)}`;
  const { runs } = await client.searchRuns(experimentIds, { filter, viewType: "ALL" });
  const named = runs.map(({ info }) => info.runId);
  const found = named.length > 0 ? named : ids.filter((id) => id.startsWith(idOrName));
  const [only, ...others] = found;
  if (only === undefined)
    throw notFound(`Run '${idOrName}' not found`, { hint: "`mlruns runs --view all` lists them." });
  if (others.length === 0) return only;
  const what = named.length > 0 ? "is the name of" : "begins the ids of";
  throw notFound(`'${idOrName}' ${what} ${found.length} runs`, {
    hint: `Give more of the id: ${found.slice(0, 3).join(", ")}${found.length > 3 ? ", …" : ""}`,
  });
}

/** Gathers an option that may be given several times. */
export function several(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Gathers an option that takes a list with commas, as MLflow's do, and may be given several times. */
export function list(value: string, before: readonly string[] | undefined): readonly string[] {
  const items = value.split(",").map((item) => item.trim());
  return [...(before ?? []), ...items.filter((item) => item !== "")];
}

/** Reads `key=value`. */
export function pair(
  value: string,
  before: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected key=value.");
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

export function wholeNumber(value: string): number {
  if (!/^-?\d+$/.test(value)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(value);
}

/** A number as Python and MLflow spell it, `nan` and `inf` included. */
export function number(value: string): number {
  const spelled = value.toLowerCase().replace(/^([+-]?)inf(inity)?$/, "$1Infinity");
  const parsed = spelled === "nan" ? Number.NaN : Number(spelled);
  if (value.trim() === "" || (Number.isNaN(parsed) && spelled !== "nan")) {
    throw new InvalidArgumentError("Expected a number.");
  }
  return parsed;
}

export function port(value: string): number {
  const parsed = wholeNumber(value);
  if (parsed < 0 || parsed > 65_535)
    throw new InvalidArgumentError("Expected a port from 0 to 65535.");
  return parsed;
}
