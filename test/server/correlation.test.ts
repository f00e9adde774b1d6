import { describe, expect, test } from "vitest";
import { correlate } from "../../lib/server/correlation.ts";
import { makeApi, type TestApi } from "./api-client.ts";

// Answers of MLflow 3.17 over SQLite.
test.each([
  [
    { total: 12, first: 6, second: 6, joint: 6 },
    { npmi: 1, smoothed: 0.806823135976049 },
  ],
  [
    { total: 12, first: 6, second: 6, joint: 0 },
    { npmi: -1, smoothed: -0.5839708046469811 },
  ],
  [
    { total: 12, first: 6, second: 4, joint: 2 },
    { npmi: 0, smoothed: 0 },
  ],
  [
    { total: 12, first: 12, second: 12, joint: 12 },
    { npmi: 1, smoothed: 1 },
  ],
])("of the counts %j", (counts, { npmi, smoothed }) => {
  const found = correlate(counts);

  expect(found.npmi).toBeCloseTo(npmi, 12);
  expect(found.smoothed).toBeCloseTo(smoothed, 12);
});

test("what nothing has goes together with nothing", () => {
  const counts = { total: 12, first: 0, second: 6, joint: 0 };

  expect(correlate(counts)).toEqual({ npmi: Number.NaN, smoothed: Number.NaN });
});

describe("the endpoint", () => {
  const path = "/api/3.0/mlflow/traces/calculate-filter-correlation";

  async function withTraces(): Promise<TestApi> {
    const api = await makeApi();
    for (let i = 0; i < 12; i++) {
      const tags = { a: String(i % 2), b: String(i % 3) };
      await api.client.startTrace({ experimentId: "0", requestTime: i, tags });
    }
    return api;
  }

  test.each([
    [{ filter_string1: "tags.a = '1'", filter_string2: "tags.b = '1'" }, [6, 4, 2, 12]],
    [
      {
        filter_string1: "tags.a = '1'",
        filter_string2: "tags.b = '1'",
        base_filter: "tags.b != '0'",
      },
      [4, 4, 2, 8],
    ],
    [{ filter_string1: "tags.a = '9'", filter_string2: "tags.b = '1'" }, [0, 4, 0, 12]],
  ])("counts %j", async (filters, [first, second, joint, total]) => {
    const api = await withTraces();

    const { json } = await api.send("POST", path, { experiment_ids: ["0"], ...filters });
    expect(json).toMatchObject({
      filter1_count: first,
      filter2_count: second,
      joint_count: joint,
      total_count: total,
    });
    expect(json.npmi === undefined).toBe(first === 0);
  });

  test.each([
    [path, {}, "Missing value for required parameter 'experiment_ids'"],
    [path, { experiment_ids: ["0"], filter_string2: "x" }, "parameter 'filter_string1'"],
    [
      path,
      { experiment_ids: ["0"], filter_string1: "bad bad", filter_string2: "x" },
      "Invalid clause(s) in filter string: 'bad bad'",
    ],
    ["/api/3.0/mlflow/traces/metrics", {}, "required parameter 'experiment_ids'"],
    [
      "/api/3.0/mlflow/traces/metrics",
      { experiment_ids: ["0"], view_type: "TRACES" },
      "required parameter 'metric_name'",
    ],
  ])("%s refuses %j", async (url, body, message) => {
    const answer = await (await withTraces()).send("POST", url, body);

    expect([answer.status, answer.json.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
    expect(answer.json.message).toContain(message);
  });

  test("traces/metrics is not done over files", async () => {
    const answer = await (await withTraces()).send("POST", "/api/3.0/mlflow/traces/metrics", {
      experiment_ids: ["0"],
      view_type: "TRACES",
      metric_name: "latency",
      aggregations: [{ aggregation_type: "AVG" }],
    });

    expect([answer.status, answer.json.error_code]).toEqual([501, "NOT_IMPLEMENTED"]);
  });
});
