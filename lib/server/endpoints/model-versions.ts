import * as v from "valibot";
import type { MlrunsClient } from "../../client/client.ts";
import type { ModelVersion } from "../../entities/model-version.ts";
import { MLFLOW_TAG } from "../../entities/tag.ts";
import { invalidParameter } from "../../errors.ts";
import { parsePythonJson, printPythonJson } from "../../format/python-json.ts";
import { searchModelVersions } from "../../search/index.ts";
import { compact, decodePairs, someOf } from "../../wire/json.ts";
import { encodeModelVersion, type ModelVersionJson } from "../../wire/model-version.ts";
import { sendFile } from "../download.ts";
import { type Api, type Endpoint, endpoint, rawEndpoint } from "../endpoint.ts";
import { safePath } from "../locations.ts";
import { checkModelSource } from "../model-source.ts";
import { requiredQuery } from "../request.ts";
import { flag, int64, pairs, required, text, texts } from "../schema.ts";

const BASE = "/2.0/mlflow/model-versions";
const LARGEST_PAGE = 200_000;

const version = v.object({ name: required, version: required });

export const modelVersionEndpoints: readonly Endpoint[] = [
  endpoint(
    "POST",
    `${BASE}/create`,
    v.object({
      name: required,
      source: required,
      run_id: v.optional(text),
      tags: pairs,
      run_link: v.optional(text, ""),
      description: v.optional(text, ""),
      model_id: v.optional(text),
    }),
    async (api, request) => {
      const tags = decodePairs(request.tags);
      const given = { source: request.source, runId: request.run_id, modelId: request.model_id };
      const { source, runId, modelId } = await checkModelSource(api, given, tags);
      const created = api.client.createVersionOfAnyKind(request.name, source, {
        tags,
        runLink: request.run_link,
        description: request.description,
        ...(runId && { runId }),
        ...(modelId && { modelId }),
      });
      if (modelId) await rememberVersion(api.client, modelId, created);
      return { model_version: await encodeVersion(api, created) };
    },
  ),
  endpoint("GET", `${BASE}/get`, version, async (api, request) => ({
    model_version: await encodeVersion(
      api,
      await api.client.getModelVersion(request.name, request.version),
    ),
  })),
  endpoint(
    "PATCH",
    `${BASE}/update`,
    v.object({ name: required, version: required, description: v.optional(text) }),
    async (api, request) => {
      const { name, description = null } = request;
      const updated = await api.client.updateModelVersion(name, request.version, { description });
      return { model_version: await encodeVersion(api, updated) };
    },
  ),
  endpoint(
    "POST",
    `${BASE}/transition-stage`,
    v.object({
      name: required,
      version: required,
      stage: required,
      archive_existing_versions: v.optional(flag, false),
    }),
    async (api, request) => {
      const moved = await api.client.transitionModelVersionStage(
        request.name,
        request.version,
        request.stage,
        { archiveExistingVersions: request.archive_existing_versions },
      );
      return { model_version: await encodeVersion(api, moved) };
    },
  ),
  endpoint("DELETE", `${BASE}/delete`, version, async ({ client }, request) => {
    await client.deleteModelVersion(request.name, request.version);
    return {};
  }),
  endpoint(
    "GET",
    `${BASE}/search`,
    v.object({
      filter: v.optional(text),
      max_results: v.optional(v.pipe(int64, v.maxValue(LARGEST_PAGE)), LARGEST_PAGE),
      order_by: texts,
      page_token: v.optional(text),
    }),
    async (api, request) => {
      // Clients search by the sources that they are told.
      const told = await Promise.all(
        (await api.client.scanModelVersions()).modelVersions.map(async (one) => ({
          ...one,
          source: await api.locations.ofSource(one.source ?? ""),
        })),
      );
      const { modelVersions, nextPageToken } = searchModelVersions(told, {
        orderBy: request.order_by,
        maxResults: request.max_results,
        ...(request.filter && { filter: request.filter }),
        ...(request.page_token && { pageToken: request.page_token }),
      });
      const versions = modelVersions.map((one) => encodeModelVersion(one, one.source ?? ""));
      return compact({ model_versions: someOf(versions), next_page_token: nextPageToken });
    },
  ),
  endpoint("GET", `${BASE}/get-download-uri`, version, async (api, request) => {
    const { name } = request;
    const uri = await api.client.getModelVersionDownloadUri(name, request.version);
    return { artifact_uri: await api.locations.ofSource(uri) };
  }),
  endpoint(
    "POST",
    `${BASE}/set-tag`,
    v.object({ name: required, version: required, key: required, value: v.optional(text, "") }),
    async ({ client }, { name, version, key, value }) => {
      await client.setModelVersionTag(name, version, key, value);
      return {};
    },
  ),
  endpoint(
    "DELETE",
    `${BASE}/delete-tag`,
    v.object({ name: required, version: required, key: required }),
    async ({ client }, { name, version, key }) => {
      await client.deleteModelVersionTag(name, version, key);
      return {};
    },
  ),
  rawEndpoint(
    "GET",
    "/model-versions/get-artifact",
    async ({ client, locations }, context) => {
      const path = safePath(requiredQuery(context, "path"));
      const uri = await client.getModelVersionDownloadUri(
        requiredQuery(context, "name"),
        requiredQuery(context, "version"),
      );
      const told = await locations.ofSource(uri);
      const root = /^mlflow-artifacts:\/+(.*)$/.exec(told)?.[1];
      if (root === undefined) {
        throw invalidParameter(
          `The artifacts of this version lie at '${told}', not on this server.`,
        );
      }
      const opened = await locations.open(`${root}/${path}`);
      return sendFile(context, opened.artifacts, opened.path, path);
    },
    { mount: "root" },
  ),
];

/** The logged model names, in a tag, the versions that were made of it. */
async function rememberVersion(
  client: MlrunsClient,
  modelId: string,
  { name, version }: ModelVersion,
): Promise<void> {
  const { tags } = await client.getLoggedModel(modelId);
  const known = parsePythonJson(tags[MLFLOW_TAG.modelVersions] ?? "[]", MLFLOW_TAG.modelVersions);
  const versions = [...(Array.isArray(known) ? known : []), { name, version: Number(version) }];
  await client.setLoggedModelTags(modelId, {
    [MLFLOW_TAG.modelVersions]: printPythonJson(versions),
  });
}

export async function encodeVersion(
  { locations }: Api,
  version: ModelVersion,
): Promise<ModelVersionJson> {
  return encodeModelVersion(version, await locations.ofSource(version.source ?? ""));
}
