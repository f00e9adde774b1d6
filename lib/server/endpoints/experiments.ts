import * as v from "valibot";
import type { Experiment } from "../../entities/experiment.ts";
import { VIEW_TYPES } from "../../entities/lifecycle.ts";
import { invalidParameter, notFound } from "../../errors.ts";
import { encodeExperiment } from "../../wire/experiment.ts";
import { compact, decodePairs, someOf } from "../../wire/json.ts";
import { type Api, type Endpoint, endpoint } from "../endpoint.ts";
import { int64, oneOf, pairs, required, text, texts } from "../schema.ts";

const BASE = "/2.0/mlflow/experiments";

const experimentId = v.object({ experiment_id: required });

const search = v.object({
  filter: v.optional(text),
  // Left out it is 0, which MLflow refuses.
  max_results: v.optional(int64, 0),
  order_by: texts,
  page_token: v.optional(text),
  view_type: v.optional(oneOf(VIEW_TYPES), "ACTIVE_ONLY"),
});

export const experimentEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    `${BASE}/create`,
    v.object({ name: required, artifact_location: v.optional(text), tags: pairs }),
    async ({ client, options }, request) => {
      const location = request.artifact_location;
      if (location) refuseFragment(location);
      return {
        experiment_id: await client.createExperiment(request.name, {
          tags: decodePairs(request.tags),
          ...(location && { artifactLocation: location }),
          ...(options.artifactsRoot && { artifactsRoot: options.artifactsRoot }),
        }),
      };
    },
  ),
  endpoint("GET", `${BASE}/get`, experimentId, async (api, request) => ({
    experiment: encode(api, await api.client.getExperiment(request.experiment_id)),
  })),
  endpoint(
    "GET",
    `${BASE}/get-by-name`,
    v.object({ experiment_name: required }),
    async (api, { experiment_name: name }) => {
      const experiment = await api.client.getExperimentByName(name);
      if (experiment === undefined) {
        throw notFound(`Could not find experiment with name '${name}'`);
      }
      return { experiment: encode(api, experiment) };
    },
  ),
  ...(["POST", "GET"] as const).map((method) =>
    endpoint(
      method,
      `${BASE}/search`,
      search,
      async (api, request) => {
        const { experiments, nextPageToken } = await api.client.searchExperiments({
          orderBy: request.order_by,
          maxResults: request.max_results,
          viewType: request.view_type,
          ...(request.filter && { filter: request.filter }),
          ...(request.page_token && { pageToken: request.page_token }),
        });
        return compact({
          experiments: someOf(experiments.map((experiment) => encode(api, experiment))),
          next_page_token: nextPageToken,
        });
      },
      { isReading: true },
    ),
  ),
  endpoint(
    "POST",
    `${BASE}/update`,
    v.object({ experiment_id: required, new_name: required }),
    async ({ client }, request) => {
      await client.renameExperiment(request.experiment_id, request.new_name);
      return {};
    },
  ),
  endpoint("POST", `${BASE}/delete`, experimentId, async ({ client }, request) => {
    await client.deleteExperiment(request.experiment_id);
    return {};
  }),
  endpoint("POST", `${BASE}/restore`, experimentId, async ({ client }, request) => {
    await client.restoreExperiment(request.experiment_id);
    return {};
  }),
  endpoint(
    "POST",
    `${BASE}/set-experiment-tag`,
    v.object({ experiment_id: required, key: required, value: v.optional(text, "") }),
    async ({ client }, request) => {
      await client.setExperimentTag(request.experiment_id, request.key, request.value);
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/delete-experiment-tag`,
    v.object({ experiment_id: required, key: required }),
    async ({ client }, request) => {
      await client.deleteExperimentTag(request.experiment_id, request.key);
      return {};
    },
  ),
];

/** @see MLflow 3.17 `handlers._create_experiment` */
function refuseFragment(location: string): void {
  const path = location.split("?")[0] ?? "";
  if (!location.includes("#") && !/;[^/]*$/.test(path)) return;
  throw invalidParameter("'artifact_location' URL can't include fragments or params.");
}

function encode({ locations }: Api, experiment: Experiment): object {
  return {
    ...encodeExperiment(experiment, locations.ofExperiment(experiment)),
    workspace: "default",
  };
}
