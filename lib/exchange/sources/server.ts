import type { Experiment } from "../../entities/experiment.ts";
import type { LoggedModel } from "../../entities/logged-model.ts";
import type { Metric } from "../../entities/metric.ts";
import type { Run } from "../../entities/run.ts";
import type { TraceInfo } from "../../entities/trace.ts";
import { parseSpans } from "../../format/spans.ts";
import { decodeExperiment, type ExperimentJson } from "../../wire/experiment.ts";
import { decodeMetric, type MetricJson } from "../../wire/metric.ts";
import { decodeModelVersion, type ModelVersionJson } from "../../wire/model-version.ts";
import { decodeRegisteredModel, type RegisteredModelJson } from "../../wire/registered-model.ts";
import { decodeRun, type RunJson } from "../../wire/run.ts";
import { decodeTraceInfo, type TraceInfoJson } from "../../wire/trace.ts";
import { isRemote } from "../destinations/tree.ts";
import {
  type Artifacts,
  type CarriedRegisteredModel,
  type CarriedRun,
  type CarriedTrace,
  type Item,
  type Kind,
  NO_ARTIFACTS,
  type Source,
} from "../items.ts";
import { loggedModelsOf, orMissing, quoted, ServerApi } from "../remote/api.ts";
import type { Report } from "../report.ts";
import type { ArtifactChoice } from "./database/artifacts.ts";

/** Most entries that MLflow's server gives in one answer to each search. */
const PAGE = 1_000;
const TRACES = 100;
const POINTS = 10_000;

const PROMPTS = "tags.`mlflow.prompt.is_prompt` = 'true'";

/** A running MLflow server. */
export class ServerSource implements Source {
  readonly #api: ServerApi;
  readonly #artifacts: ArtifactChoice;
  readonly #report: Report;

  constructor(url: string, artifacts: ArtifactChoice, report: Report) {
    this.#api = new ServerApi(url);
    this.#artifacts = artifacts;
    this.#report = report;
  }

  /** A server does not count. */
  async count(): Promise<Partial<Record<Kind, number>>> {
    return {};
  }

  async *items(): AsyncGenerator<Item> {
    const fields = { view_type: "ALL", max_results: PAGE };
    const pages = this.#api.pages<ExperimentJson>(
      "POST",
      "experiments/search",
      fields,
      "experiments",
    );
    for await (const page of pages) {
      for (const experiment of page.map(decodeExperiment)) {
        const id = experiment.experimentId;
        yield { kind: "experiment", id, experiment };
        yield* this.#runs(experiment);
        yield* this.#models(experiment);
        yield* this.#traces(experiment);
      }
    }
    this.#report.note(
      "a server does not tell of deleted logged models, nor when a run was deleted",
    );
    yield* this.#registeredModels("");
    yield* this.#registeredModels(PROMPTS);
  }

  async close(): Promise<void> {
    this.#api.close();
  }

  async *#runs({ experimentId }: Experiment): AsyncGenerator<Item> {
    const fields = { experiment_ids: [experimentId], run_view_type: "ALL", max_results: PAGE };
    for await (const page of this.#api.pages<RunJson>("POST", "runs/search", fields, "runs")) {
      for (const run of page.map(decodeRun)) {
        const id = run.info.runId;
        yield { kind: "run", id, experimentId, read: async () => this.#carriedRun(run) };
      }
    }
  }

  #carriedRun({ info, data, inputs, outputs }: Run): CarriedRun {
    return {
      info,
      deletedTime: null,
      params: data.params,
      tags: data.tags,
      latest: data.metrics,
      inputs,
      outputs,
      metrics: () => this.#histories(info.runId, data.metrics),
      artifacts: this.#artifactsAt(info.artifactUri),
    };
  }

  async *#histories(
    runId: string,
    latest: Run["data"]["metrics"],
  ): AsyncGenerator<readonly Metric[]> {
    for (const [key, value] of Object.entries(latest)) {
      const fields = { run_id: runId, metric_key: key, max_results: POINTS };
      const pages = this.#api.pages<MetricJson>("GET", "metrics/get-history", fields, "metrics");
      for await (const page of pages) yield withNans(page.map(decodeMetric), Number.isNaN(value));
    }
  }

  async *#models({ experimentId }: Experiment): AsyncGenerator<Item> {
    for await (const models of loggedModelsOf(this.#api, experimentId)) {
      for (const model of models) {
        yield {
          kind: "loggedModel",
          id: model.modelId,
          experimentId,
          read: async () => ({
            model,
            metrics: () => metricsOf(model),
            artifacts: this.#artifactsAt(model.artifactLocation),
          }),
        };
      }
    }
  }

  async *#traces({ experimentId }: Experiment): AsyncGenerator<Item> {
    const location = {
      type: "MLFLOW_EXPERIMENT",
      mlflow_experiment: { experiment_id: experimentId },
    };
    const fields = { locations: [location], max_results: TRACES };
    const path = "/api/3.0/mlflow/traces/search";
    const pages = this.#api.pages<TraceInfoJson>("POST", path, fields, "traces");
    for (;;) {
      const page = await orMissing(pages.next());
      if (page === undefined) this.#report.note("traces of a server of MLflow 2 are not carried");
      if (page === undefined || page.done) return;
      for (const info of page.value.map(decodeTraceInfo)) {
        yield {
          kind: "trace",
          id: info.traceId,
          experimentId,
          read: () => this.#carriedTrace({ ...info, experimentId }),
        };
      }
    }
  }

  async #carriedTrace(info: TraceInfo): Promise<CarriedTrace> {
    // Gives the spans wherever the server keeps them.
    const path = "/ajax-api/2.0/mlflow/get-trace-artifact";
    const json = await this.#api.text(path, { request_id: info.traceId });
    return { info, spans: parseSpans(json, `trace ${info.traceId}`), artifacts: NO_ARTIFACTS };
  }

  async *#registeredModels(filter: string): AsyncGenerator<Item> {
    const fields = { max_results: 100, ...(filter !== "" && { filter }) };
    const path = "registered-models/search";
    const pages = this.#api.pages<RegisteredModelJson>("GET", path, fields, "registered_models");
    for await (const page of pages) {
      for (const json of page) {
        const read = (): Promise<CarriedRegisteredModel> => this.#readRegisteredModel(json, filter);
        yield { kind: "registeredModel", id: json.name, experimentId: "", read };
      }
    }
  }

  async #readRegisteredModel(
    json: RegisteredModelJson,
    filter: string,
  ): Promise<CarriedRegisteredModel> {
    const model = decodeRegisteredModel(json);
    const named = `name = ${quoted(model.name)}`;
    const fields = {
      filter: filter === "" ? named : `${named} AND ${filter}`,
      max_results: PAGE,
      order_by: ["version_number ASC"],
    };
    const versions: ModelVersionJson[] = [];
    const path = "model-versions/search";
    const pages = this.#api.pages<ModelVersionJson>("GET", path, fields, "model_versions");
    for await (const page of pages) versions.push(...page);
    const numbers = new Set(versions.map(({ version }) => Number(version)));
    const highest = Math.max(0, ...numbers);
    return {
      model,
      versions: await Promise.all(
        versions.map(async (version) => {
          const { artifact_uri: uri } = await this.#api.get<{ artifact_uri: string }>(
            "model-versions/get-download-uri",
            { name: model.name, version: version.version },
          );
          return { ...decodeModelVersion(version), storageLocation: uri };
        }),
      ),
      deletedVersions: Array.from({ length: highest }, (_, i) => i + 1)
        .filter((number) => !numbers.has(number))
        .map(String),
    };
  }

  #artifactsAt(uri: string | null): Artifacts {
    if (this.#artifacts === "none" || !uri) return NO_ARTIFACTS;
    if (isRemote(uri) && this.#artifacts === "stay") {
      this.#report.note("artifacts stay where they are, in the server's bucket");
      return { kind: "stay", uri };
    }
    return { kind: "copy", open: () => this.#api.openArtifacts(uri) };
  }
}

/**
 * Among points of one step and time NaN is the latest only when it comes first, and what is the latest the server has told.
 */
function withNans(points: readonly Metric[], first: boolean): readonly Metric[] {
  if (!points.some(({ value }) => Number.isNaN(value))) return points;
  let tie = 0;
  const ranked = points.map((point, i) => {
    const before = points[i - 1];
    if (before?.timestamp !== point.timestamp || before.step !== point.step) tie++;
    return { point, tie, rank: Number.isNaN(point.value) === first ? 0 : 1 };
  });
  return ranked.sort((a, b) => a.tie - b.tie || a.rank - b.rank).map(({ point }) => point);
}

/** A server over a database tells all points of a logged model with it. */
async function* metricsOf(model: LoggedModel): AsyncGenerator<readonly Metric[]> {
  yield model.metrics;
}
