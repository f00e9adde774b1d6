import type { RegisteredModel } from "../../entities/registered-model.ts";
import { type Accessor, attributesBy, textAt } from "../accessor.ts";
import { compileFilter } from "../evaluate.ts";
import { compileOrder, parseOrderBy } from "../order-by.ts";
import { checkMaxResults, filterRows, paginate, type SearchQuery } from "../search.ts";
import { parseWithoutPrompts } from "./prompts.ts";

/**
 * Searches registered models as MLflow's `search_registered_models` does: by name, 100 a page. Prompts are left out
 * unless the filter asks for the tag `mlflow.prompt.is_prompt`.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with `column` when a filter or order_by is wrong
 * @see MLflow 3.17 `mlflow.store.model_registry.file_store.FileStore.search_registered_models`
 */
export function searchRegisteredModels(
  models: Iterable<RegisteredModel>,
  query: SearchQuery = {},
): { registeredModels: RegisteredModel[]; nextPageToken: string | undefined } {
  const maxResults = checkMaxResults("registered_models", query.maxResults);
  const filter = parseWithoutPrompts("registered_models", query.filter);
  const found = filterRows(models, compileFilter(filter, REGISTERED_MODEL_ACCESSOR));
  const order = parseOrderBy("registered_models", query.orderBy);
  const keys = compileOrder("registered_models", order, REGISTERED_MODEL_ACCESSOR);
  const { rows, nextPageToken } = paginate(found, keys, { ...query, maxResults });
  return { registeredModels: rows, nextPageToken };
}

/** How conditions and orders read a RegisteredModel. */
export const REGISTERED_MODEL_ACCESSOR: Accessor<RegisteredModel> = {
  attribute: attributesBy({
    name: ({ name }) => name,
    creation_timestamp: ({ creationTimestamp }) => creationTimestamp,
    last_updated_timestamp: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp,
  }),
  tag: (key) => (model) => textAt(model.tags, key),
  tagValues: ({ tags }) => Object.values(tags),
};
