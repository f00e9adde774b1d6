import type { Experiment } from "../../entities/experiment.ts";
import { isInView, type ViewType } from "../../entities/lifecycle.ts";
import { type Accessor, attributesBy, textAt } from "../accessor.ts";
import { compileFilter } from "../evaluate.ts";
import { compileOrder, parseOrderBy } from "../order-by.ts";
import { parseFilter } from "../parse.ts";
import { checkMaxResults, filterRows, paginate, type SearchQuery } from "../search.ts";

export interface ExperimentQuery extends SearchQuery {
  /**
   * Default ACTIVE_ONLY. Goes by `lifecycleStage`. In a tree the folder decides, and MLflow 1 left trashed experiments
   * marked active: a store lists the folders of the view and searches ALL of them.
   */
  readonly viewType?: ViewType;
}

/**
 * Searches experiments as MLflow's `search_experiments` does: newest first when no other order is asked for, 1000 a page.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with `column` when a filter or order_by is wrong
 * @see MLflow 3.17 `FileStore.search_experiments`
 */
export function searchExperiments(
  experiments: Iterable<Experiment>,
  query: ExperimentQuery = {},
): { experiments: Experiment[]; nextPageToken: string | undefined } {
  const maxResults = checkMaxResults("experiments", query.maxResults);
  const view = query.viewType ?? "ACTIVE_ONLY";
  const matches = compileFilter(parseFilter("experiments", query.filter), EXPERIMENT_ACCESSOR);
  const found = filterRows(
    experiments,
    (experiment) => isInView(experiment.lifecycleStage, view) && matches(experiment),
  );
  const order = parseOrderBy("experiments", query.orderBy);
  const keys = compileOrder("experiments", order, EXPERIMENT_ACCESSOR);
  const { rows, nextPageToken } = paginate(found, keys, { ...query, maxResults });
  return { experiments: rows, nextPageToken };
}

/** How conditions and orders read an Experiment. */
export const EXPERIMENT_ACCESSOR: Accessor<Experiment> = {
  attribute: attributesBy({
    name: ({ name }) => name,
    experiment_id: ({ experimentId }) => experimentId,
    creation_time: ({ creationTime }) => creationTime,
    last_update_time: ({ lastUpdateTime }) => lastUpdateTime,
  }),
  tag: (key) => (experiment) => textAt(experiment.tags, key),
  tagValues: ({ tags }) => Object.values(tags),
};
