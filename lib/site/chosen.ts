import type { PartialAnswer, RunFamily, RunRecord } from "../client/client.ts";
import type { LoggedModel } from "../entities/logged-model.ts";
import { SOURCE_RUN, type TraceInfo } from "../entities/trace.ts";
import type { TreeProblem } from "../errors.ts";
import type { SiteContext } from "./context.ts";

/**
 * The runs of an experiment that are shown, with the problems that concern them.
 *
 * @param options - `partial` answers before everything is read, see `RunSearchOptions`
 */
export async function chosenRuns(
  { client, scope }: SiteContext,
  experimentId: string,
  options: { readonly partial?: boolean } = {},
): Promise<
  {
    readonly records: readonly RunRecord[];
    readonly problems: readonly TreeProblem[];
  } & PartialAnswer
> {
  const scan = await client.scanRuns(experimentId, options);
  const { runIds } = scope;
  if (runIds === undefined) return scan;
  return {
    ...scan,
    records: scan.records.filter(({ run }) => runIds.has(run.info.runId)),
    problems: scan.problems.filter(({ path }) => path.split("/").some((part) => runIds.has(part))),
  };
}

/**
 * A run as the catalog has it, with those that it is nested with: reading it alone would read all of its histories.
 *
 * @throws MlrunsError RESOURCE_DOES_NOT_EXIST
 */
export async function chosenFamily(
  { client, scope, mode }: SiteContext,
  runId: string,
): Promise<RunFamily & { readonly record: RunRecord }> {
  const { experimentId } = await client.getRunInfo(runId);
  const family = await client.scanFamily(experimentId, runId, { partial: mode === "live" });
  const isChosen = ({ run }: RunRecord): boolean => scope.runIds?.has(run.info.runId) ?? true;
  // While the tree is still being read, the catalog may not have come to this run yet.
  const known = family.reading === undefined ? family.record : undefined;
  return {
    record: known ?? (await client.readRunRecord(runId)),
    parent: family.parent && isChosen(family.parent) ? family.parent : undefined,
    children: family.children.filter(isChosen),
  };
}

/** The logged models of an experiment that are shown: with some runs only theirs. */
export async function chosenModels(
  { client, scope }: SiteContext,
  experimentId: string,
): Promise<readonly LoggedModel[]> {
  const { loggedModels } = await client.scanLoggedModels(experimentId);
  const { runIds } = scope;
  return runIds === undefined
    ? loggedModels
    : loggedModels.filter(({ sourceRunId }) => sourceRunId !== null && runIds.has(sourceRunId));
}

/** The traces of an experiment that are shown: with some runs only theirs. */
export async function chosenTraces(
  { client, scope }: SiteContext,
  experimentId: string,
): Promise<readonly TraceInfo[]> {
  const { traces } = await client.scanTraces(experimentId);
  const { runIds } = scope;
  return runIds === undefined
    ? traces
    : traces.filter(({ traceMetadata }) => runIds.has(traceMetadata[SOURCE_RUN] ?? ""));
}
