import { expect, test } from "vitest";
import type { Run } from "../../lib/entities/run.ts";
import {
  type Accessor,
  compileFilter,
  compileOrder,
  paginate,
  parseFilter,
  parseOrderBy,
  searchExperiments,
  searchRuns,
} from "../../lib/search/index.ts";
import { toRun } from "./entities.ts";

interface Parts {
  readonly metrics?: Readonly<Record<string, number>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly runName?: string;
  readonly startTime?: number;
}

const makeRun = (runId: string, parts: Parts = {}): Run =>
  toRun({
    info: {
      run_id: runId,
      experiment_id: "0",
      run_name: parts.runName ?? "",
      user_id: "ada",
      status: "FINISHED",
      start_time: parts.startTime ?? 0,
      end_time: null,
      lifecycle_stage: "active",
      artifact_uri: null,
    },
    metrics: parts.metrics ?? {},
    params: parts.params ?? {},
    tags: parts.tags ?? {},
    inputs: { dataset_inputs: [] },
  });

const find = (runs: readonly Run[], filter: string): string[] =>
  searchRuns(runs, { filter }).runs.map(({ info }) => info.runId);

const viewerFind = (runs: readonly Run[], text: string, now = 0): string[] => {
  const filter = parseFilter("runs", text, { dialect: "viewer" });
  return runs.filter(compileFilter(filter, RUNS, { now })).map(({ info }) => info.runId);
};

/** An accessor of one's own: what a store of columns would bring. */
const RUNS: Accessor<Run> = {
  attribute: (name) => (run) =>
    ({ run_name: run.info.runName, run_id: run.info.runId, start_time: run.info.startTime })[name],
  metric: (key) => (run) => run.data.metrics[key],
  param: (key) => (run) => run.data.params[key],
  tagValues: (run) => Object.values(run.data.tags),
};

test("a comparator that does not fit is a mistake only once something is compared", () => {
  const filter = "metrics.loss < 1 AND params.lr > '1'";

  expect(find([], filter)).toEqual([]);
  expect(find([makeRun("a", { metrics: { loss: 2 } })], filter)).toEqual([]);
  expect(() => find([makeRun("a", { metrics: { loss: 0 } })], filter)).toThrow(
    expect.objectContaining({
      errorCode: "INVALID_PARAMETER_VALUE",
      message:
        "Invalid comparator '>' not one of '{'!=', '=', 'ILIKE', 'IS NOT NULL', 'IS NULL', 'LIKE'}'",
      column: { start: 32, end: 33 },
      hint: "Params are text and have no order. Write one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL.",
    }),
  );
});

test("a run without the key matches nothing but IS NULL, NaN matches nothing but !=", () => {
  const runs = [
    makeRun("a", { metrics: { m: Number.NaN }, params: { p: "" } }),
    makeRun("b", { metrics: { m: 1 } }),
    makeRun("c"),
  ];

  expect(find(runs, "metrics.m != 2")).toEqual(["a", "b"]);
  expect(find(runs, "metrics.m >= 1")).toEqual(["b"]);
  expect(find(runs, "params.p != 'x'")).toEqual(["a"]);
  expect(find(runs, "params.p IS NULL")).toEqual(["b", "c"]);
});

test("names that every JavaScript object has are no keys", () => {
  const run: Run = {
    ...makeRun("a"),
    data: { metrics: {}, params: {}, tags: {}, latestMetrics: [] },
  };

  expect(find([run], "params.constructor IS NULL AND tags.__proto__ IS NULL")).toEqual(["a"]);
  expect(find([run], "metrics.toString != 1")).toEqual([]);
});

test("an experiment of before MLflow 1.29 has no creation time to compare, and comes last", () => {
  const make = (experimentId: string, creationTime: number | null) => ({
    experimentId,
    name: experimentId,
    artifactLocation: "",
    lifecycleStage: "active" as const,
    creationTime,
    lastUpdateTime: null,
    tags: {},
  });
  const all = [make("0", null), make("1", 5), make("2", 7)];
  const ids = (query: object): string[] =>
    searchExperiments(all, query).experiments.map(({ experimentId }) => experimentId);

  expect(ids({ filter: "creation_time > 1" })).toEqual(["2", "1"]);
  expect(ids({ filter: "creation_time != 5" })).toEqual(["2", "0"]);
  expect(ids({ orderBy: ["creation_time ASC"] })).toEqual(["1", "2", "0"]);
});

test("rows in columns are searched through their own accessor, each column found once", () => {
  const columns: Record<string, Float64Array> = { loss: Float64Array.of(3, 1, Number.NaN, 2) };
  const ids = ["a", "b", "c", "d"];
  let lookups = 0;
  const accessor: Accessor<number> = {
    attribute: (name) => (row) => (name === "run_id" ? ids[row] : 0),
    metric: (key) => {
      lookups += 1;
      const column = columns[key];
      return (row) => column?.[row];
    },
  };
  const matches = compileFilter(parseFilter("runs", "metrics.loss != 1"), accessor);
  const keys = compileOrder("runs", parseOrderBy("runs", ["metrics.loss ASC"]), accessor);

  const page = paginate([0, 1, 2, 3].filter(matches), keys, { maxResults: 2 });

  expect(page).toEqual({ rows: [3, 0], nextPageToken: btoa('{"offset": 2}') });
  expect(lookups).toBe(2);
});

test("the viewer knows OR, NOT, parentheses and IS NULL on metrics", () => {
  const runs = [
    makeRun("a", { metrics: { m: 1 }, params: { p: "x" } }),
    makeRun("b", { metrics: { m: 2 }, params: { p: "y" } }),
    makeRun("c", { params: { p: "y" } }),
  ];

  expect(viewerFind(runs, "metrics.m = 1 or metrics.m = 2")).toEqual(["a", "b"]);
  expect(viewerFind(runs, "not params.p = 'x'")).toEqual(["b", "c"]);
  expect(viewerFind(runs, "params.p = 'y' AND (metrics.m = 1 OR metrics.m IS NULL)")).toEqual([
    "c",
  ]);
  expect(viewerFind(runs, "params.p = 'y' metrics.m IS NOT NULL")).toEqual(["b"]);
});

test("the viewer knows bare words, patterns and times from now", () => {
  const day = 86_400_000;
  const runs = [
    makeRun("0a1", { runName: "BERT-base", startTime: 10 * day }),
    makeRun("0a2", { runName: "gpt", tags: { note: "after bert failed" }, startTime: 5 * day }),
    makeRun("bc3", { runName: "t5", startTime: 0 }),
  ];

  expect(viewerFind(runs, "bert")).toEqual(["0a1", "0a2"]);
  expect(viewerFind(runs, "bert 0a1")).toEqual(["0a1"]);
  expect(viewerFind(runs, "'bert failed'")).toEqual(["0a2"]);
  expect(viewerFind(runs, "bc")).toEqual(["bc3"]);
  expect(viewerFind(runs, "/^(gpt|t\\d)$/")).toEqual(["0a2", "bc3"]);
  expect(viewerFind(runs, "run_name != /bert/i")).toEqual(["0a2", "bc3"]);
  expect(viewerFind(runs, "start_time > now-7d", 11 * day)).toEqual(["0a1", "0a2"]);
  expect(viewerFind(runs, "created <= now-1.5w", 11 * day)).toEqual(["bc3"]);
});
