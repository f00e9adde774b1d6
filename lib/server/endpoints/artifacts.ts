import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { Context } from "hono";
import * as v from "valibot";
import { baseName } from "../../entities/artifact-path.ts";
import { invalidParameter } from "../../errors.ts";
import { encodeFileInfo } from "../../wire/file-info.ts";
import { compact, someOf } from "../../wire/json.ts";
import { jsonAnswer } from "../answer.ts";
import { sendFile } from "../download.ts";
import { type Api, type Endpoint, endpoint, rawEndpoint } from "../endpoint.ts";
import { safePath } from "../locations.ts";
import { missingParameter, readBytes, requiredQuery } from "../request.ts";
import { required, text } from "../schema.ts";

const PROXY = "/2.0/mlflow-artifacts";
const BASE = "/2.0/mlflow/artifacts";
const LARGEST_FORM_UPLOAD = 10 * 1024 * 1024;

export const artifactEndpoints: readonly Endpoint[] = [
  // Before the paths below it: hono's `/artifacts/*` matches `/artifacts` as well.
  endpoint(
    "GET",
    `${PROXY}/artifacts`,
    v.object({ path: v.optional(text, "") }),
    async ({ locations }, request) => {
      const { artifacts, path } = await locations.open(request.path);
      const files = await artifacts.listFolder(path);
      return compact({
        files: someOf(files.map((file) => encodeFileInfo({ ...file, path: baseName(file.path) }))),
      });
    },
    { isProxy: true },
  ),
  rawEndpoint("PUT", `${PROXY}/artifacts/*`, upload, { isProxy: true }),
  rawEndpoint("GET", `${PROXY}/artifacts/*`, download, { isProxy: true }),
  rawEndpoint(
    "DELETE",
    `${PROXY}/artifacts/*`,
    async ({ locations }, context) => {
      const { artifacts, path } = await locations.open(proxiedPath(context));
      // An empty path is the whole of a run's artifacts: their folder is part of the run.
      if (path !== "") await artifacts.delete(path);
      else for (const file of await artifacts.listFolder("")) await artifacts.delete(file.path);
      return jsonAnswer({});
    },
    { isProxy: true },
  ),
  endpoint(
    "GET",
    `${BASE}/list`,
    v.object({ run_id: required, path: v.optional(text), page_token: v.optional(text) }),
    async ({ client, locations }, request) => {
      const info = await client.getRunInfo(request.run_id);
      const folder = safePath(request.path ?? "");
      const files = await client.listArtifacts(request.run_id, folder);
      return compact({
        root_uri: locations.ofRun(info),
        files: someOf(files.map(encodeFileInfo)),
      });
    },
  ),
  rawEndpoint(
    "GET",
    "/get-artifact",
    async ({ client }, context) => {
      const runId = context.req.query("run_id") || context.req.query("run_uuid");
      if (!runId) throw missingParameter("run_id");
      const path = safePath(requiredQuery(context, "path"));
      const { experimentId } = await client.getRunInfo(runId);
      const artifacts = await client.openRunArtifacts(runId);
      return sendFile(context, artifacts, path, `${experimentId}/${runId}/artifacts/${path}`);
    },
    { mount: "root" },
  ),
  rawEndpoint(
    "POST",
    "/2.0/mlflow/upload-artifact",
    async ({ client }, context) => {
      const runId = context.req.query("run_uuid");
      if (!runId) throw invalidParameter("Request must specify run_uuid.");
      const name = context.req.query("path");
      if (!name) throw invalidParameter("Request must specify path.");
      const path = safePath(name);
      const bytes = await readBytes(context, LARGEST_FORM_UPLOAD);
      if (bytes.byteLength === 0) throw invalidParameter("Request must specify data.");
      await client.logBytes(runId, bytes, path);
      return new Response(null, { headers: { "content-type": "application/json" } });
    },
    { mount: "ajax" },
  ),
];

async function upload({ locations }: Api, context: Context): Promise<Response> {
  const { artifacts, path } = await locations.open(proxiedPath(context));
  if (path === "") throw invalidParameter("Invalid path");
  const { body } = context.req.raw;
  const content = body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
  await artifacts.write(path, content);
  return new Response(null, { headers: { "content-length": "0" } });
}

async function download({ locations }: Api, context: Context): Promise<Response> {
  const whole = proxiedPath(context);
  const { artifacts, path } = await locations.open(whole);
  return sendFile(context, artifacts, path, whole);
}

/** The path behind `/mlflow-artifacts/artifacts/`, decoded once. */
function proxiedPath(context: Context): string {
  const [, encoded = ""] = context.req.path.split(/\/mlflow-artifacts\/artifacts\/(.*)$/s);
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw invalidParameter("Invalid path");
  }
}
