import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoggedModel } from "../../entities/logged-model.ts";
import type { Metric } from "../../entities/metric.ts";
import type { ReadonlyDictionary } from "../../entities/record.ts";
import { validateRunId } from "../../entities/validate.ts";
import { printLoggedModelMeta } from "../../format/logged-model-meta.ts";
import { printModelMetricLine } from "../../format/metric-line.ts";
import { experimentPaths, runPaths } from "../../tree/layout.ts";
import { isFile } from "../../tree/read.ts";
import { createFolderResumably, replaceFile } from "../../tree/write.ts";
import { experimentLocation } from "../artifact-location.ts";
import { findExperiment } from "../experiments.ts";
import { readLoggedModelHistory } from "../logged-models.ts";
import { readLoggedModelMeta } from "../read-logged-model.ts";
import type { LoggedModelPlace, Store } from "../store.ts";
import type { AdoptableRun, Adopted, Told } from "./adopt-run.ts";
import { addParams, appendMissing, type CatchUp, changeFields, changeTags } from "./catch-up.ts";
import { emptyButArtifacts } from "./folder.ts";
import { writeHistories } from "./histories.ts";
import { digestsOf, readImported, writeImported } from "./imported.ts";
import { writeFirstValues } from "./values.ts";

/** A logged model of another store with all that belongs to it. */
export interface AdoptableModel {
  /** `experimentId` is the one here. */
  readonly model: LoggedModel;
  /** Whether the artifacts stay at the model's location. */
  readonly artifactsStay: boolean;
  metrics(): AsyncIterable<readonly Metric[]>;
  readonly copyArtifacts: AdoptableRun["copyArtifacts"];
}

/** Takes in a logged model of another store, as `adoptRun` does a run. */
export async function adoptModel(
  store: Store,
  adoptable: AdoptableModel,
  told: Told,
): Promise<Adopted> {
  const { modelId, experimentId } = adoptable.model;
  validateRunId(modelId, "model_id");
  const experiment = findExperiment(store, experimentId).folder;
  const target = join(experimentPaths.loggedModels(experiment), modelId);
  if (isFile(runPaths.meta(target))) {
    const place = { modelId, experimentId, folder: target };
    return catchUp(store, place, adoptable, told);
  }
  const fill = (folder: string): Promise<void> => fillModel(store, folder, adoptable, told);
  const isNew = await createFolderResumably(store.root, `import-${modelId}`, target, fill);
  return isNew ? "new" : "there";
}

async function fillModel(
  store: Store,
  folder: string,
  { model, artifactsStay, metrics, copyArtifacts }: AdoptableModel,
  told: Told,
): Promise<void> {
  const { modelId, experimentId } = model;
  emptyButArtifacts(folder);
  for (const kind of ["metrics", "params", "tags", "artifacts"] as const) {
    mkdirSync(runPaths[kind](folder), { recursive: true });
  }
  writeFirstValues(runPaths.params(folder), model.params, told.refused);
  writeFirstValues(runPaths.tags(folder), model.tags, told.refused);
  await writeHistories(runPaths.metrics(folder), metrics(), "loggedModel", told.refused);
  const { sizes } = await copyArtifacts(runPaths.artifacts(folder));
  if (told.remembers) remember(folder, model, sizes, true);
  const location = `${experimentLocation(store, experimentId)}/models/${modelId}/artifacts`;
  writeFileSync(
    runPaths.meta(folder),
    printLoggedModelMeta({
      ...model,
      artifactLocation: artifactsStay ? model.artifactLocation : location,
      extra: {},
    }),
  );
}

async function catchUp(
  store: Store,
  place: LoggedModelPlace,
  { model, metrics, copyArtifacts }: AdoptableModel,
  told: Told,
): Promise<Adopted> {
  const { folder } = place;
  const before = readImported(folder);
  const way: CatchUp = { store, folder, ...told };
  const hasParams = addParams(way, runPaths.params(folder), model.params);
  const hasTags = changeTags(way, runPaths.tags(folder), model.tags, before?.tags);
  const points = await appendMissing(
    way,
    runPaths.metrics(folder),
    metrics(),
    (key) => readLoggedModelHistory(store, place.modelId, key).found,
    printModelMetricLine,
  );
  const { sizes, added } = await copyArtifacts(runPaths.artifacts(folder), before?.artifacts ?? {});
  const meta = readLoggedModelMeta(store, place);
  const known = before?.fields ?? (meta.status === "PENDING" ? fieldsOf(meta) : undefined);
  const fields = changeFields(way, fieldsOf(meta), fieldsOf(model), known);
  const hasFields = JSON.stringify(fields) !== JSON.stringify(fieldsOf(meta));
  if (hasFields) {
    const { lastUpdatedTimestamp } = model;
    const text = printLoggedModelMeta({ ...meta, ...fields, lastUpdatedTimestamp });
    replaceFile(runPaths.meta(folder), text);
  }
  if (told.remembers) remember(folder, model, sizes, false);
  return hasParams || hasTags || points + added > 0 || hasFields ? "changed" : "there";
}

type ModelFields = Pick<LoggedModel, "status" | "statusMessage" | "lifecycleStage">;

function fieldsOf({ status, statusMessage, lifecycleStage }: ModelFields): ModelFields {
  return { status, statusMessage, lifecycleStage };
}

function remember(
  folder: string,
  model: LoggedModel,
  artifacts: ReadonlyDictionary<number>,
  isFirst: boolean,
): void {
  const fields = { ...fieldsOf(model) };
  const known = { state: "", fields, tags: digestsOf(model.tags), artifacts };
  writeImported(folder, known, isFirst);
}
