import { isLater, type Metric } from "../entities/metric.ts";
import type { TreeProblem } from "../errors.ts";
import { type MetricPlace, MetricReader } from "./metric-reader.ts";
import { printPythonFloat } from "./python-float.ts";
import { printPythonInt } from "./python-int.ts";
import { findLineEnd, stripBlanks } from "./python-text.ts";

export type { MetricPlace } from "./metric-reader.ts";
export { type MetricSummary, summarizeMetric } from "./metric-summary.ts";

/**
 * One point as a line of `RUN/metrics/KEY`: `timestamp value step\n`, with dataset name and digest when it has them.
 *
 * Fields are separated by blanks, so a dataset whose name or digest has one cannot be told in a line: MLflow writes it
 * and then cannot read the run. Such a point is kept without its dataset.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when timestamp or step is no whole number
 * @see MLflow 3.17 `FileStore._log_run_metric`
 */
export function printMetricLine(metric: Metric): string {
  return `${printPoint(metric)}${printDataset(metric)}\n`;
}

/**
 * One point as a line of `EXP/models/MODEL/metrics/KEY`, which names the run that logged it.
 *
 * @throws MlrunsError INVALID_PARAMETER_VALUE when timestamp or step is no whole number
 * @see MLflow 3.17 `FileStore._log_model_metric`
 */
export function printModelMetricLine(metric: Metric): string {
  // MLflow writes `None` where it knows no run; the field must not be missing.
  return `${printPoint(metric)} ${metric.runId ?? "None"}${printDataset(metric)}\n`;
}

/**
 * The points of a metric file in file order, which is the order of logging. Never throws: malformed lines are
 * left out and reported, where MLflow refuses the whole run.
 */
export function parseMetricHistory(
  text: string,
  place: MetricPlace,
): { readonly points: readonly Metric[]; readonly problems: readonly TreeProblem[] } {
  const reader = new MetricReader(new TextEncoder().encode(text), place);
  const points: Metric[] = [];
  while (reader.next()) points.push(reader.toMetric(reader));
  return { points, problems: reader.problems };
}

/**
 * The latest point of each dataset (and of no dataset), in order of first appearance: what MLflow takes for the
 * metrics of a logged model.
 *
 * @see MLflow 3.17 `FileStore._get_model_metrics_from_file`
 */
export function latestPerDataset(points: readonly Metric[]): readonly Metric[] {
  const latest = new Map<string, Metric>();
  for (const point of points) {
    const dataset = `${point.datasetName ?? ""} ${point.datasetDigest ?? ""}`;
    const before = latest.get(dataset);
    if (before === undefined || isLater(point, before)) latest.set(dataset, point);
  }
  return [...latest.values()];
}

function printPoint({ timestamp, value, step }: Metric): string {
  return `${printPythonInt(timestamp)} ${printPythonFloat(value)} ${printPythonInt(step)}`;
}

function printDataset({ datasetName, datasetDigest }: Metric): string {
  if (!isField(datasetName) || !isField(datasetDigest)) return "";
  return ` ${datasetName} ${datasetDigest}`;
}

function isField(text: string | undefined): text is string {
  return (
    text !== undefined &&
    text !== "" &&
    !text.includes(" ") &&
    stripBlanks(text) === text &&
    findLineEnd(text, 0).end === text.length
  );
}
