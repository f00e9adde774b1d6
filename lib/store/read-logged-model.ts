import { join } from "node:path";
import type { LoggedModel } from "../entities/logged-model.ts";
import type { Metric } from "../entities/metric.ts";
import { MlrunsError, notFound, type TreeProblem } from "../errors.ts";
import { type LoggedModelMeta, parseLoggedModelMeta } from "../format/logged-model-meta.ts";
import { latestPerDataset, parseMetricHistory } from "../format/metric-line.ts";
import { META_FILE, runPaths } from "../tree/layout.ts";
import { readPatiently, readText } from "../tree/read.ts";
import { walkKeys } from "../tree/walk.ts";
import { readValues } from "./read-run.ts";
import { collecting, type LoggedModelPlace, type Scan, type Store, treePath } from "./store.ts";

/**
 * Reads a model's meta.yaml.
 *
 * @throws MlrunsError INTERNAL_ERROR when it is broken, INVALID_STATE when it names another model or experiment
 */
export function readLoggedModelMeta(store: Store, place: LoggedModelPlace): LoggedModelMeta {
  const path = treePath(store, loggedModelMetaFile(place));
  const meta = readPatiently(loggedModelMetaFile(place), (text) =>
    parseLoggedModelMeta(text, path),
  );
  if (meta.modelId === place.modelId && meta.experimentId === place.experimentId) return meta;
  throw new MlrunsError(
    "INVALID_STATE",
    `Model '${place.modelId}' metadata is in invalid state: ${META_FILE} says model '${meta.modelId}' of experiment ` +
      `'${meta.experimentId}'`,
    { path },
  );
}

/** As `readLoggedModelMeta`. @throws MlrunsError RESOURCE_DOES_NOT_EXIST with MLflow's text when the model is deleted */
export function readActiveModelMeta(store: Store, place: LoggedModelPlace): LoggedModelMeta {
  const meta = readLoggedModelMeta(store, place);
  if (meta.lifecycleStage === "active") return meta;
  throw notFound(`Model '${place.modelId}' not found`, { hint: "The model is deleted." });
}

/** Reads the rest of a model. What cannot be read is missing in it and named in `problems`. */
export function readLoggedModel(
  store: Store,
  place: LoggedModelPlace,
  meta: LoggedModelMeta,
  problems: TreeProblem[],
): LoggedModel {
  const { extra: _, ...fields } = meta;
  return {
    ...fields,
    tags: readValues(store, runPaths.tags(place.folder), problems),
    params: readValues(store, runPaths.params(place.folder), problems),
    metrics: walkKeys(runPaths.metrics(place.folder)).flatMap(({ key, path }) => {
      const points = collecting(store, path, problems, () =>
        readModelMetric(store, place, key, path),
      );
      problems.push(...(points?.problems ?? []));
      return latestPerDataset(points?.found ?? []);
    }),
  };
}

/** The points of a model's metric in the order of its file. */
export function readModelMetric(
  store: Store,
  place: LoggedModelPlace,
  key: string,
  file: string,
): Scan<Metric> {
  const { modelId, experimentId } = place;
  const path = treePath(store, file);
  const description = { key, path, experimentId, isModel: true, modelId };
  const { points, problems } = parseMetricHistory(readText(file), description);
  return { found: points, problems };
}

export function loggedModelMetaFile(place: LoggedModelPlace): string {
  return join(place.folder, META_FILE);
}
