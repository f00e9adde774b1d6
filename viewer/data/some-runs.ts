import type { RunFile } from "../../lib/wire/data-files.ts";
import { getRun } from "./client.ts";
import { DataError } from "./errors.ts";

/** Runs that were asked for together. */
export interface SomeRuns {
  readonly runs: readonly RunFile[];
  /** Ids that no root has. */
  readonly missing: readonly string[];
  /** Ids of runs that are damaged. */
  readonly unreadable: readonly string[];
}

/**
 * Reads some runs, so that one which is damaged or gone does not take the others along.
 *
 * @throws DataError when the host does not answer, or no run can be read and one is damaged
 */
export async function getSomeRuns(
  runIds: readonly string[],
  signal: AbortSignal,
): Promise<SomeRuns> {
  const read = await Promise.all(
    runIds.map((runId) =>
      getRun(runId, { signal }).catch((error: unknown) => {
        if (error instanceof DataError && error.kind !== "unreachable") return error;
        throw error;
      }),
    ),
  );
  const runs = read.flatMap((run) => (run instanceof DataError ? [] : [run]));
  const damage = read.find((run) => run instanceof DataError && run.kind !== "missing");
  if (runs.length === 0 && damage !== undefined) throw damage;
  const idsWhere = (isMissing: boolean): string[] =>
    runIds.filter((_, i) => {
      const error = read[i];
      return error instanceof DataError && (error.kind === "missing") === isMissing;
    });
  return { runs, missing: idsWhere(true), unreadable: idsWhere(false) };
}
