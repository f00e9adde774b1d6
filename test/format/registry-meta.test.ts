import { expect, test } from "vitest";
import {
  type ModelVersionMeta,
  NEW_MODEL_VERSION_EXTRA,
  NEW_REGISTERED_MODEL_EXTRA,
  parseModelVersionMeta,
  parseRegisteredModelMeta,
  printModelVersionMeta,
  printRegisteredModelMeta,
  type RegisteredModelMeta,
} from "../../lib/format/registry-meta.ts";

const MODEL: RegisteredModelMeta = {
  name: "churn model",
  creationTimestamp: 1795394690509,
  lastUpdatedTimestamp: 1795394690593,
  description: "Predicts churn: yes/no",
  aliases: { champion: "3" },
  extra: NEW_REGISTERED_MODEL_EXTRA,
};

const MODEL_TEXT = `aliases:
  champion: '3'
creation_timestamp: 1795394690509
deployment_job_id: null
deployment_job_state: null
description: 'Predicts churn: yes/no'
last_updated_timestamp: 1795394690593
name: churn model
workspace: default
`;

const VERSION: ModelVersionMeta = {
  name: "churn model",
  version: "3",
  creationTimestamp: 1795394690538,
  lastUpdatedTimestamp: 1795394690569,
  description: null,
  userId: null,
  currentStage: "None",
  source: "models:/churn model/2",
  runId: "2c48d533d27644dea62558d3fa7308df",
  runLink: null,
  status: "READY",
  statusMessage: null,
  modelId: null,
  storageLocation: "s3://bucket/model",
  extra: NEW_MODEL_VERSION_EXTRA,
};

const VERSION_TEXT = `creation_timestamp: 1795394690538
current_stage: None
deployment_job_state: null
description: null
last_updated_timestamp: 1795394690569
model_id: null
name: churn model
run_id: 2c48d533d27644dea62558d3fa7308df
run_link: null
source: models:/churn model/2
status: READY
status_message: null
storage_location: s3://bucket/model
user_id: null
version: 3
workspace: default
`;

test("a registered model", () => {
  expect(printRegisteredModelMeta(MODEL)).toBe(MODEL_TEXT);
  expect(parseRegisteredModelMeta(MODEL_TEXT, "p")).toEqual(MODEL);
});

test("a registered model of MLflow 2 stays without the keys of MLflow 3", () => {
  const text = MODEL_TEXT.replace(/(deployment|workspace).*\n/g, "");

  expect(parseRegisteredModelMeta(text, "p")).toEqual({ ...MODEL, extra: {} });
  expect(printRegisteredModelMeta({ ...MODEL, extra: {} })).toBe(text);
});

test("a model version, whose number is a number in the file", () => {
  expect(printModelVersionMeta(VERSION)).toBe(VERSION_TEXT);
  expect(parseModelVersionMeta(VERSION_TEXT, "p")).toEqual(VERSION);
});

test("a model version of MLflow 2 has an empty list of aliases, which is dropped", () => {
  const text = `aliases: []\n${VERSION_TEXT.replace(/(deployment|workspace|model_id).*\n/g, "")}`;

  expect(parseModelVersionMeta(text, "p")).toEqual({ ...VERSION, extra: {} });
});

test("a deleted version is known by its stage", () => {
  const text = VERSION_TEXT.replace("current_stage: None", "current_stage: Deleted_Internal");

  expect(parseModelVersionMeta(text, "p").currentStage).toBe("Deleted_Internal");
});

test("a version without stage and status is ready and in no stage", () => {
  const text = VERSION_TEXT.replace(/(current_stage|status).*\n/g, "");

  expect(parseModelVersionMeta(text, "p")).toEqual(VERSION);
});

test("a time of the last change may be missing", () => {
  const text = MODEL_TEXT.replace(/last_updated.*/, "last_updated_timestamp: null");

  expect(parseRegisteredModelMeta(text, "p").lastUpdatedTimestamp).toBe(MODEL.creationTimestamp);
});

test.each([
  [
    "current_stage: None",
    "current_stage: Foo",
    "key 'current_stage' should be one of None, Staging, Production, Archived, Deleted_Internal, found 'Foo'",
  ],
  [
    "status: READY",
    "status: 3",
    "key 'status' should be one of PENDING_REGISTRATION, FAILED_REGISTRATION, READY, found '3'",
  ],
  ["version: 3", "version: v3", "key 'version' should be a whole number"],
  ["name: churn model\n", "", "key 'name' is missing"],
])("a version with '%s' as '%s' is refused", (from, to, message) => {
  expect(() => parseModelVersionMeta(VERSION_TEXT.replace(from, to), "p")).toThrow(message);
});
