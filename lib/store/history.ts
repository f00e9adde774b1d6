import { statSync } from "node:fs";
import type { Metric } from "../entities/metric.ts";
import { sampleExtremes } from "../entities/metric-sample.ts";
import { refuseBadPath, validateKey } from "../entities/validate.ts";
import type { TreeProblem } from "../errors.ts";
import { MetricReader } from "../format/metric-reader.ts";
import { collectRecords, RECORD_FIELDS } from "../format/metric-records.ts";
import { readLinePieces } from "../tree/read-lines.ts";
import { metricFile } from "./log.ts";
import { findRun } from "./runs.ts";
import { type Scan, type Store, treePath } from "./store.ts";

/** Points that a first piece of a file has room for; more make the list grow. */
const EXPECTED = 4_096;

/**
 * The points of a metric in the order of its file; none when the run has no such metric. Lines that are
 * no points are problems. For points with a dataset the step is the file's; MLflow's reader answers 0.
 */
export function readHistory(store: Store, runId: string, key: string): Scan<Metric> {
  validateKey(key, "name");
  const found: Metric[] = [];
  const problems: TreeProblem[] = [];
  for (const reader of readPieces(store, runId, key, false)) {
    while (reader.next()) found.push(reader.toMetric(reader));
    problems.push(...reader.problems);
  }
  return { found, problems };
}

/** The points of a metric one after the other: a history of any length takes little memory. */
export function* iterateHistory(store: Store, runId: string, key: string): Generator<Metric> {
  validateKey(key, "name");
  for (const reader of readPieces(store, runId, key, false)) {
    while (reader.next()) yield reader.toMetric(reader);
  }
}

/**
 * At most `most` points of a metric, with its extremes.
 *
 * @throws MlrunsError as `sampleExtremes`
 */
export function sampleHistory(store: Store, runId: string, key: string, most: number): Metric[] {
  validateKey(key, "name");
  const records = readHistoryRecords(store, runId, key);
  const values = Float64Array.from(
    { length: records.length / RECORD_FIELDS },
    (_, i) => records[i * RECORD_FIELDS + 1] as number,
  );
  const chosen = sampleExtremes(values, most).values();
  // Only the chosen become objects: a second pass over the file is quicker than a million of them.
  const sample: Metric[] = [];
  let wanted = chosen.next().value;
  let at = 0;
  for (const point of readPieces(store, runId, key, true)) {
    for (; wanted !== undefined && point.next(); at++) {
      if (at !== wanted) continue;
      sample.push(point.toMetric(point));
      wanted = chosen.next().value;
    }
  }
  return sample;
}

/**
 * The points of a metric as records of step, value and timestamp, see `readRecords`; empty when there is no such metric.
 * The name may be one that MLflow would not log, as other tools do: what a run lists can be read.
 */
export function readHistoryRecords(store: Store, runId: string, key: string): Float64Array {
  refuseBadPath(key, "name");
  return collectRecords(readPieces(store, runId, key, true), EXPECTED);
}

/** Names the state of a metric's file: while it is the same, so are the points. Empty when there is no such metric. */
export function historyState(store: Store, runId: string, key: string): string {
  refuseBadPath(key, "name");
  const stat = statSync(metricFile(findRun(store, runId), key), { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino}.${stat.size}.${stat.mtimeMs}`;
}

/** @param growing - leaves out a last line that has no end yet */
function* readPieces(
  store: Store,
  runId: string,
  key: string,
  growing: boolean,
): Generator<MetricReader> {
  const place = findRun(store, runId);
  const file = metricFile(place, key);
  const { experimentId } = place;
  const path = treePath(store, file);
  let linesBefore = 0;
  for (const bytes of readLinePieces(file)) {
    const reader = new MetricReader(bytes, { key, path, experimentId, growing, linesBefore });
    yield reader;
    linesBefore = reader.line;
  }
}
