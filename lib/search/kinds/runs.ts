import { isInView, type ViewType } from "../../entities/lifecycle.ts";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import type { Run } from "../../entities/run.ts";
import { type Accessor, attributesBy, textAt } from "../accessor.ts";
import { compileFilter } from "../evaluate.ts";
import { compileOrder, parseOrderBy } from "../order-by.ts";
import { parseFilter } from "../parse.ts";
import { checkMaxResults, filterRows, paginate, type SearchQuery } from "../search.ts";

export interface RunQuery extends SearchQuery {
  /** Default ACTIVE_ONLY. */
  readonly viewType?: ViewType;
  /** Default: runs of all experiments. */
  readonly experimentIds?: readonly string[];
}

/**
 * Searches runs as MLflow's `search_runs` does: newest first when no other order is asked for, 1000 a page.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with `column` when a filter or order_by is wrong
 * @see MLflow 3.17 `FileStore._search_runs`
 */
export function searchRuns(
  runs: Iterable<Run>,
  query: RunQuery = {},
): { runs: Run[]; nextPageToken: string | undefined } {
  const maxResults = checkMaxResults("runs", query.maxResults);
  const matches = compileFilter(parseFilter("runs", query.filter), RUN_ACCESSOR);
  const inScope = scope(query);
  const found = filterRows(runs, (run) => inScope(run) && matches(run));
  const keys = compileOrder("runs", parseOrderBy("runs", query.orderBy), RUN_ACCESSOR);
  const { rows, nextPageToken } = paginate(found, keys, { ...query, maxResults });
  return { runs: rows, nextPageToken };
}

/** How conditions and orders read a Run. */
export const RUN_ACCESSOR: Accessor<Run> = {
  attribute: attributesBy({
    run_id: ({ info }) => info.runId,
    run_name: ({ info }) => info.runName,
    status: ({ info }) => info.status,
    user_id: ({ info }) => info.userId,
    artifact_uri: ({ info }) => info.artifactUri,
    start_time: ({ info }) => info.startTime,
    end_time: ({ info }) => info.endTime,
  }),
  metric: (key) => (run) => readNumber(run.data.metrics, key),
  param: (key) => (run) => textAt(run.data.params, key),
  tag: (key) => (run) => textAt(run.data.tags, key),
  dataset: (field) =>
    field === "context"
      ? (run) => run.inputs.datasetInputs.flatMap(({ tags }) => textAt(tags, CONTEXT) ?? [])
      : (run) => run.inputs.datasetInputs.map(({ dataset }) => dataset[field]),
  tagValues: (run) => Object.values(run.data.tags),
};

const CONTEXT = "mlflow.data.context";

function readNumber(from: ReadonlyDictionary<number>, key: string): number | undefined {
  const value: unknown = from[key];
  return typeof value === "number" ? value : undefined;
}

function scope({ viewType = "ACTIVE_ONLY", experimentIds }: RunQuery): (run: Run) => boolean {
  const ids = experimentIds === undefined ? undefined : new Set(experimentIds);
  return ({ info }) =>
    isInView(info.lifecycleStage, viewType) && (ids === undefined || ids.has(info.experimentId));
}
