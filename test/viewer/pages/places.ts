import { MlrunsClient } from "../../../lib/client/client.ts";

/** A page, and how one sees that it is there. */
export interface Place {
  readonly name: string;
  readonly hash: string;
  /** Selector of what only this page shows. */
  readonly shown: string;
}

/** The data file of the experiment that is not there. */
export const MISSING_EXPERIMENT: RegExp = /404 .*runs\/404\.json/;

/** Pages of the frame, the runs and their comparison, at every address that MLflow's clients print for them. */
export async function placesOf(root: string, experimentName: string): Promise<Place[]> {
  const client = new MlrunsClient(root);
  const experiment = await client.getExperimentByName(experimentName);
  const experimentId = experiment?.experimentId ?? "";
  const { runs } = await client.searchRuns([experimentId]);
  const ids = runs.map(({ info }) => info.runId);
  const list = (values: readonly string[]): string => encodeURIComponent(JSON.stringify(values));
  const compare = `#/compare-runs?runs=${list(ids.slice(0, 3))}&experiments=${list([experimentId])}`;
  const at = (query: string): string => `#/experiments/${experimentId}${query}`;
  const grid = ".run-table, .run-cards";
  const empty = ".empty-state";
  return [
    { name: "experiments", hash: "#/", shown: ".recent-run" },
    { name: "runs", hash: at(""), shown: grid },
    { name: "runs, MLflow's address", hash: at("/runs"), shown: grid },
    { name: "all runs", hash: "#/experiments/all?life=all", shown: grid },
    { name: "several experiments", hash: `#/experiments/${experimentId},0`, shown: grid },
    { name: "only differences", hash: at("?d=1&flat=1"), shown: grid },
    { name: "selected runs", hash: at(`?sel=${ids[0]}`), shown: ".selection-bar" },
    { name: "no match", hash: at("?q=nothing-like-this"), shown: empty },
    { name: "a wrong filter", hash: at("?q=params.x%20%3D%201"), shown: ".filter-mistake" },
    { name: "an unknown experiment", hash: "#/experiments/404", shown: empty },
    { name: "an unknown page", hash: "#/nowhere", shown: empty },
    { name: "compare, MLflow's address", hash: compare, shown: ".compare-table" },
    { name: "compare, all values", hash: `${compare}&d=0`, shown: ".compare-table" },
    { name: "compare nothing", hash: "#/compare-runs", shown: empty },
    { name: "health", hash: "#/tree", shown: ".tree-facts" },
    { name: "an unknown view", hash: "#/views/none", shown: empty },
  ];
}
