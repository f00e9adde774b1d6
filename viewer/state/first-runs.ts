import { getRun, getRuns } from "../data/client.ts";
import type { RunsTable } from "../data/runs-table.ts";
import { firstExperiments, firstRuns } from "./first-files.ts";
import { parseHash } from "./url.ts";

/** So long a page without rows is worse than one whose rows come in a second picture, ms. */
const PATIENCE_MS = 150;

let key = "";
let table: RunsTable | null = null;
let arrival: Promise<void> = Promise.resolve();

/** Reads what the first page shows, before anything else is done. The page joins these requests. */
export function readFirstRuns(hash: string): void {
  const { path, query } = parseHash(hash);
  for (const runId of firstRuns(path, query)) void getRun(runId).catch(() => undefined);
  const experimentIds = firstExperiments(path);
  if (experimentIds.length > 0) readTable(experimentIds);
}

function readTable(experimentIds: readonly string[]): void {
  key = experimentIds.join(",");
  arrival = new Promise((resolve) => {
    const take = (rows: RunsTable): void => {
      table = rows;
      resolve();
    };
    // What went wrong, the page will say, which asks again.
    getRuns(experimentIds, { onPart: take }).then(take, () => resolve());
  });
}

/** Waits for the runs of the first page, not for long: when they are soon there, the first picture shows them. */
export function firstRunsOrSoon(): Promise<void> {
  const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MS));
  return Promise.race([arrival, patience]);
}

/** The runs of some experiments if they are those of the first page and have come; given once. */
export function takeFirstRuns(experimentIds: readonly string[]): RunsTable | null {
  if (experimentIds.join(",") !== key) return null;
  const taken = table;
  table = null;
  return taken;
}
