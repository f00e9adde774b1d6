import { expect, test } from "vitest";
import { searchLoggedModels, searchModelVersions } from "../../lib/search/index.ts";
import { toLoggedModel, toModelVersion } from "./entities.ts";

const model = (modelId: string, metrics: readonly (readonly [number, number])[]) =>
  toLoggedModel({
    model_id: modelId,
    experiment_id: "0",
    name: modelId,
    creation_timestamp: 0,
    last_updated_timestamp: 0,
    model_type: null,
    source_run_id: null,
    status: "READY",
    params: {},
    tags: {},
    metrics: metrics.map(([value, timestamp]) => ({ key: "acc", value, timestamp, step: 0 })),
  });

const modelIds = (
  models: readonly ReturnType<typeof model>[],
  query: Parameters<typeof searchLoggedModels>[1],
): string[] => searchLoggedModels(models, query).loggedModels.map(({ modelId }) => modelId);

test("logged models are filtered by a metric's first point and sorted by its latest, of several the first", () => {
  const models = [
    model("a", [
      [0.1, 1],
      [0.9, 2],
      [0.2, 2],
    ]),
    model("b", [[0.5, 9]]),
    model("c", []),
  ];

  expect(modelIds(models, { filter: "metrics.acc < 0.4" })).toEqual(["a"]);
  expect(modelIds(models, { orderBy: [{ fieldName: "metrics.acc" }] })).toEqual(["b", "a", "c"]);
  expect(modelIds(models, { orderBy: [{ fieldName: "metrics.acc", ascending: false }] })).toEqual([
    "a",
    "b",
    "c",
  ]);
});

test("a comparator that no text has is a mistake for logged models with such a text only", () => {
  const typed = { ...model("a", []), modelType: "agent" };

  expect(modelIds([model("b", [])], { filter: "model_type == 'agent'" })).toEqual([]);
  expect(() => modelIds([typed], { filter: "model_type == 'agent'" })).toThrow("'=='");
  expect(modelIds([typed], { filter: "model_type > 'adder'" })).toEqual(["a"]);
});

test("deleted logged models are found when asked for, which MLflow cannot", () => {
  const deleted = { ...model("a", []), lifecycleStage: "deleted" as const };

  expect(modelIds([deleted], {})).toEqual([]);
  expect(modelIds([deleted], { viewType: "ALL" })).toEqual(["a"]);
});

test("versions are numbers, and what they are compared with is made whole", () => {
  const versions = ["0", "1", "2", "10"].map((version) =>
    toModelVersion({
      name: "m",
      version,
      current_stage: "None",
      source: null,
      run_id: null,
      creation_timestamp: 0,
      last_updated_timestamp: 0,
      tags: {},
    }),
  );
  const found = (filter: string): string[] =>
    searchModelVersions(versions, { filter }).modelVersions.map(({ version }) => version);

  expect(found("version_number >= 1.9")).toEqual(["10", "2", "1"]);
  expect(found("version_number = ' 1_0 '")).toEqual(["10"]);
  expect(() => found("version_number = 'x'")).toThrow("invalid literal for int()");
});
