import { expect, test } from "vitest";
import type { Dataset } from "../../lib/entities/dataset.ts";
import {
  parseDatasetMeta,
  parseInputMeta,
  parseOutputMeta,
  printDatasetMeta,
  printInputMeta,
  printOutputMeta,
} from "../../lib/format/dataset-meta.ts";

const DATASET: Dataset = {
  name: "train",
  digest: "12345678",
  sourceType: "http",
  source: '{"url": "https://data.example.org/train.csv"}',
  schema: null,
  profile: '{"num_rows": 3}',
};

const DATASET_TEXT = `digest: '12345678'
name: train
profile: '{"num_rows": 3}'
schema: null
source: '{"url": "https://data.example.org/train.csv"}'
source_type: http
`;

test("a dataset", () => {
  expect(printDatasetMeta(DATASET)).toBe(DATASET_TEXT);
  expect(parseDatasetMeta(DATASET_TEXT, "p")).toEqual(DATASET);
});

test("a dataset without schema and profile", () => {
  const text = DATASET_TEXT.replace(/(schema|profile).*\n/g, "");

  expect(parseDatasetMeta(text, "p")).toEqual({ ...DATASET, profile: null });
});

test.each(["digest", "name", "source", "source_type"])("a dataset has a %s", (key) => {
  const text = DATASET_TEXT.replace(new RegExp(`^${key}:.*\n`, "m"), "");

  expect(() => parseDatasetMeta(text, "p")).toThrow(`key '${key}' is missing`);
});

test("a dataset as an input", () => {
  const input = {
    sourceType: "DATASET",
    sourceId: "93fba69d",
    destinationId: "93fba69d",
    tags: { "mlflow.data.context": "training" },
  } as const;
  const text = `destination_id: 93fba69d
destination_type: RUN
source_id: 93fba69d
source_type: DATASET
tags:
  mlflow.data.context: training
`;

  expect(printInputMeta(input)).toBe(text);
  expect(parseInputMeta(text, "p")).toEqual(input);
});

test("a logged model as an input", () => {
  const input = { sourceType: "MODEL", sourceId: "m-1", destinationId: "r", tags: {} } as const;
  const text = `destination_id: r
destination_type: RUN
source_id: m-1
source_type: MODEL
tags: {}
`;

  expect(printInputMeta(input)).toBe(text);
  expect(parseInputMeta(text, "p")).toEqual(input);
});

test.each([
  [
    "source_type: MODEL",
    "source_type: TABLE",
    "key 'source_type' should be one of DATASET, MODEL, RUN, found 'TABLE'",
  ],
  ["source_id: m-1\n", "", "key 'source_id' is missing"],
  ["tags: {}", "tags: [a]", "key 'tags' should be a map"],
  ["tags: {}", "tags: {a: {}}", "key 'tags' should hold texts only"],
])("an input with '%s' as '%s' is refused", (from, to, message) => {
  const text =
    "destination_id: r\ndestination_type: RUN\nsource_id: m-1\nsource_type: MODEL\ntags: {}\n";

  expect(() => parseInputMeta(text.replace(from, to), "p")).toThrow(message);
});

test("a logged model as an output", () => {
  const output = { sourceId: "m-1", destinationId: "m-1", step: 7, tags: {} };
  const text = `destination_id: m-1
destination_type: MODEL_OUTPUT
source_id: m-1
source_type: RUN_OUTPUT
step: 7
tags: {}
`;

  expect(printOutputMeta(output)).toBe(text);
  expect(parseOutputMeta(text, "p")).toEqual(output);
  expect(() => parseOutputMeta(text.replace("step: 7", "step: x"), "p")).toThrow(
    "key 'step' should be a whole number",
  );
});
