import { expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parseRunMeta, printRunMeta, type RunMeta } from "../../lib/format/run-meta.ts";

const META: RunMeta = {
  runId: "2908dadb89a34efbbf2f815401be9262",
  experimentId: "0",
  runName: "sweep-2",
  userId: "ada",
  status: "FINISHED",
  startTime: 1795394539771,
  endTime: 1795394539835,
  lifecycleStage: "active",
  artifactUri: "file:///w/mlruns/0/2908dadb89a34efbbf2f815401be9262/artifacts",
  extra: {},
};

const TEXT = `artifact_uri: file:///w/mlruns/0/2908dadb89a34efbbf2f815401be9262/artifacts
end_time: 1795394539835
entry_point_name: ''
experiment_id: '0'
lifecycle_stage: active
run_id: 2908dadb89a34efbbf2f815401be9262
run_name: sweep-2
run_uuid: 2908dadb89a34efbbf2f815401be9262
source_name: ''
source_type: 4
source_version: ''
start_time: 1795394539771
status: 3
tags: []
user_id: ada
`;

test("a run is written with both ids, a number for its status, and constants for old readers", () => {
  expect(printRunMeta(META)).toBe(TEXT);
  expect(parseRunMeta(TEXT, "p")).toEqual(META);
});

test.each([
  ["RUNNING", 1],
  ["SCHEDULED", 2],
  ["FINISHED", 3],
  ["FAILED", 4],
  ["KILLED", 5],
] as const)("%s is %d in the file", (status, number) => {
  const text = TEXT.replace("status: 3", `status: ${number}`);

  expect(printRunMeta({ ...META, status })).toBe(text);
  expect(parseRunMeta(text, "p")).toEqual({ ...META, status });
});

test.each([
  [null, "null"],
  [1795394539999, "1795394539999"],
])("the time of deletion is kept as it is: %s", (deletedTime, printed) => {
  const text = TEXT.replace("end_time", `deleted_time: ${printed}\nend_time`);

  expect(printRunMeta({ ...META, deletedTime })).toBe(text);
  expect(parseRunMeta(text, "p")).toEqual({ ...META, deletedTime });
});

test("keys of other versions are kept, the constants are set anew as MLflow does", () => {
  const text = TEXT.replace("source_name: ''", "source_name: train.py").replace(
    "user_id",
    "team: x\nuser_id",
  );

  const meta = parseRunMeta(text, "p");
  expect(meta.extra).toEqual({ team: "x" });
  expect(printRunMeta(meta)).toBe(TEXT.replace("user_id", "team: x\nuser_id"));
});

test.each([
  ["MLflow 3, without run_uuid", /run_uuid.*\n/, "", {}],
  ["only a run_uuid", /run_id.*\n/, "", {}],
  ["no name", /run_name.*\n/, "", { runName: "" }],
  ["a name that is null", "run_name: sweep-2", "run_name: null", { runName: "" }],
  [
    "a name that YAML 1.2 takes for a number",
    "run_name: sweep-2",
    "run_name: 1e3",
    { runName: "1e3" },
  ],
  [
    "a name that somebody left without quotes",
    "run_name: sweep-2",
    "run_name: 12",
    { runName: "12" },
  ],
  ["an emoji", "sweep-2", '"\\U0001F600"', { runName: "😀" }],
  ["no status, which means running", /status.*\n/, "", { status: "RUNNING" }],
  ["no lifecycle stage, which means active", /lifecycle_stage.*\n/, "", {}],
  ["no end", "end_time: 1795394539835", "end_time: null", { endTime: null }],
  ["no artifact URI", /artifact_uri.*\n/, "", { artifactUri: null }],
  ["an experiment id that is a number", "'0'", "0", {}],
  ["a start in quotes", "1795394539771", "'1795394539771'", {}],
  ["a start in float form", "1795394539771", "1.795394539771e12", {}],
  ["Windows' line ends", /\n/g, "\r\n", {}],
])("%s can be read", (_, from, to, changes) => {
  expect(parseRunMeta(TEXT.replace(from, to), "p")).toEqual({ ...META, ...changes });
});

test("JSON can be read", () => {
  const text = JSON.stringify({
    run_id: META.runId,
    experiment_id: 0,
    run_name: "sweep-2",
    user_id: "ada",
    status: 3,
    start_time: META.startTime,
    end_time: META.endTime,
    artifact_uri: META.artifactUri,
  });

  expect(parseRunMeta(text, "p")).toEqual(META);
});

test.each(["experiment_id", "user_id", "start_time", "end_time"])("%s must be there", (key) => {
  const text = TEXT.replace(new RegExp(`^${key}:.*\n`, "m"), "");

  expect(() => parseRunMeta(text, "0/r/meta.yaml")).toThrow(
    new MlrunsError("INTERNAL_ERROR", `key '${key}' is missing`, { path: "0/r/meta.yaml" }),
  );
});

test("an id must be there", () => {
  expect(() => parseRunMeta(TEXT.replace(/run_(id|uuid).*\n/g, ""), "p")).toThrow(
    "key 'run_id' is missing",
  );
});

test.each([
  [
    "status: 3",
    "status: FINISHED",
    13,
    "Could not get string corresponding to run status FINISHED",
  ],
  ["status: 3", "status: 0", 13, "Could not get string corresponding to run status 0"],
  ["status: 3", "status: null", 13, "Could not get string corresponding to run status null"],
  ["stage: active", "stage: weird", 5, "Invalid lifecycle stage 'weird'"],
  ["1795394539771", "1.5", 12, "key 'start_time' should be a whole number"],
  ["1795394539771", "null", 12, "key 'start_time' is missing"],
  ["1795394539771", "soon", 12, "key 'start_time' should be a whole number"],
])("%s is not %s: the error names the line", (from, to, line, message) => {
  let error: unknown;
  try {
    parseRunMeta(TEXT.replace(from, to), "0/r/meta.yaml");
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(MlrunsError);
  expect(error).toMatchObject({
    message,
    path: "0/r/meta.yaml",
    line,
    errorCode: "INTERNAL_ERROR",
  });
});
