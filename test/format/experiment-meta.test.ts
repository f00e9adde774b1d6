import { expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import {
  type ExperimentMeta,
  NEW_EXPERIMENT_EXTRA,
  parseExperimentMeta,
  printExperimentMeta,
} from "../../lib/format/experiment-meta.ts";

const META: ExperimentMeta = {
  experimentId: "400867905755652622",
  name: "ads",
  artifactLocation: "file:///w/mlruns/400867905755652622",
  lifecycleStage: "active",
  creationTime: 1795394523474,
  lastUpdateTime: 1795394523475,
  extra: {},
};

const TEXT = `artifact_location: file:///w/mlruns/400867905755652622
creation_time: 1795394523474
experiment_id: '400867905755652622'
last_update_time: 1795394523475
lifecycle_stage: active
name: ads
`;

test("an experiment is six keys", () => {
  expect(printExperimentMeta(META)).toBe(TEXT);
  expect(parseExperimentMeta(TEXT, "p")).toEqual(META);
});

test("a new experiment has the keys of MLflow 3.17, too", () => {
  expect(
    printExperimentMeta({ ...META, extra: NEW_EXPERIMENT_EXTRA }),
  ).toBe(`artifact_location: file:///w/mlruns/400867905755652622
creation_time: 1795394523474
effective_trace_archival_retention: null
experiment_id: '400867905755652622'
last_update_time: 1795394523475
lifecycle_stage: active
name: ads
trace_location: null
workspace: default
`);
});

test("keys of other versions are kept", () => {
  const text = `a_new_key:\n- 1\n- x: yes\n${TEXT}`;

  const meta = parseExperimentMeta(text, "p");
  expect(meta.extra).toEqual({ a_new_key: [1, { x: true }] });
  expect(printExperimentMeta({ ...meta, name: "b" })).toBe(
    text.replace("name: ads", "name: b").replace("yes", "true"),
  );
});

test("the stale copy of the tags is dropped", () => {
  expect(parseExperimentMeta(`${TEXT}tags:\n  a: b\n`, "p")).toEqual(META);
});

test.each([
  [
    "an id that is a number",
    "experiment_id: '400867905755652622'",
    "experiment_id: 12",
    { experimentId: "12" },
  ],
  ["an id beyond 2^53", "'400867905755652622'", "400867905755652622", {}],
  ["a name that YAML 1.2 takes for a number", "name: ads", "name: 1e3", { name: "1e3" }],
  [
    "no times, as before MLflow 1.29",
    /.*_time: .*\n/g,
    "",
    { creationTime: null, lastUpdateTime: null },
  ],
  [
    "times that are null",
    /_time: \d+/g,
    "_time: null",
    { creationTime: null, lastUpdateTime: null },
  ],
  ["a time in quotes", "1795394523474", "'1795394523474'", {}],
  ["an experiment in the trash", "stage: active", "stage: deleted", { lifecycleStage: "deleted" }],
])("%s can be read", (_, from, to, changes) => {
  expect(parseExperimentMeta(TEXT.replace(from, to), "p")).toEqual({ ...META, ...changes });
});

test.each([
  ["experiment_id", "key 'experiment_id' is missing"],
  ["name", "key 'name' is missing"],
  ["artifact_location", "key 'artifact_location' is missing"],
  ["lifecycle_stage", "key 'lifecycle_stage' is missing"],
])("%s must be there", (key, message) => {
  const text = TEXT.replace(new RegExp(`^${key}:.*\n`, "m"), "");

  expect(() => parseExperimentMeta(text, "0/meta.yaml")).toThrow(
    new MlrunsError("INTERNAL_ERROR", message, { path: "0/meta.yaml" }),
  );
});

test.each([
  ["name: ads", "name: [ads]", 6, "key 'name' should be text"],
  [
    "creation_time: 1795394523474",
    "creation_time: now",
    2,
    "key 'creation_time' should be a whole number",
  ],
  ["stage: active", "stage: weird", 5, "Invalid lifecycle stage 'weird'"],
  ["stage: active", "stage: {}", 5, "Invalid lifecycle stage 'a map'"],
])("%s is not %s: the error names the line", (from, to, line, message) => {
  let error: unknown;
  try {
    parseExperimentMeta(TEXT.replace(from, to), "0/meta.yaml");
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(MlrunsError);
  expect(error).toMatchObject({ message, path: "0/meta.yaml", line, errorCode: "INTERNAL_ERROR" });
});
