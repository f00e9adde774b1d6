import * as v from "valibot";
import { VIEW_TYPES } from "../../entities/lifecycle.ts";
import { RUN_STATUSES, type Run } from "../../entities/run.ts";
import { compact, decodePairs, someOf } from "../../wire/json.ts";
import { encodeRun, encodeRunInfo, type RunJson } from "../../wire/run.ts";
import { type Api, type Endpoint, endpoint } from "../endpoint.ts";
import { int64, oneOf, pairs, required, text, texts } from "../schema.ts";

const BASE = "/2.0/mlflow/runs";
const LARGEST_PAGE = 50_000;

const runId = v.object({ run_id: required });

export const runEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    `${BASE}/create`,
    v.object({
      experiment_id: v.optional(text, "0"),
      user_id: v.optional(text, ""),
      run_name: v.optional(text),
      start_time: v.optional(int64),
      tags: pairs,
    }),
    async (api, request) => {
      const run = await api.client.createRun(request.experiment_id || "0", {
        userId: request.user_id,
        tags: decodePairs(request.tags),
        ...(request.run_name && { runName: request.run_name }),
        ...(request.start_time && { startTime: request.start_time }),
      });
      return { run: encode(api, run) };
    },
  ),
  endpoint("GET", `${BASE}/get`, runId, async (api, request) => ({
    run: encode(api, await api.client.getRun(request.run_id)),
  })),
  endpoint(
    "POST",
    `${BASE}/update`,
    v.object({
      run_id: required,
      status: v.optional(oneOf(RUN_STATUSES)),
      end_time: v.optional(int64),
      run_name: v.optional(text),
    }),
    async (api, request) => {
      const info = await api.client.updateRun(request.run_id, {
        ...(request.status && { status: request.status }),
        // As in MLflow 0 says nothing.
        ...(request.end_time && { endTime: request.end_time }),
        ...(request.run_name && { runName: request.run_name }),
      });
      return { run_info: encodeRunInfo(info, api.locations.ofRun(info)) };
    },
  ),
  endpoint("POST", `${BASE}/delete`, runId, async ({ client }, request) => {
    await client.deleteRun(request.run_id);
    return {};
  }),
  endpoint("POST", `${BASE}/restore`, runId, async ({ client }, request) => {
    await client.restoreRun(request.run_id);
    return {};
  }),
  endpoint(
    "POST",
    `${BASE}/search`,
    v.object({
      experiment_ids: texts,
      filter: v.optional(text),
      run_view_type: v.optional(oneOf(VIEW_TYPES), "ACTIVE_ONLY"),
      max_results: v.optional(v.pipe(int64, v.maxValue(LARGEST_PAGE)), 1_000),
      order_by: texts,
      page_token: v.optional(text),
    }),
    async (api, request) => {
      const { runs, nextPageToken } = await api.client.searchRuns(request.experiment_ids, {
        orderBy: request.order_by,
        maxResults: request.max_results,
        viewType: request.run_view_type,
        ...(request.filter && { filter: request.filter }),
        ...(request.page_token && { pageToken: request.page_token }),
      });
      return compact({
        runs: someOf(runs.map((run) => encode(api, run))),
        next_page_token: nextPageToken,
      });
    },
    { isReading: true },
  ),
  endpoint(
    "POST",
    `${BASE}/log-parameter`,
    v.object({ run_id: required, key: required, value: v.optional(text, "") }),
    async ({ client }, request) => {
      client.logParam(request.run_id, request.key, request.value);
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/set-tag`,
    v.object({ run_id: required, key: required, value: v.optional(text, "") }),
    async ({ client }, request) => {
      client.setTag(request.run_id, request.key, request.value);
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/delete-tag`,
    v.object({ run_id: required, key: required }),
    async ({ client }, request) => {
      client.deleteTag(request.run_id, request.key);
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/log-model`,
    v.object({ run_id: required, model_json: required }),
    async ({ client }, request) => {
      client.recordModel(request.run_id, request.model_json);
      return {};
    },
  ),
];

function encode({ locations }: Api, run: Run): RunJson {
  return encodeRun(run, locations.ofRun(run.info));
}
