import fc from "fast-check";
import type {
  ExperimentJson,
  LoggedModelJson,
  ModelVersionJson,
  RegisteredModelJson,
  RunJson,
  TraceJson,
} from "./entities.ts";

/** Rows of every kind, in MLflow's words. */
export interface Population {
  readonly runs: readonly RunJson[];
  readonly experiments: readonly ExperimentJson[];
  readonly logged_models: readonly LoggedModelJson[];
  readonly registered_models: readonly RegisteredModelJson[];
  readonly model_versions: readonly ModelVersionJson[];
  readonly traces: readonly TraceJson[];
}

export const KEYS = [
  "loss",
  "val/auc",
  "a.b",
  "a b",
  "created",
  "Created",
  "run name",
  "order",
  "é",
  "日本",
];
export const TAG_KEYS = [...KEYS, "mlflow.runName", "name", "timestamp", "mlflow.prompt.is_prompt"];
const METADATA_KEYS = [...KEYS, "mlflow.sourceRun", "timestamp_ms"];
const NAMES = [
  "a",
  "A",
  "ab",
  "a b",
  "b",
  "é",
  "É",
  "İi",
  "ıI",
  "straße",
  "a_b",
  "100%",
  "😀",
  "\ue000",
];
export const TEXTS = [
  ...NAMES,
  "",
  "0.1",
  "1e3",
  "true",
  "false",
  "line\nbreak",
  "ab\n",
  "\nab",
  "it's",
  "a\\",
];
const TIMES = [0, 1, 2, 1_700_000_000_000];
const NUMBERS = [0, -1, 0.5, 1, 2, 1e-3, 1e21, 0.30000000000000004];

const text = fc.constantFrom(...TEXTS);
const time = fc.constantFrom(...TIMES);
const number = fc.constantFrom(...NUMBERS);
const texts = (keys: readonly string[]): fc.Arbitrary<Record<string, string>> =>
  fc.dictionary(fc.constantFrom(...keys), text, { maxKeys: 6, noNullPrototype: true });
export const id = (index: number): string => ((index * 7919) % 100).toString(16).padStart(32, "0");
const optional = <T>(from: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(from, { nil: null });

/** Few values, so that there are ties, and awkward ones. */
export const population: fc.Arbitrary<Population> = fc.record({
  runs: rows(24, (index) => ({
    info: fc.record<RunJson["info"]>({
      run_id: fc.constant(id(index)),
      experiment_id: fc.constant("0"),
      run_name: fc.constantFrom(...NAMES),
      user_id: text,
      status: fc.constantFrom("RUNNING" as const, "FINISHED" as const, "KILLED" as const),
      start_time: time,
      end_time: optional(time),
      lifecycle_stage: fc.constant("active" as const),
      artifact_uri: fc.constantFrom("file:///a", "s3://b"),
    }),
    metrics: fc.dictionary(
      fc.constantFrom(...KEYS, "start_time"),
      fc.oneof(number, fc.constantFrom("NaN", "Infinity", "-Infinity")),
      { noNullPrototype: true },
    ),
    params: texts([...KEYS, "start_time", "run_name"]),
    tags: texts([...TAG_KEYS, "start_time"]),
    inputs: fc.record({
      dataset_inputs: fc.array(
        fc.record({
          dataset: fc.record({ name: fc.constantFrom(...NAMES), digest: text }),
          tags: fc.oneof(fc.constant({}), fc.record({ "mlflow.data.context": text })),
        }),
        { maxLength: 2 },
      ),
    }),
  })),
  experiments: rows(16, (index) => ({
    experiment_id: fc.constant(String(index)),
    name: fc.constantFrom(...NAMES),
    lifecycle_stage: fc.constant("active" as const),
    creation_time: optional(time),
    last_update_time: time,
    tags: texts(TAG_KEYS),
  })),
  logged_models: rows(16, (index) => ({
    model_id: fc.constant(`m-${id(index)}`),
    experiment_id: fc.constant("0"),
    name: fc.constantFrom(...NAMES),
    creation_timestamp: time,
    last_updated_timestamp: time,
    model_type: optional(text),
    source_run_id: optional(text),
    status: fc.constantFrom("READY" as const, "PENDING" as const),
    params: texts(KEYS),
    tags: texts(TAG_KEYS),
    // No NaN: sorting by one has no order in MLflow, whose comparison is then false both ways.
    metrics: fc.array(
      fc.record({
        key: fc.constantFrom("loss", "val/auc", "created", "start_time"),
        value: number,
        timestamp: time,
        step: fc.constant(0),
        dataset_name: fc.constantFrom("train", "test"),
        dataset_digest: fc.constantFrom("d1", "d2"),
      }),
      { maxLength: 4 },
    ),
  })),
  registered_models: rows(12, (index) => ({
    name: fc.constant(`${NAMES[index % NAMES.length]}${index}`),
    creation_timestamp: time,
    last_updated_timestamp: time,
    tags: texts(TAG_KEYS),
  })),
  model_versions: rows(16, (index) => ({
    name: fc.constantFrom(...NAMES),
    version: fc.constant(String(index)),
    current_stage: fc.constant("None" as const),
    source: optional(text),
    run_id: optional(text),
    creation_timestamp: time,
    last_updated_timestamp: time,
    tags: texts(TAG_KEYS),
  })),
  traces: rows(16, (index) => ({
    trace_id: fc.constant(`tr-${id(index)}`),
    experiment_id: fc.constant("0"),
    request_time: time,
    execution_duration: optional(time),
    state: fc.constantFrom("OK" as const, "ERROR" as const, "STATE_UNSPECIFIED" as const),
    client_request_id: optional(text),
    trace_metadata: texts(METADATA_KEYS),
    tags: texts([...TAG_KEYS, "mlflow.traceName", "timestamp_ms"]),
  })),
});

/** That many different records, `index` telling them apart. */
function rows<T>(count: number, row: (index: number) => Parts<T>): fc.Arbitrary<T[]> {
  return fc.tuple(...Array.from({ length: count }, (_, index) => fc.record(row(index))));
}

type Parts<T> = { [K in keyof T]: fc.Arbitrary<T[K]> };
