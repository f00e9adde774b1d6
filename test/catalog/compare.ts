import { expect } from "vitest";
import type { SearchOptions } from "../../lib/client/experiment-client.ts";
import type { RunClient, RunSearchOptions } from "../../lib/client/run-client.ts";
import { searchRuns } from "../../lib/search/index.ts";
import { listExperiments } from "../../lib/store/experiments.ts";
import { listRuns } from "../../lib/store/runs.ts";
import { openStore } from "../../lib/store/store.ts";

/** Queries that read every kind of column. */
export const QUERIES: readonly SearchOptions[] = [
  {},
  { viewType: "ALL", orderBy: ["metrics.loss DESC", "params.lr ASC"], maxResults: 3 },
  { viewType: "ALL", filter: "metrics.loss < 0.5", orderBy: ["metrics.`val/loss` ASC"] },
  { viewType: "ALL", filter: "params.lr LIKE '0.%'", orderBy: ["tags.stage DESC"] },
  { viewType: "ALL", filter: "tags.stage IS NULL", orderBy: ["attributes.end_time DESC"] },
  { viewType: "DELETED_ONLY", filter: "attributes.status != 'FAILED'" },
  { viewType: "ALL", filter: "dataset.name ILIKE 'D%'", orderBy: ["attributes.run_name"] },
  { viewType: "ALL", filter: "attributes.artifact_uri LIKE '%artifacts'", maxResults: 5 },
  { viewType: "ALL", filter: "run_name ILIKE '%a%' AND start_time > 1", maxResults: 2 },
];

/**
 * Compares all that a client answers with a reading of every file by a store that has seen nothing before.
 *
 * @param options - how old what the client answers may be
 */
export async function expectTruth(
  client: RunClient,
  options: Pick<RunSearchOptions, "maxAge"> = {},
): Promise<void> {
  const store = openStore(client.root);
  const experiments = listExperiments(store, "ALL").found;
  const ids = experiments.map(({ experimentId }) => experimentId);
  const runs = [];
  for (const id of ids) {
    const plain = listRuns(store, id);
    const { records, problems } = await client.scanRuns(id, options);
    expect(records).toEqual(plain.found);
    expect(problems).toEqual(plain.problems);
    runs.push(...plain.found.map(({ run }) => run));
  }
  for (const query of QUERIES) {
    expect(await client.searchRuns(ids, { ...query, ...options }), JSON.stringify(query)).toEqual(
      searchRuns(runs, query),
    );
  }
}
