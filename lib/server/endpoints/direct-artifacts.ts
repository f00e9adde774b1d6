import type { Context } from "hono";
import * as v from "valibot";
import type { ArtifactRepository } from "../../client/artifact-client.ts";
import { invalidParameter, MlrunsError } from "../../errors.ts";
import { compact } from "../../wire/json.ts";
import { jsonAnswer } from "../answer.ts";
import { type Api, type Endpoint, endpoint, rawEndpoint } from "../endpoint.ts";
import { safePath } from "../locations.ts";
import { readFields } from "../request.ts";
import { int64, parseShape, required, text } from "../schema.ts";

const PROXY = "/2.0/mlflow-artifacts";
const BASE = "/2.0/mlflow/artifacts";
/** What S3 takes. */
const MOST_PARTS = 10_000;
/** Seconds. */
const UPLOAD_LIFETIME = 900;
const DOWNLOAD_LIFETIME = 300;
const LONGEST_LIFETIME = 604_800;

type Direct = NonNullable<ArtifactRepository["direct"]>;

const create = v.object({ path: required, num_parts: v.optional(int64, 1) });
const complete = v.object({
  path: required,
  upload_id: required,
  parts: v.array(
    v.object({ part_number: int64, etag: v.optional(text, ""), url: v.optional(text) }),
  ),
});
const abort = v.object({ path: required, upload_id: required });
const presigned = v.object({ run_id: required, path: required, expiration: v.optional(int64) });

/**
 * Lets clients send large files, and fetch files, at the store behind the proxy itself. Where that is no cloud, they are
 * answered in the words by which MLflow's client knows that it has to use the proxy.
 */
export const directArtifactEndpoints: readonly Endpoint[] = [
  multipart("create", create, async (direct, path, request) => {
    const { num_parts: count } = request;
    if (count < 1 || count > MOST_PARTS) {
      throw invalidParameter(
        `Invalid value ${count} for parameter 'num_parts' supplied: it must be between 1 and ${MOST_PARTS}.`,
      );
    }
    const begun = await direct.beginUpload(path, count);
    if (begun === undefined) throw unsupported("upload");
    const { id, urls } = begun;
    const credentials = urls.map((url, i) => ({ url, part_number: i + 1 }));
    return { upload_id: id, credentials };
  }),
  multipart("complete", complete, async (direct, path, request) => {
    const parts = request.parts
      .map(({ part_number: number, etag }) => ({ number, etag }))
      .sort((a, b) => a.number - b.number);
    await direct.completeUpload(path, request.upload_id, parts);
    return {};
  }),
  multipart("abort", abort, async (direct, path, request) => {
    await direct.abortUpload(path, request.upload_id);
    return {};
  }),
  rawEndpoint(
    "GET",
    `${PROXY}/presigned/*`,
    async ({ locations }, context) => {
      const { artifacts, path } = await locations.open(pathBehind(context, "presigned"));
      if (artifacts.direct === undefined) throw unsupported("download");
      const file = await artifacts.find(path);
      if (file === undefined || file.isDir) {
        throw new MlrunsError("RESOURCE_DOES_NOT_EXIST", `No such artifact: '${path}'`);
      }
      const signed = await artifacts.direct.signDownload(path, DOWNLOAD_LIFETIME);
      if (signed === undefined) throw unsupported("download");
      const { url, headers = {} } = signed;
      return jsonAnswer(compact({ url, headers, file_size: file.fileSize ?? undefined }));
    },
    { isProxy: true },
  ),
  endpoint(
    "POST",
    `${BASE}/presigned-upload-url`,
    v.object({
      run_id: v.optional(text, ""),
      model_id: v.optional(text, ""),
      path: required,
      expiration: v.optional(int64, UPLOAD_LIFETIME),
    }),
    async (api, { run_id: runId, model_id: modelId, path, expiration }) => {
      if ((runId === "") === (modelId === "")) {
        throw invalidParameter("Exactly one of run_id and model_id must be provided.");
      }
      const safe = safePath(path);
      const told =
        runId === ""
          ? api.locations.ofLoggedModel(await api.client.getLoggedModel(modelId))
          : api.locations.ofRun(await api.client.getRunInfo(runId));
      refuseProxied(told, "upload", "");
      const artifacts =
        runId === ""
          ? await api.client.openModelArtifacts(modelId)
          : await api.client.openRunArtifacts(runId);
      const signed = await artifacts.direct?.signUpload(safe, expiration);
      if (signed === undefined) throw unsupported("upload", "Presigned");
      return compact({ presigned_url: signed.url, headers: signed.headers });
    },
  ),
  endpoint(
    "POST",
    `${BASE}/presigned-download-url`,
    presigned,
    async (api, { run_id: runId, path, expiration = DOWNLOAD_LIFETIME }) => {
      const safe = safePath(path);
      if (expiration < 1 || expiration > LONGEST_LIFETIME) {
        throw invalidParameter(
          `expiration must be between 1 and ${LONGEST_LIFETIME} seconds (got ${expiration}).`,
        );
      }
      refuseProxied(
        api.locations.ofRun(await api.client.getRunInfo(runId)),
        "download",
        "runs with ",
      );
      const artifacts = await api.client.openRunArtifacts(runId);
      const signed = await artifacts.direct?.signDownload(safe, expiration);
      if (signed === undefined) throw unsupported("download", "Presigned");
      const file = await artifacts.find(safe);
      return compact({
        presigned_url: signed.url,
        headers: signed.headers,
        file_size: file?.fileSize ?? undefined,
      });
    },
    { isReading: true },
  ),
];

/** A step of an upload in parts; the path in the address is the folder's, and the body names the file. */
function multipart<Fields extends { readonly path: string }>(
  step: string,
  schema: v.GenericSchema<unknown, Fields>,
  handle: (direct: Direct, path: string, request: Fields) => Promise<object>,
): Endpoint {
  return rawEndpoint(
    "POST",
    `${PROXY}/mpu/${step}/*`,
    async ({ locations }: Api, context) => {
      const request = parseShape(schema, await readFields(context, schema));
      const name = request.path.split("/").at(-1) ?? "";
      const folder = pathBehind(context, `mpu/${step}`);
      const { artifacts, path } = await locations.open(safePath(`${folder}/${name}`));
      if (artifacts.direct === undefined) throw unsupported("upload");
      return jsonAnswer(await handle(artifacts.direct, path, request));
    },
    { isProxy: true },
  );
}

function refuseProxied(location: string, direction: "upload" | "download", runs: string): void {
  if (!/^(mlflow-artifacts|https?):/i.test(location)) return;
  const scheme = location.split(":")[0];
  const root = direction === "upload" ? "direct" : "run with a direct";
  throw invalidParameter(
    `Presigned ${direction} is not supported for ${runs}proxied artifact storage (artifact URI scheme: ${scheme}). This` +
      ` endpoint requires a ${root} cloud storage artifact URI.`,
  );
}

/** MLflow's client goes on with a PUT, or a GET, when the message begins so. */
function unsupported(direction: "upload" | "download", what = "Multipart"): MlrunsError {
  return new MlrunsError(
    "NOT_IMPLEMENTED",
    `${what} ${direction} is not supported for the current artifact repository`,
  );
}

function pathBehind(context: Context, name: string): string {
  const encoded = context.req.path.split(`/mlflow-artifacts/${name}/`).slice(1).join("/");
  try {
    return safePath(decodeURIComponent(encoded));
  } catch (cause) {
    throw invalidParameter("Invalid path", { cause });
  }
}
