import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createExperiment } from "../../lib/store/experiments.ts";
import { readHistory } from "../../lib/store/history.ts";
import {
  deleteTag,
  logBatch,
  logInputs,
  logMetric,
  logOutputs,
  logParam,
  setTag,
} from "../../lib/store/log.ts";
import { readRun } from "../../lib/store/read-run.ts";
import {
  createRun,
  deleteRun,
  findRun,
  getRun,
  listRuns,
  restoreRun,
  updateRun,
} from "../../lib/store/runs.ts";
import { openStore, type Store } from "../../lib/store/store.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

let store: Store;
let experimentId: string;

beforeEach(async () => {
  store = openStore(join(await makeTempFolder(), "mlruns"));
  experimentId = createExperiment(store, "e");
});

function newRun(): string {
  return createRun(store, experimentId).info.runId;
}

function fileOf(runId: string, ...path: string[]): string {
  return join(store.root, experimentId, runId, ...path);
}

describe("creating a run", () => {
  test("it has MLflow's folders and keys, both run ids, and no path of this machine", () => {
    const { info } = createRun(store, experimentId, {
      runName: "sgd",
      startTime: 123,
      tags: { "mlflow.user": "ada" },
    });

    expect(readFileSync(fileOf(info.runId, "meta.yaml"), "utf8")).toBe(
      [
        `artifact_uri: mlruns/${experimentId}/${info.runId}/artifacts`,
        "deleted_time: null",
        "end_time: null",
        "entry_point_name: ''",
        `experiment_id: '${experimentId}'`,
        "lifecycle_stage: active",
        `run_id: ${/^\d+$/.test(info.runId) ? `'${info.runId}'` : info.runId}`,
        "run_name: sgd",
        `run_uuid: ${/^\d+$/.test(info.runId) ? `'${info.runId}'` : info.runId}`,
        "source_name: ''",
        "source_type: 4",
        "source_version: ''",
        "start_time: 123",
        "status: 1",
        "tags: []",
        "user_id: ada",
        "",
      ].join("\n"),
    );
    expect(readFileSync(fileOf(info.runId, "tags", "mlflow.runName"), "utf8")).toBe("sgd");
    expect(info).toMatchObject({ status: "RUNNING", userId: "ada", endTime: null, startTime: 123 });
  });

  test("without a name it is given one", () => {
    expect(createRun(store, experimentId).info.runName).toMatch(/^[a-z]+-[a-z]+-\d+$/);
  });

  test("a name and a name tag that differ are refused, in MLflow's words", () => {
    expect(() =>
      createRun(store, experimentId, { runName: "a", tags: { "mlflow.runName": "b" } }),
    ).toThrow(
      "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name='a', mlflow.runName='b').",
    );
  });

  test("a bad tag leaves no half-made run", () => {
    expect(() => createRun(store, experimentId, { tags: { "a*": "b" } })).toThrow(/Invalid value/);
    expect(listRuns(store, experimentId)).toEqual({ found: [], problems: [] });
  });
});

describe("logging", () => {
  test("the latest value of a metric is the greatest by step, time and value", () => {
    const runId = newRun();
    for (const [value, timestamp, step] of [
      [5, 10, 2],
      [9, 20, 1],
      [7, 10, 2],
      [6, 10, 2],
    ] as const) {
      logMetric(store, runId, { key: "m", value, timestamp, step });
    }

    expect(getRun(store, runId).data.metrics).toEqual({ m: 7 });
    expect(readHistory(store, runId, "m").found.map(({ value }) => value)).toEqual([5, 9, 7, 6]);
  });

  test("numbers are spelled as Python spells them", () => {
    const runId = newRun();
    for (const value of [1, 0.1, 1e-7, 1e22, Number.NaN, Number.POSITIVE_INFINITY, -0]) {
      logMetric(store, runId, { key: "train/loss", value, timestamp: 1, step: 0 });
    }

    const values = readFileSync(fileOf(runId, "metrics", "train", "loss"), "utf8").split("\n");
    expect(values.map((line) => line.split(" ")[1]).slice(0, -1)).toEqual([
      "1.0",
      "0.1",
      "1e-07",
      "1e+22",
      "nan",
      "inf",
      "-0.0",
    ]);
  });

  test("a param is logged once; the same value again is fine, another is not", () => {
    const runId = newRun();
    logParam(store, runId, { key: "lr", value: "0.1" });
    logParam(store, runId, { key: "lr", value: "0.1" });

    expect(() => logParam(store, runId, { key: "lr", value: "0.2" })).toThrow(
      `Changing param values is not allowed. Param with key='lr' was already logged with value='0.1' for run ID='${runId}'. Attempted logging new value '0.2'.`,
    );
    expect(getRun(store, runId).data.params).toEqual({ lr: "0.1" });
  });

  test("a batch that cannot be written whole is not written at all", () => {
    const runId = newRun();
    logParam(store, runId, { key: "lr", value: "0.1" });
    const point = { key: "m", value: 1, timestamp: 1, step: 0 };
    const good = {
      metrics: [point],
      params: [{ key: "p", value: "1" }],
      tags: [{ key: "t", value: "1" }],
    };
    const before = getRun(store, runId);

    expect(() =>
      logBatch(store, runId, { ...good, params: [...good.params, { key: "lr", value: "0.2" }] }),
    ).toThrow(/Changing param/);
    expect(() =>
      logBatch(store, runId, { ...good, metrics: [point, { ...point, key: "b*" }] }),
    ).toThrow("metrics[1].name");
    expect(() => logBatch(store, runId, { ...good, tags: [{ key: "", value: "" }] })).toThrow(
      "tags[0].key",
    );
    expect(getRun(store, runId)).toEqual(before);

    logBatch(store, runId, good);
    expect(getRun(store, runId).data).toMatchObject({
      metrics: { m: 1 },
      params: { lr: "0.1", p: "1" },
      tags: { t: "1" },
    });
  });

  test("a deleted run takes no data, also when it was logged to a moment ago", () => {
    const runId = newRun();
    const message = `The run ${runId} must be in 'active' lifecycle_stage.`;
    logMetric(store, runId, { key: "m", value: 1, timestamp: 1, step: 0 });
    deleteRun(store, runId);

    expect(() => logMetric(store, runId, { key: "m", value: 1, timestamp: 1, step: 1 })).toThrow(
      message,
    );
    expect(() => setTag(store, runId, { key: "t", value: "" })).toThrow(message);
    expect(() => updateRun(store, runId, { status: "FINISHED" })).toThrow(message);
    restoreRun(store, runId);
    logMetric(store, runId, { key: "m", value: 2, timestamp: 1, step: 1 });
    expect(getRun(store, runId).data.metrics).toEqual({ m: 2 });
  });

  test("the name lives in meta.yaml and in the tag, and a rename changes both", () => {
    const runId = newRun();
    setTag(store, runId, { key: "mlflow.runName", value: "by tag" });
    expect(getRun(store, runId).info.runName).toBe("by tag");

    updateRun(store, runId, { runName: "by update" });
    expect(getRun(store, runId)).toMatchObject({
      info: { runName: "by update" },
      data: { tags: { "mlflow.runName": "by update" } },
    });
  });

  test("a tag is removed; one that is not there is not found", () => {
    const runId = newRun();
    setTag(store, runId, { key: "t", value: "x".repeat(100_000) });
    expect(getRun(store, runId).data.tags.t).toHaveLength(100_000);
    deleteTag(store, runId, "t");

    expect(() => deleteTag(store, runId, "t")).toThrow(
      `No tag with name: t in run with id ${runId}`,
    );
  });

  test("inputs and outputs are read back; the first context of a dataset wins", () => {
    const runId = newRun();
    const dataset = {
      name: "train",
      digest: "d1",
      sourceType: "http",
      source: "{}",
      schema: null,
      profile: "{}",
    };
    logInputs(
      store,
      runId,
      [{ dataset, tags: { "mlflow.data.context": "training" } }],
      [{ modelId: "m-1" }],
    );
    logInputs(store, runId, [{ dataset, tags: { "mlflow.data.context": "eval" } }]);
    logOutputs(store, runId, [{ modelId: "m-2", step: 7 }]);

    expect(getRun(store, runId)).toMatchObject({
      inputs: {
        datasetInputs: [{ dataset, tags: { "mlflow.data.context": "training" } }],
        modelInputs: [{ modelId: "m-1" }],
      },
      outputs: { modelOutputs: [{ modelId: "m-2", step: 7 }] },
    });
    expect(() => logOutputs(store, runId, [{ modelId: "../../x", step: 0 }])).toThrow(/model_id/);
  });

  test("what is unknown or no id is told in MLflow's words", () => {
    expect(() => getRun(store, "ffff")).toThrow("Run 'ffff' not found");
    expect(() => getRun(store, "../x")).toThrow(
      `Invalid value "../x" for parameter 'run_id' supplied.`,
    );
  });
});

describe("a damaged run", () => {
  test("what is broken is named by path and line; the rest is read", async () => {
    const runId = newRun();
    logMetric(store, runId, { key: "good", value: 1, timestamp: 1, step: 0 });
    logParam(store, runId, { key: "p", value: "1" });
    updateRun(store, runId, { status: "FINISHED" });
    writeFileSync(fileOf(runId, "metrics", "empty"), "");
    writeFileSync(fileOf(runId, "metrics", "odd"), "1 0.5 0\n1 2 3 4\n2 0.4 1\n");
    writeFileSync(fileOf(runId, "params", "bytes"), Buffer.from([0xff]));

    const { run, problems } = readRun(store, findRun(store, runId));

    const at = `${experimentId}/${runId}`;
    expect(run.data.metrics).toEqual({ good: 1, odd: 0.4 });
    expect(run.data.params).toEqual({ p: "1" });
    expect(problems).toEqual([
      { path: `${at}/params/bytes`, message: "The file is not valid UTF-8" },
      { path: `${at}/metrics/empty`, message: "Metric 'empty' is malformed. No data found." },
      {
        path: `${at}/metrics/odd`,
        line: 2,
        message: `Metric 'odd' is malformed; persisted metric data contained 4 fields. Expected 2, 3, or 5 fields. Experiment id: ${experimentId}`,
      },
    ]);
  });

  test("a run without a readable meta.yaml is a problem of the list, and the others are there", () => {
    const [good, bad] = [newRun(), newRun()];
    writeFileSync(fileOf(bad, "meta.yaml"), "status: 1\nuser_id: [\n");

    const { found, problems } = listRuns(store, experimentId);

    expect(found.map(({ run }) => run.info.runId)).toEqual([good]);
    expect(problems).toMatchObject([{ path: `${experimentId}/${bad}/meta.yaml` }]);
    expect(() => getRun(store, bad)).toThrow();
  });

  test("a run without its empty folders, as git leaves it, is read", () => {
    const runId = newRun();
    for (const folder of ["metrics", "params", "artifacts"])
      rmSync(fileOf(runId, folder), { recursive: true });

    expect(getRun(store, runId).data).toMatchObject({ metrics: {}, params: {} });
  });

  test("a run that says it belongs elsewhere is refused", async () => {
    const tree = openStore(await makeTree("v3-basic"));
    const place = listRuns(tree, "802030357794687314").found[0]?.run.info;
    const file = join(tree.root, "802030357794687314", place?.runId ?? "", "meta.yaml");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/^experiment_id: .*/m, "experiment_id: '1'"),
    );

    expect(() => getRun(tree, place?.runId ?? "")).toThrow(
      expect.objectContaining({ errorCode: "INVALID_STATE" }),
    );
  });
});
