import { expect, test } from "vitest";
import {
  type LoggedModelMeta,
  parseLoggedModelMeta,
  printLoggedModelMeta,
} from "../../lib/format/logged-model-meta.ts";

const META: LoggedModelMeta = {
  modelId: "m-b5cf69e274c34085888ba2b8217446db",
  experimentId: "763216358730172132",
  name: "candidate-2",
  artifactLocation: "file:///w/mlruns/7/models/m-b5/artifacts",
  creationTimestamp: 1795394602620,
  lastUpdatedTimestamp: 1795394602621,
  modelType: null,
  sourceRunId: "12d5128c3ad842778d889336d709403f",
  status: "PENDING",
  statusMessage: null,
  lifecycleStage: "active",
  extra: {},
};

const TEXT = `artifact_location: file:///w/mlruns/7/models/m-b5/artifacts
creation_timestamp: 1795394602620
experiment_id: '763216358730172132'
last_updated_timestamp: 1795394602621
lifecycle_stage: active
model_id: m-b5cf69e274c34085888ba2b8217446db
model_type: null
name: candidate-2
source_run_id: 12d5128c3ad842778d889336d709403f
status: 1
status_message: null
`;

test("a logged model", () => {
  expect(printLoggedModelMeta(META)).toBe(TEXT);
  expect(parseLoggedModelMeta(TEXT, "p")).toEqual(META);
});

test.each([
  ["UNSPECIFIED", 0],
  ["PENDING", 1],
  ["READY", 2],
  ["FAILED", 3],
] as const)("%s is %d in the file", (status, number) => {
  const text = TEXT.replace("status: 1", `status: ${number}`);

  expect(printLoggedModelMeta({ ...META, status })).toBe(text);
  expect(parseLoggedModelMeta(text, "p")).toEqual({ ...META, status });
});

test("a finalized model has no lifecycle stage in MLflow's files, and is active", () => {
  expect(parseLoggedModelMeta(TEXT.replace("lifecycle_stage: active\n", ""), "p")).toEqual(META);
});

test("keys of other versions are kept", () => {
  const text = TEXT.replace("status:", "stash: 3\nstatus:");

  expect(printLoggedModelMeta(parseLoggedModelMeta(text, "p"))).toBe(text);
});

test.each([
  ["status: 1", "status: 9", "Unknown model status: 9"],
  ["status: 1", "status: READY", "Unknown model status: READY"],
  ["lifecycle_stage: active", "lifecycle_stage: gone", "Invalid lifecycle stage 'gone'"],
  [/^model_id.*\n/m, "", "key 'model_id' is missing"],
  [/^name.*\n/m, "", "key 'name' is missing"],
  [/^experiment_id.*\n/m, "", "key 'experiment_id' is missing"],
  [/^creation_timestamp.*\n/m, "", "key 'creation_timestamp' is missing"],
])("with %s as '%s' it is refused", (from, to, message) => {
  expect(() => parseLoggedModelMeta(TEXT.replace(from, to), "p")).toThrow(message);
});
