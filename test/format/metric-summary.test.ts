import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isLater, type Metric } from "../../lib/entities/metric.ts";
import { parseMetricHistory, summarizeMetric } from "../../lib/format/metric-line.ts";
import type { MetricSummary } from "../../lib/format/metric-summary.ts";
import { metricText } from "./arbitraries.ts";
import { askPython } from "./ask-python.ts";

const PLACE = { key: "m", path: "1/r/metrics/m", experimentId: "1" };

test("a summary holds the latest point, the extremes, the mean and the ends", () => {
  expect(summarizeMetric("10 0.5 1\n30 2.0 3\n20 0.25 2\n", PLACE)).toEqual({
    summary: {
      latest: { key: "m", value: 2, timestamp: 30, step: 3 },
      count: 3,
      nanCount: 0,
      min: 0.25,
      max: 2,
      mean: 2.75 / 3,
      firstStep: 1,
      lastStep: 2,
      firstTimestamp: 10,
      lastTimestamp: 20,
    },
    problems: [],
  });
});

describe("the latest value is", () => {
  test.each([
    ["that of the greatest step, wherever it stands", "1 5.0 9\n2 4.0 1\n", 5],
    ["at equal steps that of the latest time", "2 5.0 1\n1 9.0 1\n", 5],
    ["at equal steps and times the greatest", "1 5.0 1\n1 9.0 1\n1 7.0 1\n", 9],
    ["NaN when it comes first among equals", "1 nan 1\n1 2.0 1\n", Number.NaN],
    ["not NaN when it comes later", "1 2.0 1\n1 nan 1\n1 3.0 1\n", 3],
    ["NaN, though greater values follow", "1 nan 1\n1 3.0 1\n1 2.0 1\n", Number.NaN],
    ["NaN of a later step", "1 2.0 1\n1 nan 2\n", Number.NaN],
  ])("%s", (_, text, value) => {
    expect(summarizeMetric(text, PLACE).summary?.latest.value).toBe(value);
  });
});

test("NaN counts as a point, but has no part in extremes and mean", () => {
  const { summary } = summarizeMetric("1 nan 1\n2 3.0 2\n3 1.0 3\n", PLACE);

  expect(summary).toMatchObject({ count: 3, nanCount: 1, min: 1, max: 3, mean: 2 });
});

test("extremes and mean of nothing but NaN are NaN", () => {
  const { summary } = summarizeMetric("1 nan 1\n", PLACE);

  expect(summary).toMatchObject({
    count: 1,
    nanCount: 1,
    min: Number.NaN,
    max: Number.NaN,
    mean: Number.NaN,
  });
});

test.each([
  ["an empty file", "", ["Metric 'm' is malformed. No data found."]],
  ["a file of malformed lines", "los\n", [expect.stringContaining("contained 1 fields")]],
])("%s has no summary", (_, text, messages) => {
  const { summary, problems } = summarizeMetric(text, PLACE);

  expect(summary).toBeNull();
  expect(problems.map(({ message }) => message)).toEqual(messages);
});

test("a point with a dataset is compared as if its step were 0, as in MLflow, and keeps its step and dataset", () => {
  const { summary } = summarizeMetric("1 1.0 0\n2 2.0 9 train d1\n1 9.0 0\n", PLACE);

  expect(summary?.latest).toEqual({
    key: "m",
    value: 2,
    timestamp: 2,
    step: 9,
    datasetName: "train",
    datasetDigest: "d1",
  });
});

test("a growing file is summed up to its last whole line", () => {
  const { summary } = summarizeMetric("1 1.0 1\n2 2.", { ...PLACE, growing: true });

  expect(summary).toMatchObject({ count: 1, lastStep: 1 });
});

test("1,000 files have the latest value that MLflow finds", async () => {
  const tied = fc
    .array(
      fc.tuple(
        fc.constantFrom("1", "2", "-1"),
        fc.constantFrom("nan", "1.0", "2.0", "-0.0", "0.0", "inf", "-inf", "0.1"),
        fc.constantFrom("1", "2", "-3"),
      ),
      { minLength: 1, maxLength: 6 },
    )
    .map((lines) => lines.map((fields) => `${fields.join(" ")}\n`).join(""));
  const texts = fc.sample(tied, 1000);
  const answers = await askPython<string>(
    `
from mlflow.store.tracking.file_store import FileStore
def answer(text):
    metrics = [FileStore._get_metric_from_line("r", "m", line, "1") for line in text.splitlines(keepends=True)]
    latest = max(metrics, key=lambda m: (m.step, m.timestamp, m.value))
    return f"{latest.timestamp} {latest.value} {latest.step}"`,
    texts,
  );

  expect(texts.map((text) => spelled(summarizeMetric(text, PLACE).summary?.latest))).toEqual(
    answers,
  );
});

test("a summary says the same as the history", () => {
  fc.assert(
    fc.property(metricText, fc.boolean(), (text, growing) => {
      const place = { ...PLACE, growing };
      const { points, problems } = parseMetricHistory(text, place);
      const found = summarizeMetric(text, place);
      expect(found.problems).toEqual(problems);
      expect(withoutNegativeZero(found.summary)).toEqual(withoutNegativeZero(summaryOf(points)));
    }),
    { numRuns: 2000 },
  );
});

function summaryOf(points: readonly Metric[]): MetricSummary | null {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return null;
  const numbers = points.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  return {
    latest: expect.objectContaining({ step: latestOf(points).step }),
    count: points.length,
    nanCount: points.length - numbers.length,
    min: numbers.length === 0 ? Number.NaN : Math.min(...numbers),
    max: numbers.length === 0 ? Number.NaN : Math.max(...numbers),
    mean: numbers.reduce((sum, value) => sum + value, 0) / numbers.length,
    firstStep: first.step,
    lastStep: last.step,
    firstTimestamp: first.timestamp,
    lastTimestamp: last.timestamp,
  };
}

/** Python's `max` over (step, timestamp, value), where the step of a point with a dataset counts as 0. */
function latestOf(points: readonly Metric[]): Metric {
  const ranked = (point: Metric) =>
    point.datasetName === undefined ? point : { ...point, step: 0 };
  return points.reduce((best, point) => (isLater(ranked(point), ranked(best)) ? point : best));
}

/** Which of -0 and 0 is the lesser is left open. */
function withoutNegativeZero(summary: MetricSummary | null): MetricSummary | null {
  return summary && { ...summary, min: summary.min + 0, max: summary.max + 0 };
}

function spelled(metric: Metric | undefined): string {
  if (metric === undefined) return "";
  const { value } = metric;
  const names = new Map([
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ]);
  const zero = Object.is(value, -0) ? "-0.0" : undefined;
  const named = Number.isNaN(value) ? "nan" : (names.get(value) ?? zero);
  const text = named ?? (Number.isInteger(value) ? `${value}.0` : String(value));
  return `${metric.timestamp} ${text} ${metric.step}`;
}
