import { isInView, type ViewType } from "../../entities/lifecycle.ts";
import type { LoggedModel } from "../../entities/logged-model.ts";
import type { Metric } from "../../entities/metric.ts";
import { invalidParameter } from "../../errors.ts";
import { type Accessor, attributesBy, textAt } from "../accessor.ts";
import { findAttribute } from "../attributes.ts";
import { findMistake } from "../comparator.ts";
import { compileFilter, type Predicate } from "../evaluate.ts";
import { parseFilter } from "../parse.ts";
import { resolve } from "../resolve.ts";
import { checkMaxResults, filterRows, type PageQuery, paginate } from "../search.ts";
import type { SortKey } from "../sort.ts";

/** Only metrics on this dataset count. */
export interface MetricDataset {
  readonly datasetName: string;
  /** Any when left out. */
  readonly datasetDigest?: string;
}

/** Sorts by `metrics.<key>`, of which the latest point counts, or by an attribute. */
export interface LoggedModelOrderBy extends Partial<MetricDataset> {
  readonly fieldName: string;
  /** Default true. */
  readonly ascending?: boolean;
}

export interface LoggedModelQuery extends PageQuery {
  readonly filter?: string;
  /** Conditions on metrics look at these datasets only; without such a condition, models without any metric on them are left out. */
  readonly datasets?: readonly MetricDataset[];
  /** The first entry weighs most. */
  readonly orderBy?: readonly LoggedModelOrderBy[];
  /** Default: models of all experiments. */
  readonly experimentIds?: readonly string[];
  /** Default ACTIVE_ONLY, which is all that MLflow finds. */
  readonly viewType?: ViewType;
}

/**
 * Searches logged models as MLflow's `search_logged_models` does: newest first when no other order is asked for, 100 a
 * page.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with `column` when the filter is wrong
 * @see MLflow 3.17 `FileStore.search_logged_models`
 */
export function searchLoggedModels(
  models: Iterable<LoggedModel>,
  query: LoggedModelQuery = {},
): { loggedModels: LoggedModel[]; nextPageToken: string | undefined } {
  const datasets = query.datasets ?? [];
  if (datasets.some(({ datasetName }) => !datasetName)) {
    throw invalidParameter("`dataset_name` in the `datasets` clause must be specified.");
  }
  const maxResults = checkMaxResults("logged_models", query.maxResults);
  const inScope = scope(query);
  const matches = compileModelFilter(query.filter, datasets);
  const found = filterRows(models, (model) => inScope(model) && matches(model));
  const keys = compileModelOrder(query.orderBy ?? []);
  const { rows, nextPageToken } = paginate(found, keys, { ...query, maxResults });
  return { loggedModels: rows, nextPageToken };
}

/** How conditions read a LoggedModel; of a metric the first point counts, on one of the datasets if there are any. */
export function loggedModelAccessor(
  datasets: readonly MetricDataset[] = [],
): Accessor<LoggedModel> {
  return {
    attribute: attributesBy({
      name: ({ name }) => name,
      model_id: ({ modelId }) => modelId,
      model_type: ({ modelType }) => modelType,
      status: ({ status }) => status,
      source_run_id: ({ sourceRunId }) => sourceRunId,
      creation_timestamp: ({ creationTimestamp }) => creationTimestamp,
      last_updated_timestamp: ({ lastUpdatedTimestamp }) => lastUpdatedTimestamp,
    }),
    metric: (key) => (model) =>
      model.metrics.find((metric) => metric.key === key && isOnAny(metric, datasets))?.value,
    param: (key) => (model) => textAt(model.params, key),
    tag: (key) => (model) => textAt(model.tags, key),
    tagValues: ({ tags }) => Object.values(tags),
  };
}

/** @see MLflow 3.17 `SearchLoggedModelsUtils.filter_logged_models` */
export function compileModelFilter(
  text: string | undefined,
  datasets: readonly MetricDataset[] = [],
): Predicate<LoggedModel> {
  const filter = parseFilter("logged_models", text);
  const matches = compileFilter(filter, loggedModelAccessor(datasets));
  if (datasets.length === 0) return matches;
  for (const node of filter.nodes) {
    if (node.type !== "comparison" || node.entity !== "metric") continue;
    // Looking for a condition on a metric, MLflow checks its comparator, models or not.
    const problem = findMistake(resolve("logged_models", node));
    if (problem !== undefined) throw problem;
    return matches;
  }
  return (model) => model.metrics.some((metric) => isOnAny(metric, datasets)) && matches(model);
}

/**
 * Makes the sort keys of an order_by, tie-breaks included: newest first, then by id.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 * @see MLflow 3.17 `SearchLoggedModelsUtils.parse_order_by_for_logged_models`
 */
export function compileModelOrder(orderBy: readonly LoggedModelOrderBy[]): SortKey<LoggedModel>[] {
  const keys = orderBy.map((entry) => ({ field: checkEntry(entry), entry }));
  const rest = [
    { fieldName: "creation_timestamp", ascending: false },
    { fieldName: "model_id" },
  ].filter(({ fieldName }) => !keys.some(({ field }) => field === fieldName));
  return [...keys, ...rest.map((entry) => ({ field: entry.fieldName, entry }))].map(
    ({ field, entry }) => compileEntry(field, entry),
  );
}

/** The name of the field, aliases resolved. Entries may come from JSON, so that their shape is checked too. */
function checkEntry(entry: LoggedModelOrderBy): string {
  if (typeof entry !== "object" || entry === null) {
    throw invalidParameter("`order_by` must be a list of dictionaries.");
  }
  const { fieldName, ascending = true, datasetName, datasetDigest } = entry;
  if (typeof fieldName !== "string") {
    throw invalidParameter("`field_name` in the `order_by` clause must be specified.");
  }
  const [entity] = fieldName.split(".");
  if (entity !== fieldName && entity !== "metrics") {
    throw invalidParameter(
      `Invalid order by field name: ${entity}, only \`metrics.<name>\` is allowed.`,
    );
  }
  const attribute = entity === fieldName ? findAttribute("logged_models", fieldName.trim()) : null;
  if (attribute === undefined) {
    throw invalidParameter(`Invalid order by field name: ${fieldName.trim()}.`);
  }
  if (typeof ascending !== "boolean") {
    throw invalidParameter(
      `Value of \`ascending\` in the \`order_by\` clause must be a boolean, got ${typeof ascending} for field ${fieldName}.`,
    );
  }
  if (datasetDigest && !datasetName) {
    throw invalidParameter(
      "`dataset_digest` can only be specified if `dataset_name` is also specified.",
    );
  }
  return attribute?.alias ?? attribute?.name ?? fieldName;
}

function compileEntry(field: string, entry: LoggedModelOrderBy): SortKey<LoggedModel> {
  const ascending = entry.ascending ?? true;
  const dot = field.indexOf(".");
  if (dot >= 0) {
    const key = field.slice(dot + 1);
    return { type: "number", ascending, read: (model) => latest(model, key, entry)?.value };
  }
  const attribute = findAttribute("logged_models", field);
  const read = loggedModelAccessor().attribute(field);
  const type = attribute?.type ?? "text";
  if (attribute?.order !== "fails") return { type, ascending, read };
  const mistake = invalidParameter(`Invalid order by field name: ${field}.`, {
    hint: "Write last_updated_timestamp.",
  });
  return { type, ascending, read, mistake };
}

/** The point with the highest timestamp; of several the first. */
function latest(
  model: LoggedModel,
  key: string,
  { datasetName, datasetDigest }: Partial<MetricDataset>,
): Metric | undefined {
  let found: Metric | undefined;
  for (const metric of model.metrics) {
    if (metric.key !== key) continue;
    if (datasetName && metric.datasetName !== datasetName) continue;
    if (datasetDigest && metric.datasetDigest !== datasetDigest) continue;
    if (found === undefined || metric.timestamp > found.timestamp) found = metric;
  }
  return found;
}

function isOnAny(metric: Metric, datasets: readonly MetricDataset[]): boolean {
  return (
    datasets.length === 0 ||
    datasets.some(
      ({ datasetName, datasetDigest }) =>
        metric.datasetName === datasetName &&
        (datasetDigest === undefined || metric.datasetDigest === datasetDigest),
    )
  );
}

function scope(query: LoggedModelQuery): Predicate<LoggedModel> {
  const { viewType = "ACTIVE_ONLY", experimentIds } = query;
  const ids = experimentIds === undefined ? undefined : new Set(experimentIds);
  return ({ lifecycleStage, experimentId }) =>
    isInView(lifecycleStage, viewType) && (ids === undefined || ids.has(experimentId));
}
