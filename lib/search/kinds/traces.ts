import type { TraceInfo } from "../../entities/trace.ts";
import { type Accessor, attributesBy, textAt } from "../accessor.ts";
import { compileFilter } from "../evaluate.ts";
import { compileOrder, parseOrderBy } from "../order-by.ts";
import { parseFilter } from "../parse.ts";
import { checkMaxResults, filterRows, paginate, type SearchQuery } from "../search.ts";

/** What of a trace is searched. */
export type SearchableTrace = Pick<
  TraceInfo,
  | "traceId"
  | "experimentId"
  | "requestTime"
  | "executionDuration"
  | "state"
  | "clientRequestId"
  | "traceMetadata"
  | "tags"
>;

export interface TraceQuery extends SearchQuery {
  /** Default: traces of all experiments. */
  readonly experimentIds?: readonly string[];
}

/**
 * Searches traces as MLflow's `search_traces` does: newest first when no other order is asked for, 100 a page. Spans,
 * feedback and expectations cannot be asked for without a database.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE, with `column` when a filter or order_by is wrong
 * @see MLflow 3.17 `FileStore.search_traces`
 */
export function searchTraces<Trace extends SearchableTrace>(
  traces: Iterable<Trace>,
  query: TraceQuery = {},
): { traces: Trace[]; nextPageToken: string | undefined } {
  const maxResults = checkMaxResults("traces", query.maxResults);
  const ids = query.experimentIds === undefined ? undefined : new Set(query.experimentIds);
  const matches = compileFilter(parseFilter("traces", query.filter), TRACE_ACCESSOR);
  const found = filterRows(
    traces,
    (trace) => (ids === undefined || ids.has(trace.experimentId)) && matches(trace),
  );
  const keys = compileOrder("traces", parseOrderBy("traces", query.orderBy), TRACE_ACCESSOR);
  const { rows, nextPageToken } = paginate<Trace>(found, keys, { ...query, maxResults });
  return { traces: rows, nextPageToken };
}

/** How conditions and orders read a trace. */
export const TRACE_ACCESSOR: Accessor<SearchableTrace> = {
  attribute: attributesBy({
    request_id: ({ traceId }) => traceId,
    client_request_id: ({ clientRequestId }) => clientRequestId,
    // MLflow compares the status of its older API, which has another word for this one.
    status: ({ state }) => (state === "STATE_UNSPECIFIED" ? "TRACE_STATUS_UNSPECIFIED" : state),
    experiment_id: ({ experimentId }) => experimentId,
    timestamp_ms: ({ requestTime }) => requestTime,
    execution_time_ms: ({ executionDuration }) => executionDuration,
    name: ({ tags }) => textAt(tags, "mlflow.traceName"),
  }),
  tag: (key) => (trace) => textAt(trace.tags, key),
  metadata: (key) => (trace) => textAt(trace.traceMetadata, key),
  tagValues: ({ tags }) => Object.values(tags),
};
