import type { Metric } from "../../../entities/metric.ts";
import type { RunInputs, RunOutputs } from "../../../entities/run.ts";
import { MLFLOW_TAG } from "../../../entities/tag.ts";
import { encodeDatasetInput } from "../../../wire/dataset.ts";
import { decodeMetric, encodeMetric, type MetricJson } from "../../../wire/metric.ts";
import { decodeRun, type RunJson } from "../../../wire/run.ts";
import { copyToRepository } from "../../copy-artifacts.ts";
import type { CarriedRun, Item } from "../../items.ts";
import { pairs, type ServerApi } from "../../remote/api.ts";
import type { Report } from "../../report.ts";
import { sendInBatches } from "./batches.ts";
import { type SentIds, type SentRun, SOURCE_TAG } from "./ids.ts";

/** MLflow's limits of a batch. */
const METRICS = 1_000;
const PARAMS = 100;
const TAGS = 100;

/** What MLflow's database makes of an infinite value. */
const LARGEST = 1.7976931348623157e308;

interface Links {
  readonly inputs: RunInputs;
  readonly outputs: RunOutputs;
}

/** Sends runs. One that was begun before is found by its tag and completed. */
export class RunSender {
  readonly #api: ServerApi;
  readonly #sent: SentIds;
  readonly #report: Report;
  readonly #links = new Map<SentRun, Links>();
  readonly #toDelete: SentRun[] = [];
  /** Runs here whose parent was not sent when they were, to its id in the tree. */
  readonly #orphans = new Map<string, string>();

  constructor(api: ServerApi, sent: SentIds, report: Report) {
    this.#api = api;
    this.#sent = sent;
    this.#report = report;
  }

  /** Finds runs of an experiment that were sent before. */
  async learn(experimentId: string): Promise<void> {
    const fields = {
      experiment_ids: [experimentId],
      run_view_type: "ALL",
      max_results: 1_000,
      filter: `tags.\`${SOURCE_TAG.run}\` LIKE '%'`,
    };
    for await (const page of this.#api.pages<RunJson>("POST", "runs/search", fields, "runs")) {
      for (const json of page) {
        const source = decodeRun(json).data.tags[SOURCE_TAG.run];
        if (source !== undefined) this.#sent.runs.set(source, toSent(json));
      }
    }
  }

  async take(
    item: Extract<Item, { kind: "run" }>,
    experimentId: string,
  ): Promise<"carried" | "there"> {
    const run = await item.read();
    const known = this.#sent.runs.get(item.id);
    const sent = known ?? (await this.#create(run, experimentId));
    this.#sent.runs.set(item.id, sent);
    this.#links.set(sent, run);
    // Its parent was not there when it was created, be it by a try before.
    const parent = run.tags[MLFLOW_TAG.parentRunId];
    if (parent !== undefined && sent.parentRunId === parent) this.#orphans.set(sent.id, parent);
    if (run.info.lifecycleStage === "deleted") this.#toDelete.push(sent);
    if (known !== undefined && isComplete(known, run)) return "there";
    if (sent.isDeleted) await this.#api.post("runs/restore", { run_id: sent.id });
    const points = await this.#sendContent(item, run, sent, known !== undefined);
    if (known?.status === run.info.status && points === 0) return "there";
    const { status, endTime } = run.info;
    await this.#api.post("runs/update", {
      run_id: sent.id,
      status,
      ...(endTime !== null && { end_time: endTime }),
    });
    return "carried";
  }

  /** What must wait for all runs and models: links between them, and that some are deleted. */
  async finish(): Promise<void> {
    for (const [id, parent] of this.#orphans) {
      const value = this.#sent.runs.get(parent)?.id;
      if (value === undefined) continue;
      await this.#api.post("runs/set-tag", { run_id: id, key: MLFLOW_TAG.parentRunId, value });
    }
    for (const [run, links] of this.#links) {
      if (!run.isDeleted) await this.#link(run, links);
    }
    for (const { id } of this.#toDelete) await this.#api.post("runs/delete", { run_id: id });
  }

  async #create({ info, tags }: CarriedRun, experimentId: string): Promise<SentRun> {
    const parent = tags[MLFLOW_TAG.parentRunId];
    const parentHere = parent === undefined ? undefined : this.#sent.runs.get(parent)?.id;
    const { run } = await this.#api.post<{ run: RunJson }>("runs/create", {
      experiment_id: experimentId,
      user_id: info.userId,
      start_time: info.startTime,
      ...(info.runName !== "" && { run_name: info.runName }),
      tags: pairs({
        ...tags,
        ...(parentHere !== undefined && { [MLFLOW_TAG.parentRunId]: parentHere }),
        [SOURCE_TAG.run]: info.runId,
      }),
    });
    return toSent(run);
  }

  /** @returns how many points were sent */
  async #sendContent(
    item: Item,
    run: CarriedRun,
    { id, artifactUri }: SentRun,
    isBegun: boolean,
  ): Promise<number> {
    const before = this.#report.metricPoints;
    const batch = (fields: object): Promise<unknown> =>
      this.#api.post("runs/log-batch", { run_id: id, ...fields });
    const refused = this.#report.refused(item, "key");
    const tellKey = (
      { key }: { readonly key: string },
      error: Parameters<typeof refused>[1],
    ): void => refused(key, error);
    const params = pairs(run.params);
    await sendInBatches(params, PARAMS, (some) => batch({ params: some }), tellKey);
    // Tags went along with the creation; a run that was begun may have lost some since.
    if (isBegun) await this.#sendTags(run, batch, tellKey);
    const known = isBegun ? await this.#pointsOf(id, run) : new Set<string>();
    for await (const points of run.metrics()) {
      const missing = points.filter((point) => !known.has(spelled(point)));
      this.#report.note(
        "infinite values arrive as the largest number, where the server has a database",
        missing.filter(({ value }) => Math.abs(value) === Number.POSITIVE_INFINITY).length,
      );
      const metrics = missing.map(({ key, value, timestamp, step }) =>
        encodeMetric({ key, value, timestamp, step }),
      );
      await sendInBatches(metrics, METRICS, (some) => batch({ metrics: some }), tellKey);
      this.#report.metricPoints += metrics.length;
    }
    const datasets = run.inputs.datasetInputs.map(encodeDatasetInput);
    if (datasets.length > 0) await this.#api.post("runs/log-inputs", { run_id: id, datasets });
    if (run.artifacts.kind === "copy") {
      const repository = await this.#api.openArtifacts(artifactUri);
      await copyToRepository(run.artifacts, repository, `run ${item.id}`, this.#report);
    }
    return this.#report.metricPoints - before;
  }

  async #sendTags(
    { tags }: CarriedRun,
    batch: (fields: object) => Promise<unknown>,
    tell: Parameters<typeof sendInBatches<{ key: string; value: string }>>[3],
  ): Promise<void> {
    const { [MLFLOW_TAG.parentRunId]: _, ...others } = tags;
    await sendInBatches(pairs(others), TAGS, (some) => batch({ tags: some }), tell);
  }

  /** Points that have arrived: a server over files would keep a second copy. */
  async #pointsOf(id: string, run: CarriedRun): Promise<ReadonlySet<string>> {
    const keys = new Set<string>();
    for await (const points of run.metrics()) for (const { key } of points) keys.add(key);
    const known = new Set<string>();
    for (const key of keys) {
      const fields = { run_id: id, metric_key: key, max_results: 10_000 };
      const pages = this.#api.pages<MetricJson>("GET", "metrics/get-history", fields, "metrics");
      for await (const page of pages)
        for (const json of page) known.add(spelled(decodeMetric(json)));
    }
    return known;
  }

  async #link(run: SentRun, { inputs, outputs }: Links): Promise<void> {
    const idOf = (id: string): string => this.#sent.models.get(id)?.id ?? id;
    const isNew = (model: { readonly model_id: string }): boolean =>
      !run.modelIds.has(model.model_id);
    const made = outputs.modelOutputs
      .map(({ modelId, step }) => ({ model_id: idOf(modelId), step }))
      .filter(isNew);
    const used = inputs.modelInputs
      .map(({ modelId }) => ({ model_id: idOf(modelId) }))
      .filter(isNew);
    if (made.length > 0) await this.#api.post("runs/outputs", { run_id: run.id, models: made });
    if (used.length > 0) await this.#api.post("runs/log-inputs", { run_id: run.id, models: used });
  }
}

/** Status and end are sent last. A run that goes on is looked at each time. */
function isComplete(sent: SentRun, { info }: CarriedRun): boolean {
  return info.status !== "RUNNING" && sent.status === info.status && sent.endTime === info.endTime;
}

function toSent(json: RunJson): SentRun {
  const { info, data, inputs, outputs } = decodeRun(json);
  return {
    id: info.runId,
    artifactUri: info.artifactUri ?? "",
    status: info.status,
    endTime: info.endTime,
    isDeleted: info.lifecycleStage === "deleted",
    parentRunId: data.tags[MLFLOW_TAG.parentRunId],
    modelIds: new Set(
      [...inputs.modelInputs, ...outputs.modelOutputs].map(({ modelId }) => modelId),
    ),
  };
}

function spelled({ key, value, timestamp, step }: Metric): string {
  const clamped = Math.max(-LARGEST, Math.min(LARGEST, value));
  return JSON.stringify([key, timestamp, step, String(clamped)]);
}
