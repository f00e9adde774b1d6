import { join } from "node:path";
import type { Metric } from "../entities/metric.ts";
import { toDictionary } from "../entities/record.ts";
import { isTerminated, type Run, type RunInfo } from "../entities/run.ts";
import { MLFLOW_TAG } from "../entities/tag.ts";
import { invalidParameter, MlrunsError, type TreeProblem } from "../errors.ts";
import { type MetricSummary, summarizeMetric } from "../format/metric-summary.ts";
import { parseRunMeta, type RunMeta } from "../format/run-meta.ts";
import { META_FILE, runPaths } from "../tree/layout.ts";
import { readPatiently, readText } from "../tree/read.ts";
import { walkKeys } from "../tree/walk.ts";
import { readInputs, readOutputs } from "./inputs.ts";
import { collecting, type RunPlace, type Store, treePath } from "./store.ts";

/** A run as it was read: what could not be read is missing in it and named in `problems`. */
export interface RunRecord {
  readonly run: Run;
  /** Per metric, by key: count, extremes and mean over its history. */
  readonly summaries: { readonly [key: string]: MetricSummary };
  readonly problems: readonly TreeProblem[];
}

/**
 * Reads everything of a run but the points of its histories.
 *
 * @throws MlrunsError when meta.yaml is missing or broken; a broken param, tag or metric is a problem of the record
 */
export function readRun(store: Store, place: RunPlace): RunRecord {
  const meta = readRunMeta(store, place);
  const problems: TreeProblem[] = [];
  const params = readValues(store, runPaths.params(place.folder), problems);
  const tags = readValues(store, runPaths.tags(place.folder), problems);
  const summaries = readSummaries(store, place, !isTerminated(meta.status), problems);
  const metrics: (readonly [string, number])[] = [];
  const latestMetrics: Metric[] = [];
  for (const [key, { latest }] of Object.entries(summaries)) {
    metrics.push([key, latest.value]);
    latestMetrics.push(latest);
  }
  const run: Run = {
    info: runInfoOf(meta, tags[MLFLOW_TAG.runName]),
    data: { metrics: toDictionary(metrics), params, tags, latestMetrics },
    inputs: readInputs(store, place, problems),
    outputs: readOutputs(store, place, problems),
  };
  return { run, summaries, problems };
}

/**
 * Reads a run's meta.yaml.
 *
 * @throws MlrunsError INTERNAL_ERROR when it is broken, INVALID_STATE when it names another experiment or run
 */
export function readRunMeta(store: Store, place: RunPlace): RunMeta {
  const file = runPaths.meta(place.folder);
  const path = treePath(store, file);
  const meta = readPatiently(file, (text) => parseRunMeta(text, path));
  if (meta.runId !== place.runId) {
    const message = `Run ID mismatch: the folder is '${place.runId}', ${META_FILE} says '${meta.runId}'`;
    throw new MlrunsError("INVALID_STATE", message, { path });
  }
  if (meta.experimentId !== place.experimentId) {
    const message = `Wrong experiment ID (${meta.experimentId}) recorded for run '${meta.runId}'. It should be ${place.experimentId}.`;
    throw new MlrunsError("INVALID_STATE", message, { path });
  }
  return meta;
}

/** The public part of a run's meta. A run without a name has the one of its tag, as in MLflow. */
export function runInfoOf(meta: RunMeta, nameTag: string | undefined): RunInfo {
  const { deletedTime: _, extra: __, ...info } = meta;
  return info.runName === "" ? { ...info, runName: nameTag ?? "" } : info;
}

/** @throws MlrunsError INVALID_PARAMETER_VALUE with MLflow's text when the run is deleted */
export function refuseDeleted(meta: RunMeta): void {
  if (meta.lifecycleStage === "active") return;
  throw invalidParameter(`The run ${meta.runId} must be in the 'active' lifecycle_stage.`, {
    hint: `\`mlruns restore run ${meta.runId}\` brings it back.`,
  });
}

/** Reads a folder of params or tags: the key is the path, the value the text. */
export function readValues(
  store: Store,
  folder: string,
  problems: TreeProblem[],
): { readonly [key: string]: string } {
  return toDictionary(
    walkKeys(folder).flatMap(({ key, path }) => {
      const value = collecting(store, path, problems, () => readText(path));
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

function readSummaries(
  store: Store,
  place: RunPlace,
  growing: boolean,
  problems: TreeProblem[],
): { readonly [key: string]: MetricSummary } {
  const entries: (readonly [string, MetricSummary])[] = [];
  for (const { key, path } of walkKeys(runPaths.metrics(place.folder))) {
    const read = collecting(store, path, problems, () =>
      summarizeMetric(readText(path), {
        key,
        path: treePath(store, path),
        experimentId: place.experimentId,
        growing,
      }),
    );
    problems.push(...(read?.problems ?? []));
    if (read?.summary) entries.push([key, read.summary]);
  }
  return toDictionary(entries);
}

/** Path of a run's meta.yaml, for problems. */
export function metaPath(store: Store, place: RunPlace): string {
  return treePath(store, join(place.folder, META_FILE));
}
