import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { parseHash, parseIds, type Query } from "./url.ts";

/** The data files that the page of an address shows first, the most wanted first. */
export function firstFiles(hash: string): string[] {
  const { path, query } = parseHash(hash);
  return [
    ...firstExperiments(path).map((id) => DATA_PATH.runs(id)),
    ...firstRuns(path, query).map((id) => DATA_PATH.run(id)),
    DATA_PATH.manifest,
    DATA_PATH.experiments,
  ];
}

/** Experiments whose runs a page shows as a table. */
export function firstExperiments([page, ids, part, run]: readonly string[]): string[] {
  const isTable = page === "experiments" && (part === undefined || part === "runs") && !run;
  return isTable && ids !== undefined && ids !== "all" ? ids.split(",") : [];
}

/** Runs that a page shows by themselves. */
export function firstRuns([page, , part, run]: readonly string[], query: Query): string[] {
  if (page === "metric") return parseIds(query.get("runs"));
  return page === "experiments" && part === "runs" && run !== undefined ? [run] : [];
}
