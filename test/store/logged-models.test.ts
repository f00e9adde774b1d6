import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createExperiment } from "../../lib/store/experiments.ts";
import { deleteExperiment } from "../../lib/store/lifecycle.ts";
import { logBatch, logMetric } from "../../lib/store/log.ts";
import {
  artifactPlaceOfModel,
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finalizeLoggedModel,
  getLoggedModel,
  listLoggedModels,
  logLoggedModelParams,
  readLoggedModelHistory,
  setLoggedModelTags,
} from "../../lib/store/logged-models.ts";
import { createRun } from "../../lib/store/runs.ts";
import { openStore, type Store } from "../../lib/store/store.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

async function storeWithExperiment(): Promise<{ store: Store; experimentId: string }> {
  const store = openStore(join(await makeTempFolder(), "mlruns"));
  return { store, experimentId: createExperiment(store, "vision") };
}

test("a new model is PENDING, named, and keeps its artifacts in the tree under a path of no machine", async () => {
  const { store, experimentId } = await storeWithExperiment();
  const model = createLoggedModel(store, experimentId, {
    params: { lr: "0.1", "a/b": "x" },
    tags: { note: "n" },
    modelType: "agent",
    sourceRunId: "r1",
  });

  expect(model).toEqual({
    modelId: expect.stringMatching(/^m-[0-9a-f]{32}$/),
    experimentId,
    name: expect.stringMatching(/^[a-z]+-[a-z]+-\d+$/),
    artifactLocation: `mlruns/${experimentId}/models/${model.modelId}/artifacts`,
    creationTimestamp: model.creationTimestamp,
    lastUpdatedTimestamp: model.creationTimestamp,
    modelType: "agent",
    sourceRunId: "r1",
    status: "PENDING",
    statusMessage: null,
    lifecycleStage: "active",
    tags: { note: "n" },
    params: { lr: "0.1", "a/b": "x" },
    metrics: [],
  });
  expect(artifactPlaceOfModel(store, model.modelId)).toEqual({
    kind: "folder",
    folder: join(store.root, experimentId, "models", model.modelId, "artifacts"),
  });
});

test.each([
  ["a/b", "'a/b'"],
  ["", "''"],
  ["it's", '"it\'s"'],
])("the name %j is refused in MLflow's words", async (name, shown) => {
  const { store, experimentId } = await storeWithExperiment();

  expect(() => createLoggedModel(store, experimentId, { name })).toThrow(
    `Invalid model name (${shown}) provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`,
  );
});

test("no model is made in a deleted or unknown experiment", async () => {
  const { store, experimentId } = await storeWithExperiment();
  deleteExperiment(store, experimentId);

  expect(() => createLoggedModel(store, experimentId)).toThrow(
    expect.objectContaining({
      errorCode: "INVALID_STATE",
      message: `Could not create model under non-active experiment with ID ${experimentId}.`,
    }),
  );
  expect(() => createLoggedModel(store, "404")).toThrow("Could not find experiment with ID 404");
});

describe("metrics", () => {
  test("a point logged with a model id is kept with the run and with the model", async () => {
    const { store, experimentId } = await storeWithExperiment();
    const { modelId } = createLoggedModel(store, experimentId);
    const { info } = createRun(store, experimentId);
    const point = { key: "acc", value: 0.5, timestamp: 10, step: 1, modelId };
    logMetric(store, info.runId, point);
    logBatch(store, info.runId, {
      metrics: [
        { ...point, value: 0.75, step: 2, datasetName: "valid", datasetDigest: "d1" },
        { ...point, value: 0.25, step: 3 },
      ],
    });

    const runId = info.runId;
    expect(readFileSync(join(store.root, experimentId, runId, "metrics/acc"), "utf8")).toBe(
      "10 0.5 1\n10 0.75 2 valid d1\n10 0.25 3\n",
    );
    expect(readLoggedModelHistory(store, modelId, "acc").found).toEqual([
      { ...point, runId },
      { ...point, runId, value: 0.75, step: 2, datasetName: "valid", datasetDigest: "d1" },
      { ...point, runId, value: 0.25, step: 3 },
    ]);
    // The latest of each dataset, and of none.
    expect(getLoggedModel(store, modelId).metrics).toEqual([
      { ...point, runId, value: 0.25, step: 3 },
      { ...point, runId, value: 0.75, step: 2, datasetName: "valid", datasetDigest: "d1" },
    ]);
  });

  test("a malformed line is named, and the other points are there", async () => {
    const { store, experimentId } = await storeWithExperiment();
    const { modelId } = createLoggedModel(store, experimentId);
    const file = join(store.root, experimentId, "models", modelId, "metrics/acc");
    appendFileSync(file, "10 0.5 1 run\n10 0.6 2\n");

    const { found, problems } = listLoggedModels(store, experimentId);
    expect(found[0]?.metrics).toEqual([
      { key: "acc", value: 0.5, timestamp: 10, step: 1, modelId, runId: "run" },
    ]);
    expect(problems).toEqual([
      {
        path: `${experimentId}/models/${modelId}/metrics/acc`,
        line: 2,
        message:
          "Metric 'acc' is malformed; persisted metric data contained 3 fields. Expected 4 or 6 fields.",
      },
    ]);
  });

  test("a metric without points has no history", async () => {
    const { store, experimentId } = await storeWithExperiment();
    const { modelId } = createLoggedModel(store, experimentId);

    expect(readLoggedModelHistory(store, modelId, "acc")).toEqual({ found: [], problems: [] });
  });
});

describe("changing", () => {
  test("finalizing sets the status and keeps what other versions wrote", async () => {
    const { store, experimentId } = await storeWithExperiment();
    const { modelId } = createLoggedModel(store, experimentId);
    const file = join(store.root, experimentId, "models", modelId, "meta.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}zz_unknown: kept\n`);

    expect(finalizeLoggedModel(store, modelId, "READY").status).toBe("READY");
    expect(readFileSync(file, "utf8")).toMatch(/status: 2\n(.|\n)*zz_unknown: kept\n$/);
  });

  test("tags are set and removed; params may change", async () => {
    const { store, experimentId } = await storeWithExperiment();
    const { modelId } = createLoggedModel(store, experimentId, { params: { lr: "0.1" } });
    setLoggedModelTags(store, modelId, [
      { key: "a", value: "1" },
      { key: "b/c", value: "" },
    ]);
    deleteLoggedModelTag(store, modelId, "a");
    logLoggedModelParams(store, modelId, [{ key: "lr", value: "0.2" }]);

    expect(getLoggedModel(store, modelId)).toMatchObject({
      tags: { "b/c": "" },
      params: { lr: "0.2" },
    });
    expect(() => deleteLoggedModelTag(store, modelId, "a")).toThrow(
      `No tag with key 'a' found for model with ID '${modelId}'.`,
    );
  });

  test("a deleted model is gone for MLflow's calls, and its files stay", async () => {
    const { store, experimentId } = await storeWithExperiment();
    const { modelId } = createLoggedModel(store, experimentId);
    deleteLoggedModel(store, modelId);

    const gone = expect.objectContaining({
      errorCode: "RESOURCE_DOES_NOT_EXIST",
      message: `Model '${modelId}' not found`,
    });
    expect(() => getLoggedModel(store, modelId)).toThrow(gone);
    expect(() => finalizeLoggedModel(store, modelId, "READY")).toThrow(gone);
    expect(() => setLoggedModelTags(store, modelId, [])).toThrow(gone);
    expect(listLoggedModels(store, experimentId).found).toEqual([]);
    expect(listLoggedModels(store, experimentId, "DELETED_ONLY").found).toHaveLength(1);
    expect(existsSync(join(store.root, experimentId, "models", modelId, "artifacts"))).toBe(true);
  });
});

test("a broken model is named and does not stop the others", async () => {
  const store = openStore(await makeTree("v3-logged-models"));
  const experimentId = "763216358730172132";
  const [first, ...others] = listLoggedModels(store, experimentId).found;
  const path = `${experimentId}/models/${first?.modelId}/meta.yaml`;
  writeFileSync(join(store.root, path), "- status\n");

  expect(listLoggedModels(store, experimentId)).toEqual({
    found: others,
    problems: [{ path, line: 1, message: "Malformed YAML: expected keys and values" }],
  });
  rmSync(join(store.root, path));
  expect(listLoggedModels(store, experimentId)).toEqual({ found: others, problems: [] });
});

test("a model whose meta names another place is refused when asked for", async () => {
  const store = openStore(await makeTree("v3-logged-models"));
  const [model] = listLoggedModels(store, "763216358730172132").found;
  const file = join(store.root, "763216358730172132/models", model?.modelId ?? "", "meta.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("'763216358730172132'", "'5'"));

  expect(() => getLoggedModel(store, model?.modelId ?? "")).toThrow(
    expect.objectContaining({
      errorCode: "INVALID_STATE",
      message: expect.stringContaining(`Model '${model?.modelId}' metadata is in invalid state`),
    }),
  );
});
