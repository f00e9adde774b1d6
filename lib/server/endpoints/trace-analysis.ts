import * as v from "valibot";
import type { MlrunsClient } from "../../client/client.ts";
import { MlrunsError } from "../../errors.ts";
import { correlate } from "../correlation.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { anything, oneOf, required, text } from "../schema.ts";

const BASE = "/3.0/mlflow/traces";

/** What MLflow counts and measures over many traces, with a database. */
export const traceAnalysisEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    `${BASE}/calculate-filter-correlation`,
    v.object({
      experiment_ids: v.array(text),
      filter_string1: required,
      filter_string2: required,
      base_filter: v.optional(text, ""),
    }),
    async ({ client }, request) => {
      const { experiment_ids: ids, base_filter: base } = request;
      const below = (filter: string): string => (base === "" ? filter : `${base} and ${filter}`);
      const all = await findTraces(client, ids, base);
      const first = await findTraces(client, ids, below(request.filter_string1));
      const second = await findTraces(client, ids, below(request.filter_string2));
      const joint = [...first].filter((id) => second.has(id)).length;
      const counts = { total: all.size, first: first.size, second: second.size, joint };
      const { npmi, smoothed } = correlate(counts);
      return {
        ...(!Number.isNaN(npmi) && { npmi, npmi_smoothed: smoothed }),
        filter1_count: counts.first,
        filter2_count: counts.second,
        joint_count: counts.joint,
        total_count: counts.total,
      };
    },
    { isReading: true },
  ),
  endpoint(
    "POST",
    `${BASE}/metrics`,
    v.object({
      experiment_ids: v.array(text),
      view_type: oneOf(["TRACES", "SPANS", "ASSESSMENTS"]),
      metric_name: required,
      aggregations: v.array(anything),
    }),
    async () => {
      throw new MlrunsError(
        "NOT_IMPLEMENTED",
        "traces/metrics needs a database, and this server keeps files.",
      );
    },
    { isReading: true },
  ),
];

/** The ids of all traces that a filter lets through. */
async function findTraces(
  client: MlrunsClient,
  experimentIds: readonly string[],
  filter: string,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let pageToken: string | undefined;
  do {
    const page = await client.searchTraces(experimentIds, {
      ...(filter !== "" && { filter }),
      ...(pageToken !== undefined && { pageToken }),
    });
    for (const { traceId } of page.traces) found.add(traceId);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return found;
}
