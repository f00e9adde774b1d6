import type { Metric } from "../../../entities/metric.ts";
import {
  decodeLoggedModel,
  encodeLoggedModelStatus,
  type LoggedModelJson,
} from "../../../wire/logged-model.ts";
import { encodeMetric, type MetricJson } from "../../../wire/metric.ts";
import { copyToRepository } from "../../copy-artifacts.ts";
import type { CarriedModel, Item } from "../../items.ts";
import { loggedModelsOf, pairs, type ServerApi } from "../../remote/api.ts";
import type { Report } from "../../report.ts";
import { sendInBatches } from "./batches.ts";
import { type SentIds, SOURCE_TAG } from "./ids.ts";

const METRICS = 1_000;

type Tags = Readonly<Record<string, string>>;

/** A logged model at the server that is to be deleted there. */
interface DeletedModel {
  readonly id: string;
  readonly experimentId: string;
}

/** Sends logged models, as `RunSender` sends runs, and after them. */
export class ModelSender {
  readonly #api: ServerApi;
  readonly #sent: SentIds;
  readonly #report: Report;
  readonly #complete = new Set<string>();
  /** Sent and deleted before, by their id in the tree. */
  readonly #deleted = new Set<string>();
  /** Those here that are deleted, by their id in the tree. */
  readonly #toDelete = new Map<string, DeletedModel>();

  constructor(api: ServerApi, sent: SentIds, report: Report) {
    this.#api = api;
    this.#sent = sent;
    this.#report = report;
  }

  /** Finds logged models of an experiment that were sent before. @param tags - of the experiment at the server */
  async learn(experimentId: string, experimentTags: Tags): Promise<void> {
    for (const [key, id] of Object.entries(experimentTags)) {
      if (!key.startsWith(SOURCE_TAG.deletedModel)) continue;
      const source = key.slice(SOURCE_TAG.deletedModel.length);
      this.#deleted.add(source);
      this.#sent.models.set(source, { id, artifactUri: "" });
    }
    const filter = `tags.\`${SOURCE_TAG.model}\` LIKE '%'`;
    for await (const models of loggedModelsOf(this.#api, experimentId, filter)) {
      for (const { modelId, artifactLocation, tags, status } of models) {
        const source = tags[SOURCE_TAG.model] ?? "";
        this.#deleted.delete(source);
        this.#sent.models.set(source, { id: modelId, artifactUri: artifactLocation });
        if (status !== "PENDING") this.#complete.add(source);
      }
    }
  }

  async take(
    item: Extract<Item, { kind: "loggedModel" }>,
    experimentId: string,
  ): Promise<"carried" | "there"> {
    if (this.#deleted.has(item.id)) return "there";
    const carried = await item.read();
    const { model } = carried;
    const isComplete = this.#complete.has(item.id);
    if (isComplete && model.lifecycleStage !== "deleted") return "there";
    const sent = this.#sent.models.get(item.id) ?? (await this.#create(carried, experimentId));
    this.#sent.models.set(item.id, sent);
    if (model.lifecycleStage === "deleted")
      this.#toDelete.set(item.id, { id: sent.id, experimentId });
    if (isComplete) return "there";
    for await (const points of carried.metrics()) await this.#sendMetrics(item, points, sent.id);
    if (carried.artifacts.kind === "copy") {
      const repository = await this.#api.openArtifacts(sent.artifactUri);
      await copyToRepository(
        carried.artifacts,
        repository,
        `logged model ${item.id}`,
        this.#report,
      );
    }
    if (model.status !== "PENDING") {
      const fields = { model_id: sent.id, status: encodeLoggedModelStatus(model.status) };
      await this.#api.call("PATCH", `logged-models/${sent.id}`, fields);
    }
    return "carried";
  }

  async finish(): Promise<void> {
    for (const [source, { id, experimentId }] of this.#toDelete) {
      // First the note: after that a server does not tell of it.
      await this.#api.post("experiments/set-experiment-tag", {
        experiment_id: experimentId,
        key: `${SOURCE_TAG.deletedModel}${source}`,
        value: id,
      });
      await this.#api.call("DELETE", `logged-models/${id}`, { model_id: id });
    }
  }

  async #create(
    { model }: CarriedModel,
    experimentId: string,
  ): Promise<{ readonly id: string; readonly artifactUri: string }> {
    const { name, modelType, sourceRunId, params, tags } = model;
    const run = sourceRunId === null ? undefined : this.#sent.runs.get(sourceRunId);
    const { model: made } = await this.#api.post<{ model: LoggedModelJson }>("logged-models", {
      experiment_id: experimentId,
      name,
      ...(modelType !== null && { model_type: modelType }),
      ...(run !== undefined && { source_run_id: run.id }),
      params: pairs(params),
      tags: pairs({ ...tags, [SOURCE_TAG.model]: model.modelId }),
    });
    const { modelId, artifactLocation } = decodeLoggedModel(made);
    return { id: modelId, artifactUri: artifactLocation };
  }

  /** A server takes a model's points through the run that logged them, and knows that run's own points again. */
  async #sendMetrics(item: Item, points: readonly Metric[], modelId: string): Promise<void> {
    const byRun = new Map<string, MetricJson[]>();
    for (const { key, value, timestamp, step, datasetName, datasetDigest, runId = "" } of points) {
      const dataset = { dataset_name: datasetName, dataset_digest: datasetDigest };
      const json = encodeMetric({ key, value, timestamp, step });
      byRun.set(runId, [
        ...(byRun.get(runId) ?? []),
        { ...json, ...withoutMissing(dataset), model_id: modelId },
      ]);
    }
    const refused = this.#report.refused(item, "metric");
    for (const [runId, metrics] of byRun) {
      const run = this.#sent.runs.get(runId);
      if (run === undefined) {
        this.#report.note(
          "metrics of logged models need the run that logged them, which was not sent",
          metrics.length,
        );
        continue;
      }
      await sendInBatches(
        metrics,
        METRICS,
        (some) => this.#api.post("runs/log-batch", { run_id: run.id, metrics: some }),
        ({ key }, error) => refused(key, error),
      );
    }
  }
}

function withoutMissing(
  entries: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
