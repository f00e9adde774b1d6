import type { Experiment } from "../../entities/experiment.ts";
import type { Tag } from "../../entities/tag.ts";
import { MlrunsError } from "../../errors.ts";
import type { NewExperiment } from "../../store/experiments.ts";
import { decodeExperiment, type ExperimentJson } from "../../wire/experiment.ts";
import { variable } from "../environment.ts";
import type { SearchOptions } from "../experiment-client.ts";
import { RunArtifacts } from "../run-artifacts.ts";
import { Connection } from "./connection.ts";
import { connectionSettings } from "./settings.ts";

const BASE = "/api/2.0/mlflow";
const PAGE_SIZE = 1_000;

/** The experiments of a server. */
export abstract class RestExperimentClient extends RunArtifacts {
  protected readonly connection: Connection;

  /**
   * @param trackingUri - address of the server; MLFLOW_TRACKING_URI when left out
   * @throws MlrunsError INVALID_PARAMETER_VALUE when it is no address
   */
  constructor(trackingUri?: string) {
    super();
    const uri = trackingUri || variable("MLFLOW_TRACKING_URI") || "";
    this.connection = new Connection(connectionSettings(uri));
  }

  /** Address of the server. */
  get url(): string {
    return this.connection.settings.url;
  }

  /** @returns the id of the experiment. @throws MlrunsError RESOURCE_ALREADY_EXISTS */
  async createExperiment(name: string, options: NewExperiment = {}): Promise<string> {
    const { artifactLocation, tags } = options;
    const { experiment_id: id } = await this.post<{ experiment_id: string }>("experiments/create", {
      name,
      ...(artifactLocation && { artifact_location: artifactLocation }),
      ...(tags && { tags: toPairs(tags) }),
    });
    return id;
  }

  /** @throws MlrunsError RESOURCE_DOES_NOT_EXIST; a deleted experiment is found */
  async getExperiment(experimentId: string): Promise<Experiment> {
    return this.#getExperiment("experiments/get", { experiment_id: experimentId });
  }

  /** The experiment of that name, active or deleted; undefined when there is none. */
  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    return orUndefined(this.#getExperiment("experiments/get-by-name", { experiment_name: name }));
  }

  async searchExperiments(
    options: SearchOptions = {},
  ): Promise<{ experiments: Experiment[]; nextPageToken: string | undefined }> {
    const page = await this.post<{ experiments?: ExperimentJson[]; next_page_token?: string }>(
      "experiments/search",
      searchFields(options, "view_type"),
    );
    return {
      experiments: (page.experiments ?? []).map(decodeExperiment),
      nextPageToken: page.next_page_token || undefined,
    };
  }

  async renameExperiment(experimentId: string, newName: string): Promise<void> {
    await this.post("experiments/update", { experiment_id: experimentId, new_name: newName });
  }

  async deleteExperiment(experimentId: string): Promise<void> {
    await this.post("experiments/delete", { experiment_id: experimentId });
  }

  async restoreExperiment(experimentId: string): Promise<void> {
    await this.post("experiments/restore", { experiment_id: experimentId });
  }

  async setExperimentTag(experimentId: string, key: string, value: unknown): Promise<void> {
    const tag = { key, value: String(value) };
    await this.post("experiments/set-experiment-tag", { experiment_id: experimentId, ...tag });
  }

  async deleteExperimentTag(experimentId: string, key: string): Promise<void> {
    await this.post("experiments/delete-experiment-tag", { experiment_id: experimentId, key });
  }

  protected request<Answer>(
    method: "PATCH" | "DELETE",
    path: string,
    fields: Readonly<Record<string, unknown>>,
  ): Promise<Answer> {
    return this.connection.call(method, `${BASE}/${path}`, fields);
  }

  protected get<Answer>(path: string, fields: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.connection.call("GET", `${BASE}/${path}`, fields);
  }

  protected post<Answer>(path: string, fields: Readonly<Record<string, unknown>>): Promise<Answer> {
    return this.connection.call("POST", `${BASE}/${path}`, fields);
  }

  async #getExperiment(
    path: string,
    fields: Readonly<Record<string, string>>,
  ): Promise<Experiment> {
    return decodeExperiment(
      (await this.get<{ experiment: ExperimentJson }>(path, fields)).experiment,
    );
  }
}

/** @param viewName - runs and experiments call it differently */
export function searchFields(
  options: SearchOptions,
  viewName: "view_type" | "run_view_type",
): Readonly<Record<string, unknown>> {
  const { filter, orderBy, maxResults = PAGE_SIZE, pageToken, viewType = "ACTIVE_ONLY" } = options;
  return {
    [viewName]: viewType,
    max_results: maxResults,
    ...(filter && { filter }),
    ...(orderBy && { order_by: orderBy }),
    ...(pageToken && { page_token: pageToken }),
  };
}

export function toPairs(entries: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
}

async function orUndefined<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof MlrunsError && error.errorCode === "RESOURCE_DOES_NOT_EXIST")
      return undefined;
    throw error;
  }
}
