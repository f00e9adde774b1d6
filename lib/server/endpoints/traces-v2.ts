import { randomBytes } from "node:crypto";
import * as v from "valibot";
import type { TraceInfo } from "../../entities/trace.ts";
import { compact, decodePairs, someOf } from "../../wire/json.ts";
import {
  decodeTraceStatus,
  encodeTraceInfoV2,
  TRACE_STATUS_NAMES,
  type TraceInfoV2Json,
} from "../../wire/trace.ts";
import { type Api, type Endpoint, endpoint } from "../endpoint.ts";
import { int64, oneOf, pairs, required, text, texts } from "../schema.ts";
import { checkExperiments } from "./traces.ts";

const BASE = "/2.0/mlflow/traces";
const LARGEST_PAGE = 500;

/** Traces as MLflow 2 logs and reads them. */
export const traceV2Endpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    BASE,
    v.object({
      experiment_id: required,
      timestamp_ms: v.optional(int64),
      request_metadata: pairs,
      tags: pairs,
    }),
    async (api, request) => {
      await checkExperiments(api, [request.experiment_id]);
      const info = await api.client.startTrace({
        // MLflow 2 takes the id that the server gives, which has no prefix.
        traceId: randomBytes(16).toString("hex"),
        experimentId: request.experiment_id,
        traceMetadata: decodePairs(request.request_metadata),
        tags: decodePairs(request.tags),
        ...(request.timestamp_ms && { requestTime: request.timestamp_ms }),
      });
      return { trace_info: encode(api, info) };
    },
  ),
  endpoint(
    "PATCH",
    `${BASE}/:request_id`,
    v.object({
      request_id: required,
      timestamp_ms: v.optional(int64),
      status: v.optional(oneOf(TRACE_STATUS_NAMES, 0)),
      request_metadata: pairs,
      tags: pairs,
    }),
    async (api, request) => {
      const { timestamp_ms: endTime, status } = request;
      const { requestTime } = await api.client.getTraceInfo(request.request_id);
      const info = await api.client.endTrace(request.request_id, {
        traceMetadata: decodePairs(request.request_metadata),
        tags: decodePairs(request.tags),
        ...(endTime !== undefined && { executionDuration: endTime - requestTime }),
        ...(status && { state: decodeTraceStatus(status) }),
      });
      return { trace_info: encode(api, info) };
    },
  ),
  endpoint(
    "GET",
    `${BASE}/:request_id/info`,
    v.object({ request_id: required }),
    async (api, request) => ({
      trace_info: encode(api, await api.client.getTraceInfo(request.request_id)),
    }),
  ),
  endpoint(
    "GET",
    BASE,
    v.object({
      experiment_ids: v.pipe(v.array(text), v.nonEmpty()),
      filter: v.optional(text),
      max_results: v.optional(v.pipe(int64, v.maxValue(LARGEST_PAGE)), 100),
      order_by: texts,
      page_token: v.optional(text),
    }),
    async (api, request) => {
      await checkExperiments(api, request.experiment_ids);
      const { traces, nextPageToken } = await api.client.searchTraces(request.experiment_ids, {
        orderBy: request.order_by,
        maxResults: request.max_results,
        ...(request.filter && { filter: request.filter }),
        ...(request.page_token && { pageToken: request.page_token }),
      });
      return compact({
        traces: someOf(traces.map((trace) => encode(api, trace))),
        next_page_token: nextPageToken,
      });
    },
  ),
];

function encode({ locations }: Api, info: TraceInfo): TraceInfoV2Json {
  return encodeTraceInfoV2(info, locations.ofTrace(info));
}
