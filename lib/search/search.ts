import { invalidParameter } from "../errors.ts";
import type { SearchKind } from "./attributes.ts";
import type { Predicate } from "./evaluate.ts";
import { parsePageToken, printPageToken } from "./page-token.ts";
import { checkKeys, type SortKey, topRows } from "./sort.ts";

/** What a page is asked by. */
export interface PageQuery {
  readonly maxResults?: number;
  /** The `nextPageToken` of the page before. */
  readonly pageToken?: string;
}

export interface SearchQuery extends PageQuery {
  /** MLflow's filter, such as `metrics.loss < 0.1 AND params.model = 'bert'`. */
  readonly filter?: string;
  /** Such as `metrics.loss DESC`; the first entry weighs most. */
  readonly orderBy?: readonly string[];
}

export interface Page<Row> {
  readonly rows: Row[];
  /** undefined on the last page. */
  readonly nextPageToken: string | undefined;
}

/** Results a page when nobody says how many, and the most that may be asked for. */
export const MAX_RESULTS: Readonly<
  Record<SearchKind, { readonly default: number; readonly most: number }>
> = {
  runs: { default: 1000, most: 50_000 },
  experiments: { default: 1000, most: 50_000 },
  logged_models: { default: 100, most: Number.POSITIVE_INFINITY },
  registered_models: { default: 100, most: 1000 },
  model_versions: { default: 10_000, most: 200_000 },
  traces: { default: 100, most: 50_000 },
};

/**
 * Checks a number of results and fills in the default. For runs and traces MLflow accepts 0, which gives none, and
 * negative numbers, which count from the end.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE
 */
export function checkMaxResults(kind: SearchKind, asked: number | undefined): number {
  const limit = MAX_RESULTS[kind];
  if (asked === undefined || (kind === "logged_models" && asked === 0)) return limit.default;
  const isRegistry = kind === "registered_models" || kind === "model_versions";
  const isPositive = isRegistry || kind === "experiments";
  if (!Number.isInteger(asked) || (isPositive && asked < 1)) {
    throw invalidParameter(
      isRegistry
        ? `Invalid value for max_results. It must be a positive integer, but got ${asked}`
        : `Invalid value ${asked} for parameter 'max_results' supplied. It must be a positive integer`,
    );
  }
  if (asked <= limit.most) return asked;
  throw invalidParameter(
    kind === "experiments"
      ? `Invalid value ${asked} for parameter 'max_results' supplied. It must be at most ${limit.most}`
      : `Invalid value for request parameter max_results. It must be at most ${limit.most}, but got value ${asked}`,
    { hint: "Ask for a page, then for the next one with its page token." },
  );
}

/**
 * One page of rows that were found, in order.
 *
 * @param page - `maxResults` as `checkMaxResults` returned it
 * @throws MlrunsError INVALID_PARAMETER_VALUE for a bad page token or a key that cannot be sorted by
 * @see MLflow 3.17 `SearchUtils.paginate`
 */
export function paginate<Row>(
  found: readonly Row[],
  keys: readonly SortKey<Row>[],
  page: PageQuery & { readonly maxResults: number },
): Page<Row> {
  checkKeys(found, keys);
  const start = parsePageToken(page.pageToken);
  const end = start + page.maxResults;
  // A negative offset counts from the end, in Python as in JavaScript, and needs the whole order.
  const sorted = topRows(found, keys, start < 0 || end < 0 ? found.length : end);
  return {
    rows: sorted.slice(start, end),
    nextPageToken: end < found.length ? printPageToken(end) : undefined,
  };
}

export function filterRows<Row>(rows: Iterable<Row>, matches: Predicate<Row>): Row[] {
  const found: Row[] = [];
  for (const row of rows) if (matches(row)) found.push(row);
  return found;
}
