import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { invalidParameter, MlrunsError } from "../errors.ts";
import type { Api } from "./endpoint.ts";

/** What a model version is to be made from. */
export interface ModelSource {
  readonly source: string;
  readonly runId: string | undefined;
  readonly modelId: string | undefined;
}

/** Sources that prompts have, which have no files. */
const PROMPT_SOURCES: ReadonlySet<string> = new Set(["dummy-source", "prompt-template"]);

/**
 * Checks the source of a new model version: whoever loads the version reads what lies there, so it may only be a place that
 * the request's run or model has anyway.
 *
 * @returns the source as the tree is to record it, with the run and model that a `models:/name/version` stands for
 * @throws MlrunsError INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 * @see MLflow 3.17 `mlflow.server.handlers._create_model_version`
 */
export async function checkModelSource(
  api: Api,
  given: ModelSource,
  tags: Readonly<Record<string, string>>,
): Promise<ModelSource> {
  const { source } = given;
  const allowed = process.env.MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX;
  if (allowed && !new RegExp(allowed).test(source)) {
    throw invalidParameter(`Invalid model version source: '${source}'.`);
  }
  if (tags[MLFLOW_TAG.isPrompt]?.toLowerCase() === "true") {
    if (PROMPT_SOURCES.has(source)) return given;
    throw invalidParameter(
      `Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`,
    );
  }
  const resolved = await resolveRegistered(api, given);
  const isOfModel = Boolean(resolved.modelId);
  if (isLocal(source)) await checkLocal(api, resolved);
  else {
    refuseTraversal(source);
    if (isOfModel) await checkOwner(api, resolved, "model_id");
    else await checkOwner(api, resolved, "run_id");
  }
  return { ...resolved, source: await api.locations.asRecorded(resolved.source) };
}

/** `models:/name/version`, `models:/name/stage` and `models:/name@alias` become the version they name now. */
async function resolveRegistered({ client }: Api, given: ModelSource): Promise<ModelSource> {
  const match = /^models:\/+(?:([^/@]+)\/([^/]+)|([^/]+)@([^/@]+))$/.exec(given.source);
  if (match === null) return given;
  const name = match[1] ?? match[3] ?? "";
  const suffix = match[2] ?? "";
  const { tags } = await client.getRegisteredModel(name);
  if (tags[MLFLOW_TAG.isPrompt]?.toLowerCase() === "true") {
    throw invalidParameter(
      `Invalid model version source: '${given.source}'. Prompt versions cannot be used as model version sources.`,
    );
  }
  const version =
    match[4] !== undefined
      ? await client.getModelVersionByAlias(name, match[4])
      : /^\d+$/.test(suffix)
        ? await client.getModelVersion(name, suffix)
        : await latestOf({ client }, name, suffix);
  const isOther = (asked: string | undefined, actual: string | null): boolean =>
    asked !== undefined && asked !== (actual ?? "");
  if (isOther(given.runId, version.runId) || isOther(given.modelId, version.modelId)) {
    throw invalidParameter(
      `Invalid model version source: '${given.source}'. The run_id and model_id request parameters must match the` +
        " referenced model version.",
    );
  }
  return {
    source: `models:/${name}/${version.version}`,
    runId: version.runId ?? undefined,
    modelId: version.modelId ?? undefined,
  };
}

async function latestOf(
  { client }: Pick<Api, "client">,
  name: string,
  stage: string,
): Promise<{ version: string; runId: string | null; modelId: string | null }> {
  const stages = stage.toLowerCase() === "latest" ? [] : [stage];
  const versions = await client.getLatestVersions(name, stages);
  const newest = versions.toSorted((a, b) => Number(b.version) - Number(a.version))[0];
  if (newest !== undefined) return newest;
  throw new MlrunsError(
    "RESOURCE_DOES_NOT_EXIST",
    `No versions of model with name '${name}' and stage '${stage}' found`,
  );
}

/** A path or file URI is of the server's machine: only what lies in the run's or model's own folder may be named. */
async function checkLocal({ client }: Api, { source, runId, modelId }: ModelSource): Promise<void> {
  const name = modelId ? "model_id" : "run_id";
  try {
    const path = toPath(source);
    const place = modelId
      ? client.artifactPlaceOfModel(modelId)
      : runId
        ? await client.findArtifactPlace(runId)
        : undefined;
    const folder = place?.kind === "folder" ? place.folder : undefined;
    if (folder !== undefined && (path === folder || path.startsWith(folder + sep))) return;
  } catch (error) {
    if (!(error instanceof MlrunsError) && !(error instanceof TypeError)) throw error;
  }
  throw invalidParameter(
    `Invalid model version source: '${source}'. To use a local path as a model version source, the ${name} request` +
      ` parameter has to be specified and the local path has to be contained within the artifact directory of the run` +
      ` specified by the ${name}.`,
  );
}

/** What is asked of this server must be the run's or model's own. */
async function checkOwner(
  api: Api,
  { source, runId, modelId }: ModelSource,
  name: "run_id" | "model_id",
): Promise<void> {
  const refuse = (named: "run_id" | "model_id" = name): never => {
    throw invalidParameter(
      `Invalid model version source: '${source}'. The ${named} request parameter must identify the resource that` +
        " contains the source.",
    );
  };
  const [, scheme = "", authority, rest = ""] =
    /^([^:/]+):(\/\/[^/]*)?\/*(.*)$/s.exec(source) ?? [];
  if (scheme === "runs" || scheme === "models") {
    const named = scheme === "models" ? "model_id" : name;
    if (authority !== undefined) refuse(named);
    const id = rest.split("/")[0];
    if (scheme === "runs" && (name === "model_id" || id !== runId)) refuse();
    const isModelId = scheme === "models" && /^[^/@]+$/.test(rest);
    if (isModelId && id !== modelId) refuse(named);
    return;
  }
  const path = proxiedPath(source);
  if (path === undefined) return;
  const owner = await api.locations.ownerOf(path);
  if (owner === undefined) return;
  if (owner.kind !== (name === "run_id" ? "run" : "model")) refuse();
  if (owner.id !== (name === "run_id" ? runId : modelId)) refuse();
}

/** The path that the artifact proxy is asked for; undefined when the source is none of its. */
function proxiedPath(source: string): string | undefined {
  const own = /^mlflow-artifacts:(?:\/\/[^/]*)?\/*(.*)$/i.exec(source);
  if (own !== null) return decodedFully(own[1] ?? "");
  const url = /^https?:\/\/[^?#]*\/api\/2\.0\/mlflow-artifacts\/artifacts\/([^?#]*)/i.exec(source);
  return url === null ? undefined : decodedFully(url[1] ?? "");
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE for `..` and the like, however often it is encoded */
function refuseTraversal(source: string): void {
  const decoded = decodedFully(source);
  const path = decoded.replace(/^[^:/]+:(\/\/[^/]*)?/, "").split(/[?#]/)[0] ?? "";
  const parts = path.replace(/\/+$/, "").split("/");
  const isBad =
    decoded.includes("\0") ||
    decoded.split("/").includes("..") ||
    parts.includes(".") ||
    (path !== "" && !path.startsWith("/"));
  if (!isBad) return;
  throw invalidParameter(
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp,` +
      " objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references" +
      " present. Please provide an absolute path.",
  );
}

function isLocal(source: string): boolean {
  return !/^(?!file:)[a-zA-Z][a-zA-Z0-9+.-]*:/i.test(source);
}

function toPath(source: string): string {
  if (!/^file:/i.test(source)) return resolve(source);
  return fileURLToPath(source.replace(/^file:\/\/(localhost)?(?=\/)/i, "file://"));
}

function decodedFully(text: string): string {
  for (let decoded = text; ; ) {
    const next = decoded.replaceAll("+", " ").replace(/(?:%[0-9a-fA-F]{2})+/g, decodeOrKeep);
    if (next === decoded) return decoded;
    decoded = next;
  }
}

function decodeOrKeep(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}
