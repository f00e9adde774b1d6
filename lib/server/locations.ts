import { join, sep } from "node:path";
import type { ArtifactRepository } from "../client/artifact-client.ts";
import type { MlrunsClient } from "../client/client.ts";
import { validateArtifactPath } from "../entities/artifact-path.ts";
import type { Experiment } from "../entities/experiment.ts";
import type { ArtifactPlace } from "../entities/file-info.ts";
import type { LoggedModel } from "../entities/logged-model.ts";
import type { RunInfo } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import type { TraceInfo } from "../entities/trace.ts";
import { isRunId, posixNormal } from "../entities/validate.ts";
import { invalidParameter, MlrunsError } from "../errors.ts";
import type { ApiOptions } from "./options.ts";

/** A place that the artifact proxy serves, and the path below it. */
export interface ProxiedPath {
  readonly artifacts: ArtifactRepository;
  readonly path: string;
}

/** What has artifacts, and the path of one below them. */
interface Owner {
  readonly kind: "run" | "model" | "trace";
  readonly id: string;
  readonly place: ArtifactPlace;
  readonly rest: string;
}

/**
 * Translates between where artifacts lie and what clients are told.
 *
 * What the tree holds, in whatever form its URIs have, clients reach through this server: they are told
 * `mlflow-artifacts:/<experiment>/<run>/artifacts` and ask the proxy for the path behind the scheme. What lies elsewhere
 * they are told as it is recorded.
 */
export class Locations {
  readonly #client: MlrunsClient;
  readonly #options: ApiOptions;

  constructor(client: MlrunsClient, options: ApiOptions) {
    this.#client = client;
    this.#options = options;
  }

  ofExperiment(experiment: Experiment): string {
    const place = this.#client.artifactPlaceOfExperiment(experiment);
    return this.#told(place, experiment.artifactLocation, experiment.experimentId);
  }

  ofRun(info: RunInfo): string {
    const tail = `${info.experimentId}/${info.runId}/artifacts`;
    return this.#told(this.#client.artifactPlaceOf(info), info.artifactUri ?? "", tail);
  }

  ofLoggedModel({ experimentId, modelId, artifactLocation }: LoggedModel): string {
    const tail = `${experimentId}/models/${modelId}/artifacts`;
    return this.#told(this.#client.artifactPlaceOfModel(modelId), artifactLocation, tail);
  }

  ofTrace({ experimentId, traceId, tags }: TraceInfo): string {
    const recorded = tags[MLFLOW_TAG.artifactLocation] ?? "";
    const tail = `${experimentId}/traces/${traceId}/artifacts`;
    return this.#told(this.#client.artifactPlaceOfTrace(traceId), recorded, tail);
  }

  /**
   * Where a model version's files are, as clients are told: a source below a run or model of the tree, in whatever form, is
   * told by that run's or model's own location.
   */
  async ofSource(source: string): Promise<string> {
    // What lies in another store is told as it is, unless this server fetches it for its clients.
    const { artifactsRoot, proxyArtifactsRoot } = this.#options;
    const isProxied = proxyArtifactsRoot && artifactsRoot && source.startsWith(artifactsRoot);
    if (!isProxied && /^(?!file:|mlflow-artifacts:)[a-z][a-z0-9+.-]+:/i.test(source)) return source;
    const owner = /(?:^|\/)(?:models\/(m-[^/]+)|([^/:]+))\/artifacts(\/.*)?$/.exec(source);
    if (owner === null) return source;
    const [, modelId, runId, rest = ""] = owner;
    try {
      const base =
        modelId === undefined
          ? await this.#locate(runId ?? "")
          : this.ofLoggedModel(await this.#client.getLoggedModel(modelId));
      return base === undefined ? source : base + rest;
    } catch (error) {
      // A model that is registered outlives the run that made it.
      if (error instanceof MlrunsError) return source;
      throw error;
    }
  }

  /**
   * Finds what a path of the artifact proxy names: artifacts of a run, model or trace, or else a file beside the tree, where
   * `mlflow server` would keep it.
   *
   * @param path - below `/mlflow-artifacts/artifacts/`, decoded
   * @throws MlrunsError INVALID_PARAMETER_VALUE for a path that leads out
   */
  async open(path: string): Promise<ProxiedPath> {
    const normal = safePath(path);
    const owned = await this.ownerOf(normal);
    if (owned === undefined) {
      const place = { kind: "folder", folder: this.#destination } as const;
      return { artifacts: await this.#client.openArtifacts(place), path: normal };
    }
    return { artifacts: await this.#client.openArtifacts(owned.place), path: owned.rest };
  }

  /** The run, model or trace in whose artifacts a path of the proxy lies. */
  async ownerOf(path: string): Promise<Owner | undefined> {
    const parts = path.split("/");
    const end = parts.indexOf("artifacts", 1);
    if (end === -1) return undefined;
    try {
      return await this.#ownerAt(parts, end);
    } catch (error) {
      if (error instanceof MlrunsError) return undefined;
      throw error;
    }
  }

  /**
   * A location that a client names, as the tree is to record it: a proxied one means nothing without this server, so what
   * lies in the artifacts of a run or model is recorded below theirs.
   */
  async asRecorded(uri: string): Promise<string> {
    if (!/^mlflow-artifacts:/i.test(uri)) return uri;
    const owner = await this.ownerOf(uri.replace(/^mlflow-artifacts:(\/\/[^/]*)?\/*/i, ""));
    const base = owner && (await this.#recordedOf(owner));
    if (!owner || !base) return uri;
    return owner.rest === "" ? base : `${base.replace(/\/+$/, "")}/${owner.rest}`;
  }

  /** @param tail - how the proxied location ends, such as `<experiment>/<run>/artifacts` */
  #told(place: ArtifactPlace, recorded: string, tail: string): string {
    if (/^mlflow-artifacts:/i.test(recorded)) return recorded;
    const proxied = `mlflow-artifacts:/${tail}`;
    const { artifactsRoot, proxyArtifactsRoot = false, serveArtifacts = true } = this.#options;
    const isBelowRoot = artifactsRoot !== undefined && recorded.startsWith(artifactsRoot);
    if (proxyArtifactsRoot && isBelowRoot) return proxied;
    if (place.kind === "remote") return recorded;
    if (!place.folder.startsWith(this.#client.root + sep)) {
      return /^([a-z][a-z0-9+.-]+:|\/)/i.test(recorded) ? recorded : place.folder;
    }
    return serveArtifacts ? proxied : place.folder;
  }

  async #recordedOf({ kind, id }: Owner): Promise<string | null> {
    if (kind === "run") return (await this.#client.getRunInfo(id)).artifactUri;
    return kind === "model" ? (await this.#client.getLoggedModel(id)).artifactLocation : null;
  }

  get #destination(): string {
    return this.#options.artifactsDestination ?? join(this.#client.root, "..", "mlartifacts");
  }

  /** The location of a run of that id; undefined when there is none. */
  async #locate(runId: string): Promise<string | undefined> {
    return isRunId(runId) ? this.ofRun(await this.#client.getRunInfo(runId)) : undefined;
  }

  /** The owner that a part of a path names; undefined when there is none, or when it is told another location. */
  async #ownerAt(parts: readonly string[], end: number): Promise<Owner | undefined> {
    const id = parts[end - 1] ?? "";
    const base = `mlflow-artifacts:/${parts.slice(0, end + 1).join("/")}`;
    const rest = parts.slice(end + 1).join("/");
    switch (parts[end - 2]) {
      case "models": {
        const model = await this.#client.getLoggedModel(id);
        if (this.ofLoggedModel(model) !== base) return undefined;
        return { kind: "model", id, place: this.#client.artifactPlaceOfModel(id), rest };
      }
      case "traces": {
        const info = await this.#client.getTraceInfo(id);
        if (this.ofTrace(info) !== base) return undefined;
        return { kind: "trace", id, place: this.#client.artifactPlaceOfTrace(id), rest };
      }
      default: {
        const info = await this.#client.getRunInfo(id);
        if (this.ofRun(info) !== base) return undefined;
        return { kind: "run", id, place: this.#client.artifactPlaceOf(info), rest };
      }
    }
  }
}

/**
 * A path below a root of artifacts, in normal form.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when it leads out, also after it is percent-decoded once more
 * @see MLflow 3.17 `validate_path_is_safe`
 */
export function safePath(path: string): string {
  for (let decoded = path, last = ""; decoded !== last; ) {
    if (!isSafe(decoded)) throw invalidParameter("Invalid path");
    last = decoded;
    decoded = decodedOnce(decoded);
  }
  const normal = posixNormal(path);
  const relative = normal === "." ? "" : normal;
  validateArtifactPath(relative);
  return relative;
}

function isSafe(path: string): boolean {
  return !/^\/|^[a-zA-Z]:|^file:|[#\\\0]/.test(path) && !path.split("/").includes("..");
}

function decodedOnce(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}
