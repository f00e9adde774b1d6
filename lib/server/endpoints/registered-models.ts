import * as v from "valibot";
import type { RegisteredModel } from "../../entities/registered-model.ts";
import { compact, decodePairs, someOf } from "../../wire/json.ts";
import { encodeRegisteredModel, type RegisteredModelJson } from "../../wire/registered-model.ts";
import { type Api, type Endpoint, endpoint } from "../endpoint.ts";
import { int64, pairs, required, text, texts } from "../schema.ts";
import { encodeVersion } from "./model-versions.ts";

const BASE = "/2.0/mlflow/registered-models";
const LARGEST_PAGE = 1_000;

const name = v.object({ name: required });
const alias = v.object({ name: required, alias: required });

export const registeredModelEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    `${BASE}/create`,
    v.object({ name: required, tags: pairs, description: v.optional(text) }),
    async (api, request) => {
      const model = await api.client.createRegisteredModel(request.name, {
        tags: decodePairs(request.tags),
        ...(request.description && { description: request.description }),
      });
      return { registered_model: await encode(api, model) };
    },
  ),
  endpoint("GET", `${BASE}/get`, name, async (api, request) => ({
    registered_model: await encode(api, await api.client.getRegisteredModel(request.name)),
  })),
  endpoint(
    "POST",
    `${BASE}/rename`,
    v.object({ name: required, new_name: required }),
    async (api, request) => {
      const { latestVersions } = await api.client.getRegisteredModel(request.name);
      const renamed = await api.client.renameRegisteredModel(request.name, request.new_name);
      // As in MLflow, the versions in this answer are as they were.
      return { registered_model: await encode(api, { ...renamed, latestVersions }) };
    },
  ),
  endpoint(
    "PATCH",
    `${BASE}/update`,
    v.object({ name: required, description: v.optional(text) }),
    async (api, request) => {
      const changes = { description: request.description ?? null };
      const model = await api.client.updateRegisteredModel(request.name, changes);
      return { registered_model: await encode(api, model) };
    },
  ),
  endpoint("DELETE", `${BASE}/delete`, name, async ({ client }, request) => {
    await client.deleteRegisteredModel(request.name);
    return {};
  }),
  endpoint(
    "GET",
    `${BASE}/search`,
    v.object({
      filter: v.optional(text),
      max_results: v.optional(v.pipe(int64, v.maxValue(LARGEST_PAGE)), 100),
      order_by: texts,
      page_token: v.optional(text),
    }),
    async (api, request) => {
      const { registeredModels, nextPageToken } = await api.client.searchRegisteredModels({
        orderBy: request.order_by,
        maxResults: request.max_results,
        ...(request.filter && { filter: request.filter }),
        ...(request.page_token && { pageToken: request.page_token }),
      });
      const models = await Promise.all(registeredModels.map((model) => encode(api, model)));
      return compact({ registered_models: someOf(models), next_page_token: nextPageToken });
    },
  ),
  ...(["POST", "GET"] as const).map((method) =>
    endpoint(
      method,
      `${BASE}/get-latest-versions`,
      v.object({ name: required, stages: texts }),
      async (api, request) => {
        const versions = await api.client.getLatestVersions(request.name, request.stages);
        const encoded = await Promise.all(versions.map((version) => encodeVersion(api, version)));
        return compact({ model_versions: someOf(encoded) });
      },
      { isReading: true },
    ),
  ),
  endpoint(
    "POST",
    `${BASE}/set-tag`,
    v.object({ name: required, key: required, value: v.optional(text, "") }),
    async ({ client }, request) => {
      await client.setRegisteredModelTag(request.name, request.key, request.value);
      return {};
    },
  ),
  endpoint(
    "DELETE",
    `${BASE}/delete-tag`,
    v.object({ name: required, key: required }),
    async ({ client }, request) => {
      await client.deleteRegisteredModelTag(request.name, request.key);
      return {};
    },
  ),
  endpoint(
    "POST",
    `${BASE}/alias`,
    v.object({ name: required, alias: required, version: required }),
    async ({ client }, request) => {
      await client.setRegisteredModelAlias(request.name, request.alias, request.version);
      return {};
    },
  ),
  endpoint("GET", `${BASE}/alias`, alias, async (api, request) => {
    const version = await api.client.getModelVersionByAlias(request.name, request.alias);
    return { model_version: await encodeVersion(api, version) };
  }),
  endpoint("DELETE", `${BASE}/alias`, alias, async ({ client }, request) => {
    await client.deleteRegisteredModelAlias(request.name, request.alias);
    return {};
  }),
];

async function encode(api: Api, model: RegisteredModel): Promise<RegisteredModelJson> {
  const versions = model.latestVersions.map((version) => encodeVersion(api, version));
  return encodeRegisteredModel(model, await Promise.all(versions));
}
