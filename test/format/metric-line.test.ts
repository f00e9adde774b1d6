import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Metric } from "../../lib/entities/metric.ts";
import { MlrunsError } from "../../lib/errors.ts";
import {
  latestPerDataset,
  parseMetricHistory,
  printMetricLine,
  printModelMetricLine,
} from "../../lib/format/metric-line.ts";
import { metricText } from "./arbitraries.ts";
import { askPython } from "./ask-python.ts";

const PLACE = { key: "m", path: "1/r/metrics/m", experimentId: "1" };

function point(timestamp: number, value: number, step: number, rest: Partial<Metric> = {}): Metric {
  return { key: "m", timestamp, value, step, ...rest };
}

describe("a point is written", () => {
  test.each([
    ["with timestamp, value and step", point(1795394539788, 0.5, 1), "1795394539788 0.5 1\n"],
    ["with Python's spelling of whole numbers", point(7, 3, 0), "7 3.0 0\n"],
    ["with Python's spelling of exponents", point(7, 1e-7, 0), "7 1e-07 0\n"],
    ["with nan", point(7, Number.NaN, 0), "7 nan 0\n"],
    ["with inf", point(7, Number.NEGATIVE_INFINITY, 0), "7 -inf 0\n"],
    ["with a negative step", point(7, 1, -2), "7 1.0 -2\n"],
    [
      "with its dataset",
      point(7, 1, 2, { datasetName: "train", datasetDigest: "d1" }),
      "7 1.0 2 train d1\n",
    ],
    [
      "without a dataset whose name has a blank, which would make the run unreadable",
      point(7, 1, 2, { datasetName: "my train", datasetDigest: "d1" }),
      "7 1.0 2\n",
    ],
    [
      "without a dataset whose digest has a line end",
      point(7, 1, 2, { datasetName: "train", datasetDigest: "d\x851" }),
      "7 1.0 2\n",
    ],
    ["without the rest of a dataset", point(7, 1, 2, { datasetName: "train" }), "7 1.0 2\n"],
  ])("%s", (_, metric, line) => {
    expect(printMetricLine(metric)).toBe(line);
  });

  test.each([
    ["with the run that logged it", point(7, 1, 2, { runId: "r1" }), "7 1.0 2 r1\n"],
    ["with None when no run is known", point(7, 1, 2), "7 1.0 2 None\n"],
    [
      "with run and dataset",
      point(7, 1, 2, { runId: "r1", datasetName: "train", datasetDigest: "d1" }),
      "7 1.0 2 r1 train d1\n",
    ],
  ])("for a model %s", (_, metric, line) => {
    expect(printModelMetricLine(metric)).toBe(line);
  });

  test.each([point(1.5, 1, 0), point(1, 1, 12.5), point(Number.NaN, 1, 0)])(
    "never with a step or time that is not whole",
    (metric) => {
      expect(() => printMetricLine(metric)).toThrow(MlrunsError);
    },
  );
});

describe("a history is read", () => {
  test.each([
    ["in the order of the file", "3 0.5 2\n1 0.25 1\n", [point(3, 0.5, 2), point(1, 0.25, 1)]],
    ["with lines of the oldest form, at step 0", "3 0.5\n", [point(3, 0.5, 0)]],
    [
      "with datasets, and the step that the file says",
      "3 0.5 4 train d1\n",
      [point(3, 0.5, 4, { datasetName: "train", datasetDigest: "d1" })],
    ],
    [
      "with datasets, at step 0 where the file says nonsense",
      "3 0.5 4.5 train d1\n",
      [point(3, 0.5, 0, { datasetName: "train", datasetDigest: "d1" })],
    ],
    [
      "with a last line that does not end",
      "3 0.5 2\n4 0.25 3",
      [point(3, 0.5, 2), point(4, 0.25, 3)],
    ],
    ["with half a last line, as MLflow does", "3 0.5 2\n4 0.", [point(3, 0.5, 2), point(4, 0, 0)]],
    ["with CRLF", "3 0.5 2\r\n4 0.25 3\r\n", [point(3, 0.5, 2), point(4, 0.25, 3)]],
    ["with blanks around a line", "  3 0.5 2\t\n", [point(3, 0.5, 2)]],
    [
      "with every line end that Python knows",
      "1 1 1\v2 1 1\f3 1 1\x1c4 1 1\x855 1 1\u20286 1 1\r7 1 1",
      [1, 2, 3, 4, 5, 6, 7].map((timestamp) => point(timestamp, 1, 1)),
    ],
    [
      "with all spellings of numbers",
      "+1_0 1_0.5 -0\n2 -Infinity 007\n3 NaN 1\n4 1E3 1\n",
      [
        point(10, 10.5, 0),
        point(2, Number.NEGATIVE_INFINITY, 7),
        point(3, Number.NaN, 1),
        point(4, 1000, 1),
      ],
    ],
    [
      "with large numbers",
      "1 5e-324 1\n2 1.7976931348623157e+308 2\n",
      [point(1, 5e-324, 1), point(2, Number.MAX_VALUE, 2)],
    ],
  ])("%s", (_, text, points) => {
    expect(parseMetricHistory(text, PLACE)).toEqual({ points, problems: [] });
  });

  test.each([
    [
      "0 fields",
      "\n",
      "persisted metric data contained 1 fields. Expected 2, 3, or 5 fields. Experiment id: 1",
    ],
    [
      "4 fields",
      "1 2 3 4\n",
      "persisted metric data contained 4 fields. Expected 2, 3, or 5 fields. Experiment id: 1",
    ],
    [
      "two blanks",
      "1  2 3\n",
      "persisted metric data contained 4 fields. Expected 2, 3, or 5 fields. Experiment id: 1",
    ],
    ["a tab", "1\t2 3\n", "invalid literal for int() with base 10: '1\t2'"],
    ["a time that is not whole", "1.0 2 3\n", "invalid literal for int() with base 10: '1.0'"],
    ["a step that is not whole", "1 2 3.5\n", "invalid literal for int() with base 10: '3.5'"],
    ["a word for a value", "1 los 3\n", "could not convert string to float: 'los'"],
    ["a hexadecimal value", "1 0x10 3\n", "could not convert string to float: '0x10'"],
    ["a byte order mark", "\ufeff1 2 3\n", "invalid literal for int() with base 10: '\ufeff1'"],
  ])("without a line with %s, which is reported", (_, line, message) => {
    expect(parseMetricHistory(`1 0.5 1\n${line}2 0.25 2\n`, PLACE)).toEqual({
      points: [point(1, 0.5, 1), point(2, 0.25, 2)],
      problems: [
        { path: "1/r/metrics/m", line: 2, message: `Metric 'm' is malformed; ${message}` },
      ],
    });
  });

  test("an empty file is a problem", () => {
    expect(parseMetricHistory("", PLACE)).toEqual({
      points: [],
      problems: [{ path: "1/r/metrics/m", message: "Metric 'm' is malformed. No data found." }],
    });
  });

  test("a file of another kind has no more than a hundred problems", () => {
    const { points, problems } = parseMetricHistory("no metric at all\n".repeat(250), PLACE);

    expect(points).toEqual([]);
    expect(problems).toHaveLength(101);
    expect(problems[99]?.line).toBe(100);
    expect(problems[100]).toEqual({
      path: "1/r/metrics/m",
      message: "Metric 'm' is malformed; 150 more lines like these",
    });
  });

  test.each([
    ["1 0.5 1\n2 0.25 2\n3 0.", [point(1, 0.5, 1), point(2, 0.25, 2)]],
    ["1 0.5 1\n", [point(1, 0.5, 1)]],
    ["1 0.5", []],
    ["", []],
  ])("while %j grows, a last line without end is left alone", (text, points) => {
    expect(parseMetricHistory(text, { ...PLACE, growing: true })).toEqual({ points, problems: [] });
  });
});

describe("a history of a logged model", () => {
  const place = { ...PLACE, isModel: true, modelId: "m-1" };

  test("names run, dataset and model", () => {
    expect(parseMetricHistory("1 0.5 3 r1\n2 0.25 4 r2 train d1\n", place)).toEqual({
      points: [
        point(1, 0.5, 3, { runId: "r1", modelId: "m-1" }),
        point(2, 0.25, 4, {
          runId: "r2",
          modelId: "m-1",
          datasetName: "train",
          datasetDigest: "d1",
        }),
      ],
      problems: [],
    });
  });

  test.each([
    ["1 0.5 3", 3],
    ["1 0.5", 2],
    ["1 0.5 3 r1 train", 5],
  ])("has no line such as '%s'", (line, count) => {
    expect(parseMetricHistory(`${line}\n`, place).problems).toEqual([
      {
        path: "1/r/metrics/m",
        line: 1,
        message: `Metric 'm' is malformed; persisted metric data contained ${count} fields. Expected 4 or 6 fields.`,
      },
    ]);
  });

  test("has one latest point for each dataset, in order of appearance", () => {
    const text = "1 5.0 1 r a d1\n1 1.0 1 r\n2 4.0 2 r a d1\n1 9.0 1 r a d2\n3 0.5 1 r\n";
    const { points } = parseMetricHistory(text, place);

    expect(latestPerDataset(points).map(({ value }) => value)).toEqual([4, 0.5, 9]);
  });
});

test("3,000 files are read as MLflow reads them, but for the step of lines with a dataset", async () => {
  const texts = fc.sample(metricText, 3000);
  const answers = await askPython<readonly (readonly [string, number, number] | null)[]>(
    `
from mlflow.store.tracking.file_store import FileStore
def read(line):
    try:
        metric = FileStore._get_metric_from_line("r", "m", line, "1")
    except Exception:
        return None
    # MLflow says 0 where it wrote the step of a metric with a dataset.
    return [repr(float(metric.value)), metric.timestamp, metric.step if metric.dataset_name is None else written_step(line)]
def written_step(line):
    try:
        return int(line.strip().split(" ")[2])
    except ValueError:
        return 0
def answer(text):
    return [read(line) for line in text.splitlines(keepends=True)]`,
    texts,
  );

  texts.forEach((text, i) => {
    const { points, problems } = parseMetricHistory(text, PLACE);
    const read = answers[i]?.flatMap((each) => (each === null ? [] : [each])) ?? [];
    const broken = answers[i]?.flatMap((each, line) => (each === null ? [line + 1] : [])) ?? [];
    expect({ text, read: points.map(printed), broken: problems.map(({ line }) => line) }).toEqual({
      text,
      read,
      broken: text === "" ? [undefined] : broken,
    });
  });
});

test("what is written is read back the same", () => {
  const whole = fc.integer({ min: -(2 ** 53), max: 2 ** 53 });
  fc.assert(
    fc.property(fc.array(fc.tuple(whole, fc.double(), whole), { minLength: 1 }), (rows) => {
      const points = rows.map(([timestamp, value, step]) => point(timestamp + 0, value, step + 0));
      const text = points.map(printMetricLine).join("");
      expect(parseMetricHistory(text, PLACE)).toEqual({ points, problems: [] });
    }),
  );
});

function printed({ value, timestamp, step }: Metric): readonly [string, number, number] {
  return [printMetricLine(point(0, value, 0)).split(" ")[1] ?? "", timestamp, step];
}
