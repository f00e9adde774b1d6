import type { ModelVersion } from "../../../entities/model-version.ts";
import { MLFLOW_TAG } from "../../../entities/tag.ts";
import { MlrunsError } from "../../../errors.ts";
import type { ModelVersionJson } from "../../../wire/model-version.ts";
import type { RegisteredModelJson } from "../../../wire/registered-model.ts";
import type { CarriedRegisteredModel } from "../../items.ts";
import { orMissing, pairs, quoted, type ServerApi } from "../../remote/api.ts";
import { concernsOneItem, type Report } from "../../report.ts";
import type { SentIds } from "./ids.ts";

/** Stands in for a version that was deleted here, so that the ones behind it get their numbers. It is deleted at once. */
const DELETED_SOURCE = "s3://deleted/version";

/** Sends registered models and prompts, version by version: the server counts. */
export class RegistrySender {
  readonly #api: ServerApi;
  readonly #sent: SentIds;
  readonly #report: Report;

  constructor(api: ServerApi, sent: SentIds, report: Report) {
    this.#api = api;
    this.#sent = sent;
    this.#report = report;
  }

  async take(name: string, carried: CarriedRegisteredModel): Promise<"carried" | "there"> {
    const known = await orMissing(
      this.#api.get<{ registered_model: RegisteredModelJson }>("registered-models/get", { name }),
    );
    const { model } = carried;
    if (known === undefined) {
      await this.#api.post("registered-models/create", {
        name,
        tags: pairs(model.tags),
        ...(model.description && { description: model.description }),
      });
    }
    await this.#sendVersions(name, carried, MLFLOW_TAG.isPrompt in model.tags);
    const aliases = new Set((known?.registered_model.aliases ?? []).map(({ alias }) => alias));
    for (const [alias, version] of Object.entries(model.aliases)) {
      if (aliases.has(alias)) continue;
      await this.#trying(`alias of ${name}`, alias, () =>
        this.#api.post("registered-models/alias", { name, alias, version }),
      );
    }
    return known === undefined ? "carried" : "there";
  }

  async #sendVersions(
    name: string,
    { versions, deletedVersions }: CarriedRegisteredModel,
    isPrompt: boolean,
  ): Promise<void> {
    const known = await this.#knownVersions(name, isPrompt);
    await this.#finishBegun(name, versions, known);
    const byNumber = new Map(versions.map((version) => [Number(version.version), version]));
    const last = Math.max(0, ...byNumber.keys(), ...deletedVersions.map(Number));
    const { modelVersion } = this.#report.counts;
    // Deleted ones behind the last that the server shows may have been made by a try before: then the next number tells.
    for (let number = Math.max(0, ...known.keys()) + 1; number <= last; number++) {
      const version = byNumber.get(number);
      const made = await this.#trying(`version of ${name}`, String(number), () =>
        version === undefined ? this.#createDeleted(name) : this.#create(name, version),
      );
      if (made === undefined) return;
      if (made === number) {
        if (version !== undefined) modelVersion.carried++;
        continue;
      }
      if (version !== undefined && made !== number) {
        const message = `The server gave it the number ${made}: it has other versions of this name.`;
        this.#report.fail("modelVersion", `${name}/${number}`, new Error(message));
        return;
      }
      number = made;
    }
    modelVersion.there += versions.filter(({ version }) => known.has(Number(version))).length;
  }

  /** Does what a try before was killed at: versions get their stage, and are deleted, after they were made. */
  async #finishBegun(
    name: string,
    versions: readonly ModelVersion[],
    known: ReadonlyMap<number, ModelVersionJson>,
  ): Promise<void> {
    for (const [number, { source, version, current_stage: stage }] of known) {
      if (source === DELETED_SOURCE) await this.#delete(name, version);
      const ours = versions.find((each) => Number(each.version) === number);
      if (ours === undefined || stage !== "None") continue;
      // Somebody else's version may have the same number.
      if (this.#sent.placeOf(ours.source ?? "") === source) await this.#setStage(name, ours);
    }
  }

  async #knownVersions(name: string, isPrompt: boolean): Promise<Map<number, ModelVersionJson>> {
    const named = `name = ${quoted(name)}`;
    const filter = isPrompt ? `${named} AND tags.\`${MLFLOW_TAG.isPrompt}\` = 'true'` : named;
    const fields = { filter, max_results: 1_000 };
    const path = "model-versions/search";
    const found = new Map<number, ModelVersionJson>();
    for await (const page of this.#api.pages<ModelVersionJson>(
      "GET",
      path,
      fields,
      "model_versions",
    )) {
      for (const version of page) found.set(Number(version.version), version);
    }
    return found;
  }

  async #create(name: string, version: ModelVersion): Promise<number> {
    const { source, runId, modelId, description, runLink, tags } = version;
    const run = runId === null ? undefined : (this.#sent.runs.get(runId)?.id ?? runId);
    const model = modelId === null ? undefined : (this.#sent.models.get(modelId)?.id ?? modelId);
    const { model_version: made } = await this.#api.post<{ model_version: ModelVersionJson }>(
      "model-versions/create",
      {
        name,
        source: this.#sent.placeOf(source ?? ""),
        tags: pairs(tags),
        ...(run !== undefined && { run_id: run }),
        ...(model !== undefined && { model_id: model }),
        ...(description && { description }),
        ...(runLink && { run_link: runLink }),
      },
    );
    if (made.version === version.version) await this.#setStage(name, version);
    return Number(made.version);
  }

  async #createDeleted(name: string): Promise<number> {
    const { model_version: made } = await this.#api.post<{ model_version: ModelVersionJson }>(
      "model-versions/create",
      { name, source: DELETED_SOURCE },
    );
    await this.#delete(name, made.version);
    return Number(made.version);
  }

  async #delete(name: string, version: string): Promise<void> {
    await this.#api.call("DELETE", "model-versions/delete", { name, version });
  }

  async #setStage(name: string, { version, currentStage }: ModelVersion): Promise<void> {
    if (currentStage === "None") return;
    await this.#api.post("model-versions/transition-stage", {
      name,
      version,
      stage: currentStage,
      archive_existing_versions: false,
    });
  }

  async #trying<Value>(
    kind: string,
    id: string,
    action: () => Promise<Value>,
  ): Promise<Value | undefined> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof MlrunsError) || !concernsOneItem(error)) throw error;
      this.#report.fail(kind, id, error);
      return undefined;
    }
  }
}
