import { describe, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { MlrunsError } from "../../lib/errors.ts";
import { decodeError, encodeError } from "../../lib/wire/error.ts";
import { decodeExperiment, encodeExperiment } from "../../lib/wire/experiment.ts";
import { decodeFileInfo, encodeFileInfo } from "../../lib/wire/file-info.ts";
import { decodeLoggedModel, encodeLoggedModel } from "../../lib/wire/logged-model.ts";
import { decodeModelVersion, encodeModelVersion } from "../../lib/wire/model-version.ts";
import { decodeRegisteredModel, encodeRegisteredModel } from "../../lib/wire/registered-model.ts";
import { decodeRun, encodeRun } from "../../lib/wire/run.ts";
import {
  decodeTraceInfo,
  encodeTraceInfo,
  encodeTraceInfoV2,
  parseDuration,
  printDuration,
} from "../../lib/wire/trace.ts";
import { makeTree, TREE_NAMES } from "../helpers/tree.ts";

/** What arrives of a value that is sent as JSON. */
function sent<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

describe("what is encoded and decoded is the same, for every entity of real trees", () => {
  test.each(TREE_NAMES)("of %s", async (name) => {
    const client = new MlrunsClient(await makeTree(name));
    const { experiments } = await client.scanExperiments();
    const ids = experiments.map(({ experimentId }) => experimentId);

    for (const experiment of experiments) {
      const json = sent(encodeExperiment(experiment, experiment.artifactLocation));
      expect(decodeExperiment(json)).toEqual(experiment);
    }
    for await (const run of client.iterateRuns(ids, { viewType: "ALL" })) {
      const runId = run.info.runId;
      const decoded = decodeRun(sent(encodeRun(run, run.info.artifactUri ?? "")));
      // On the wire a point names its run, its step is 0 when it has a dataset, and there is no -0.
      const latestMetrics = run.data.latestMetrics.map((metric) => ({
        ...metric,
        value: metric.value + 0,
        step: metric.datasetName === undefined ? metric.step : 0,
        runId,
      }));
      const metrics = Object.fromEntries(latestMetrics.map(({ key, value }) => [key, value]));
      expect(decoded).toEqual({ ...run, data: { ...run.data, metrics, latestMetrics } });
    }
    for (const id of ids) {
      for (const model of (await client.scanLoggedModels(id)).loggedModels) {
        expect(decodeLoggedModel(sent(encodeLoggedModel(model, model.artifactLocation)))).toEqual(
          model,
        );
      }
      for (const trace of (await client.scanTraces(id)).traces) {
        const location = trace.tags["mlflow.artifactLocation"] ?? "";
        expect(decodeTraceInfo(sent(encodeTraceInfo(trace, location)))).toEqual(trace);
      }
    }
    for (const version of (await client.scanModelVersions()).modelVersions) {
      const decoded = decodeModelVersion(sent(encodeModelVersion(version, version.source ?? "")));
      expect(decoded).toEqual({ ...version, storageLocation: null });
    }
    for (const model of (await client.scanRegisteredModels()).registeredModels) {
      const versions = model.latestVersions.map((version) =>
        encodeModelVersion(version, version.source ?? ""),
      );
      const latestVersions = model.latestVersions.map((version) => ({
        ...version,
        storageLocation: null,
      }));
      expect(decodeRegisteredModel(sent(encodeRegisteredModel(model, versions)))).toEqual({
        ...model,
        latestVersions,
      });
    }
  });
});

test("whole numbers may come as text, as some servers send them", () => {
  const run = decodeRun({
    info: { run_id: "r", experiment_id: "1", start_time: "1795395409278", end_time: "5" },
    data: { metrics: [{ key: "m", value: "NaN", timestamp: "7", step: "2" }] },
  });
  expect(run.info).toMatchObject({ startTime: 1795395409278, endTime: 5 });
  expect(run.data.latestMetrics).toEqual([{ key: "m", value: Number.NaN, timestamp: 7, step: 2 }]);
});

test("a file without a size is empty, a folder has none", () => {
  expect(decodeFileInfo({ path: "a", is_dir: false })).toEqual({
    path: "a",
    isDir: false,
    fileSize: 0,
  });
  expect(decodeFileInfo({ path: "b", is_dir: true })).toEqual({
    path: "b",
    isDir: true,
    fileSize: null,
  });
  expect(sent(encodeFileInfo({ path: "b", isDir: true, fileSize: null }))).toEqual({
    path: "b",
    is_dir: true,
  });
});

test.each([
  [65, "0.065s"],
  [1_000, "1s"],
  [0, "0s"],
  [61_500, "61.500s"],
])("%d ms are %s", (milliseconds, text) => {
  expect(printDuration(milliseconds)).toBe(text);
  expect(parseDuration(text)).toBe(milliseconds);
});

test("MLflow 2 is told a trace that goes on with a time of 0", async () => {
  const client = new MlrunsClient(await makeTree("v3-traces"));
  const [experiment] = (await client.scanExperiments("ACTIVE_ONLY")).experiments.slice(-1);
  const info = await client.startTrace({
    experimentId: experiment?.experimentId ?? "0",
    requestTime: 5,
  });
  expect(encodeTraceInfoV2(info, "there")).toEqual({
    request_id: info.traceId,
    experiment_id: info.experimentId,
    timestamp_ms: 5,
    execution_time_ms: 0,
    status: "IN_PROGRESS",
    tags: [{ key: "mlflow.artifactLocation", value: "there" }],
  });
});

describe("errors", () => {
  test("keep code and message", () => {
    const error = new MlrunsError("RESOURCE_DOES_NOT_EXIST", "Run 'x' not found");
    expect(decodeError(sent(encodeError(error)), 404)).toEqual(error);
  });

  test.each([
    [{ error_code: "SOMETHING_NEW", message: "m" }, 400, "BAD_REQUEST"],
    [{}, 404, "ENDPOINT_NOT_FOUND"],
    [{}, 401, "UNAUTHENTICATED"],
    [{}, 503, "TEMPORARILY_UNAVAILABLE"],
    [{}, 500, "INTERNAL_ERROR"],
  ])("%j with status %d is %s", (json, status, code) => {
    expect(decodeError(json, status).errorCode).toBe(code);
  });
});
