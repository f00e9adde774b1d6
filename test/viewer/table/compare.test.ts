import { expect, test } from "vitest";
import type { RunFile } from "../../../lib/wire/data-files.ts";
import { compareRuns } from "../../../viewer/table/compare.ts";
import { compareCsv, compareMarkdown } from "../../../viewer/table/compare-export.ts";

interface Values {
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number | "NaN">>;
}

function runFile(name: string, values: Values): RunFile {
  return {
    info: {
      runId: name,
      experimentId: "1",
      runName: name,
      userId: "ada",
      status: "FINISHED",
      startTime: 0,
      endTime: 60_000,
      lifecycleStage: "active",
      artifactUri: null,
    },
    experimentName: "exp",
    root: 0,
    params: values.params ?? {},
    tags: values.tags ?? {},
    metrics: Object.entries(values.metrics ?? {}).map(([key, last]) => ({
      key,
      last,
      step: 1,
      timestamp: 0,
      count: 1,
      min: last,
      max: last,
      mean: last,
    })),
    inputs: { datasetInputs: [], modelInputs: [] },
    outputs: { modelOutputs: [] },
    loggedModels: [],
    modelVersions: [],
    parent: null,
    children: [],
    artifacts: { path: "", files: [], source: "tree" },
    lastWrite: null,
    warnings: [],
  };
}

const runs = [
  runFile("base", { metrics: { acc: 0.8, loss: 0.5, zero: 0 }, params: { lr: "0.1", opt: "sgd" } }),
  runFile("better", {
    metrics: { acc: 0.9, loss: 0.4, zero: 1 },
    params: { lr: "0.2", opt: "sgd" },
    tags: { stage: "candidate", "mlflow.user": "ada" },
  }),
  runFile("other", { metrics: { acc: "NaN" }, params: { opt: "sgd" } }),
];

test("values stand beside one another in groups; metrics say by how much they differ from the baseline", () => {
  const [metrics] = compareRuns(runs, 0);

  expect(metrics?.rows.map((row) => [row.key, row.cells])).toEqual([
    [
      "acc",
      [
        { text: "0.8000", full: "0.8", isDifferent: false, isBest: false },
        {
          text: "0.9000",
          full: "0.9",
          isDifferent: true,
          isBest: true,
          delta: { value: 0.9 - 0.8, share: (0.9 - 0.8) / 0.8, isBetter: true },
        },
        { text: "NaN", full: "NaN", isDifferent: true, isBest: false },
      ],
    ],
    [
      "loss",
      [
        { text: "0.5000", full: "0.5", isDifferent: false, isBest: false },
        {
          text: "0.4000",
          full: "0.4",
          isDifferent: true,
          isBest: true,
          delta: { value: 0.4 - 0.5, share: (0.4 - 0.5) / 0.5, isBetter: true },
        },
        { text: undefined, full: undefined, isDifferent: true, isBest: false },
      ],
    ],
    [
      "zero",
      [
        { text: "0", full: "0", isDifferent: false, isBest: false },
        {
          text: "1",
          full: "1",
          isDifferent: true,
          isBest: false,
          delta: { value: 1, share: Number.NaN },
        },
        { text: undefined, full: undefined, isDifferent: true, isBest: false },
      ],
    ],
  ]);
});

test("groups count what differs, and tags that MLflow sets are not compared", () => {
  const groups = compareRuns(runs, 0).map(({ kind, rows, differing }) => [
    kind,
    rows.map(({ key }) => key),
    differing,
  ]);

  expect(groups).toEqual([
    ["metrics", ["acc", "loss", "zero"], 3],
    ["params", ["lr", "opt"], 1],
    ["attributes", ["experiment", "lifecycle", "started", "state", "took", "user"], 0],
    ["tags", ["stage"], 1],
  ]);
});

test("one run alone differs from nothing", () => {
  expect(compareRuns(runs.slice(0, 1), 0).every(({ differing }) => differing === 0)).toBe(true);
});

test("a comparison is taken along as CSV and as Markdown, the best values bold", () => {
  const groups = compareRuns(runs.slice(0, 2), 0).filter(({ kind }) => kind !== "attributes");
  const names = ["base", "bet|ter"];

  expect(compareCsv(names, groups).split("\r\n")).toEqual([
    "kind,key,base,bet|ter",
    "metrics,acc,0.8,0.9",
    "metrics,loss,0.5,0.4",
    "metrics,zero,0,1",
    "params,lr,0.1,0.2",
    "params,opt,sgd,sgd",
    "tags,stage,,candidate",
    "",
  ]);
  expect(compareMarkdown(names, groups).split("\n").slice(0, 3)).toEqual([
    "|  |  | base | bet\\|ter |",
    "| --- | --- | ---: | ---: |",
    "| metrics | acc | 0.8000 | **0.9000** |",
  ]);
});
