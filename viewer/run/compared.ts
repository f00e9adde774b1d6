import type { RunFile } from "../../lib/wire/data-files.ts";
import { runNameOf } from "./facts.ts";

/** Runs to compare, the one that the others are measured by first: the chosen one, or else the first. */
export function baselineFirst(
  runs: readonly RunFile[],
  runId: string | undefined,
): readonly RunFile[] {
  const base = runs.find(({ info }) => info.runId === runId);
  return base === undefined ? runs : [base, ...runs.filter((run) => run !== base)];
}

/** Runs of several roots may have one name. */
export function nameInRoot(info: RunFile["info"], rootKey: string | undefined): string {
  return rootKey === undefined ? runNameOf(info) : `${runNameOf(info)} (${rootKey})`;
}
