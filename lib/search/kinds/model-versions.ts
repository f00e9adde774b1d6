import type { ModelVersion } from "../../entities/model-version.ts";
import { type Accessor, attributesBy, textAt } from "../accessor.ts";
import { compileFilter } from "../evaluate.ts";
import { compileOrder, parseOrderBy } from "../order-by.ts";
import { checkMaxResults, filterRows, paginate, type SearchQuery } from "../search.ts";
import { parseWithoutPrompts } from "./prompts.ts";

/**
 * Searches model versions as MLflow's `search_model_versions` does: last updated first when no other order is asked for,
 * 10,000 a page. Versions of prompts are left out unless the filter asks for the tag `mlflow.prompt.is_prompt`.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with `column` when a filter or order_by is wrong
 * @see MLflow 3.17 `mlflow.store.model_registry.file_store.FileStore.search_model_versions`
 */
export function searchModelVersions(
  versions: Iterable<ModelVersion>,
  query: SearchQuery = {},
): { modelVersions: ModelVersion[]; nextPageToken: string | undefined } {
  const maxResults = checkMaxResults("model_versions", query.maxResults);
  const filter = parseWithoutPrompts("model_versions", query.filter);
  const found = filterRows(versions, compileFilter(filter, MODEL_VERSION_ACCESSOR));
  const order = parseOrderBy("model_versions", query.orderBy);
  const keys = compileOrder("model_versions", order, MODEL_VERSION_ACCESSOR);
  const { rows, nextPageToken } = paginate(found, keys, { ...query, maxResults });
  return { modelVersions: rows, nextPageToken };
}

/** How conditions and orders read a ModelVersion. */
export const MODEL_VERSION_ACCESSOR: Accessor<ModelVersion> = {
  attribute: attributesBy({
    name: ({ name }) => name,
    run_id: ({ runId }) => runId,
    source_path: ({ source }) => source,
    version_number: ({ version }) => Number(version),
    creation_timestamp: ({ creationTimestamp }) => creationTimestamp,
    last_updated_timestamp: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp,
  }),
  tag: (key) => (version) => textAt(version.tags, key),
  tagValues: ({ tags }) => Object.values(tags),
};
