import * as v from "valibot";
import type { LoggedModel } from "../../entities/logged-model.ts";
import { MlrunsError } from "../../errors.ts";
import { encodeFileInfo } from "../../wire/file-info.ts";
import { compact, decodePairs, someOf } from "../../wire/json.ts";
import {
  decodeLoggedModelStatus,
  encodeLoggedModel,
  LOGGED_MODEL_STATUS_NAMES,
  type LoggedModelJson,
} from "../../wire/logged-model.ts";
import { sendFile } from "../download.ts";
import { type Api, type Endpoint, endpoint, rawEndpoint } from "../endpoint.ts";
import { safePath } from "../locations.ts";
import { flag, int64, oneOf, pairs, required, text } from "../schema.ts";

const BASE = "/2.0/mlflow/logged-models";

const modelId = v.object({ model_id: required });

export const loggedModelEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    BASE,
    v.object({
      experiment_id: required,
      name: v.optional(text),
      model_type: v.optional(text),
      source_run_id: v.optional(text),
      params: pairs,
      tags: pairs,
    }),
    async (api, request) => {
      const model = await api.client.createLoggedModel(request.experiment_id, {
        params: decodePairs(request.params),
        tags: decodePairs(request.tags),
        ...(request.name && { name: request.name }),
        ...(request.model_type && { modelType: request.model_type }),
        ...(request.source_run_id && { sourceRunId: request.source_run_id }),
      });
      return { model: encode(api, model) };
    },
  ),
  // Before the paths that begin with a model's id.
  endpoint(
    "POST",
    `${BASE}/search`,
    v.object({
      experiment_ids: v.array(text),
      filter: v.optional(text),
      datasets: v.optional(
        v.array(v.object({ dataset_name: required, dataset_digest: v.optional(text) })),
        [],
      ),
      max_results: v.optional(int64, 50),
      order_by: v.optional(
        v.array(
          v.object({
            field_name: required,
            ascending: v.optional(flag, true),
            dataset_name: v.optional(text),
            dataset_digest: v.optional(text),
          }),
        ),
        [],
      ),
      page_token: v.optional(text),
    }),
    async (api, request) => {
      const { loggedModels, nextPageToken } = await api.client.searchLoggedModels(
        request.experiment_ids,
        {
          datasets: request.datasets.map((dataset) => ({
            datasetName: dataset.dataset_name,
            ...(dataset.dataset_digest && { datasetDigest: dataset.dataset_digest }),
          })),
          orderBy: request.order_by.map((entry) => ({
            fieldName: entry.field_name,
            ascending: entry.ascending,
            ...(entry.dataset_name && { datasetName: entry.dataset_name }),
            ...(entry.dataset_digest && { datasetDigest: entry.dataset_digest }),
          })),
          maxResults: request.max_results,
          ...(request.filter && { filter: request.filter }),
          ...(request.page_token && { pageToken: request.page_token }),
        },
      );
      return compact({
        models: someOf(loggedModels.map((model) => encode(api, model))),
        next_page_token: nextPageToken,
      });
    },
    { isReading: true },
  ),
  endpoint(
    "GET",
    `${BASE}/:model_id`,
    v.object({ model_id: required, allow_deleted: v.optional(flag, false) }),
    async (api, request) => ({
      model: encode(
        api,
        await api.client.getLoggedModel(request.model_id, { allowDeleted: request.allow_deleted }),
      ),
    }),
  ),
  endpoint(
    "PATCH",
    `${BASE}/:model_id`,
    v.object({ model_id: required, status: oneOf(LOGGED_MODEL_STATUS_NAMES, 0) }),
    async (api, request) => {
      const status = decodeLoggedModelStatus(request.status);
      return {
        model: encode(api, await api.client.finalizeLoggedModel(request.model_id, status)),
      };
    },
  ),
  endpoint("DELETE", `${BASE}/:model_id`, modelId, async ({ client }, request) => {
    await client.deleteLoggedModel(request.model_id);
    return {};
  }),
  endpoint(
    "PATCH",
    `${BASE}/:model_id/tags`,
    v.object({ model_id: required, tags: pairs }),
    async ({ client }, request) => {
      await client.setLoggedModelTags(request.model_id, decodePairs(request.tags));
      return {};
    },
  ),
  endpoint(
    "DELETE",
    `${BASE}/:model_id/tags/:tag_key{.+}`,
    v.object({ model_id: required, tag_key: required }),
    async ({ client }, request) => {
      await client.deleteLoggedModelTag(request.model_id, request.tag_key);
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/:model_id/params`,
    v.object({ model_id: required, params: pairs }),
    async ({ client }, request) => {
      await client.logLoggedModelParams(request.model_id, decodePairs(request.params));
      return {};
    },
  ),
  endpoint(
    "GET",
    `${BASE}/:model_id/artifacts/directories`,
    v.object({ model_id: required, artifact_directory_path: v.optional(text, "") }),
    async ({ client, locations }, request) => {
      const model = await client.getLoggedModel(request.model_id);
      const artifacts = await client.openModelArtifacts(request.model_id);
      const files = await artifacts.listFolder(safePath(request.artifact_directory_path));
      return compact({
        root_uri: locations.ofLoggedModel(model),
        files: someOf(files.map(encodeFileInfo)),
      });
    },
  ),
  rawEndpoint(
    "GET",
    `${BASE}/:model_id/artifacts/files`,
    async ({ client }, context) => {
      const name = context.req.query("artifact_file_path");
      if (!name) {
        throw new MlrunsError(
          "BAD_REQUEST",
          'Request must include the "artifact_file_path" query parameter.',
        );
      }
      const path = safePath(name);
      const { experimentId, modelId } = await client.getLoggedModel(
        context.req.param("model_id") ?? "",
      );
      const artifacts = await client.openModelArtifacts(modelId);
      const whole = `${experimentId}/models/${modelId}/artifacts/${path}`;
      return sendFile(context, artifacts, path, whole);
    },
    { mount: "ajax" },
  ),
];

function encode({ locations }: Api, model: LoggedModel): LoggedModelJson {
  return encodeLoggedModel(model, locations.ofLoggedModel(model));
}
