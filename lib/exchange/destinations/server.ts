import type { Experiment } from "../../entities/experiment.ts";
import { MlrunsError } from "../../errors.ts";
import { decodeExperiment, type ExperimentJson } from "../../wire/experiment.ts";
import type { Destination, Item, Outcome } from "../items.ts";
import { orMissing, pairs, ServerApi } from "../remote/api.ts";
import type { Report } from "../report.ts";
import { SentIds, SOURCE_TAG } from "./remote/ids.ts";
import { ModelSender } from "./remote/models.ts";
import { RegistrySender } from "./remote/registry.ts";
import { RunSender } from "./remote/runs.ts";
import { TraceSender } from "./remote/traces.ts";

/**
 * A running MLflow server. What was sent before is known by tags that name the ids of the tree, and what was begun is
 * completed: the last thing that is sent of a run or logged model is its status.
 */
export class ServerDestination implements Destination {
  readonly #api: ServerApi;
  readonly #report: Report;
  readonly #sent = new SentIds();
  readonly #runs: RunSender;
  readonly #models: ModelSender;
  readonly #traces: TraceSender;
  readonly #registry: RegistrySender;
  /** Ids at the server. */
  readonly #toDelete: string[] = [];
  /** Ids in the tree of experiments that somebody has deleted at the server. */
  readonly #closed = new Set<string>();

  constructor(url: string, report: Report) {
    this.#api = new ServerApi(url);
    this.#report = report;
    this.#runs = new RunSender(this.#api, this.#sent, report);
    this.#models = new ModelSender(this.#api, this.#sent, report);
    this.#traces = new TraceSender(this.#api, this.#sent, report);
    this.#registry = new RegistrySender(this.#api, this.#sent, report);
  }

  async take(item: Item): Promise<Outcome> {
    if (item.kind === "experiment") return this.#takeExperiment(item.experiment);
    if (item.kind === "registeredModel") return this.#registry.take(item.id, await item.read());
    if (this.#closed.has(item.experimentId)) {
      throw new MlrunsError("INVALID_STATE", "Its experiment is deleted at the server.");
    }
    const experimentId = this.#sent.experiments.get(item.experimentId) ?? item.experimentId;
    if (item.kind === "run") return this.#runs.take(item, experimentId);
    if (item.kind === "trace") return this.#traces.take(item, experimentId);
    return this.#models.take(item, experimentId);
  }

  async finish(): Promise<void> {
    await this.#runs.finish();
    await this.#models.finish();
    for (const id of this.#toDelete) {
      await this.#api.post("experiments/delete", { experiment_id: id });
    }
    const { experiment, run, loggedModel, registeredModel, modelVersion } = this.#report.counts;
    this.#report.note(
      "runs and logged models have ids of the server; the tags mlruns.source.runId and mlruns.source.modelId name the old ones",
      run.carried + loggedModel.carried > 0 ? 1 : 0,
    );
    this.#report.note(
      "the server's clock says when experiments, logged models, registered models and versions were made: its API takes no times for them",
      [experiment, loggedModel, registeredModel, modelVersion].some(({ carried }) => carried > 0)
        ? 1
        : 0,
    );
  }

  async close(): Promise<void> {
    this.#api.close();
  }

  async #takeExperiment(experiment: Experiment): Promise<"carried" | "there"> {
    const { experimentId, name, tags, lifecycleStage } = experiment;
    const answer = await orMissing(
      this.#api.get<{ experiment: ExperimentJson }>("experiments/get-by-name", {
        experiment_name: name,
      }),
    );
    const known = answer && decodeExperiment(answer.experiment);
    const isOurs = known === undefined || known.tags[SOURCE_TAG.experiment] === experimentId;
    const isDeleted = lifecycleStage === "deleted";
    if (known?.lifecycleStage === "deleted" && !(isOurs && isDeleted)) {
      this.#closed.add(experimentId);
      throw new MlrunsError("INVALID_STATE", `'${name}' is deleted at the server.`, {
        hint: "Restore it there, and export again.",
      });
    }
    const id =
      known?.experimentId ??
      (await this.#create(name, { ...tags, [SOURCE_TAG.experiment]: experimentId }));
    this.#sent.experiments.set(experimentId, id);
    if (known?.lifecycleStage === "deleted") {
      await this.#api.post("experiments/restore", { experiment_id: id });
    }
    // By its tag it is known again when this process is killed before the last step.
    if (isDeleted && isOurs) this.#toDelete.push(id);
    if (known === undefined) return "carried";
    for (const [key, value] of Object.entries(tags)) {
      if (key in known.tags) continue;
      await this.#api.post("experiments/set-experiment-tag", { experiment_id: id, key, value });
    }
    await this.#runs.learn(id);
    await this.#models.learn(id, known.tags);
    return "there";
  }

  async #create(name: string, tags: Experiment["tags"]): Promise<string> {
    const { experiment_id: id } = await this.#api.post<{ experiment_id: string }>(
      "experiments/create",
      { name, tags: pairs(tags) },
    );
    return id;
  }
}
