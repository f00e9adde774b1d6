import { beforeEach, describe, expect, test } from "vitest";
import { makeApi, type TestApi } from "../api-client.ts";

let api: TestApi;
let runId: string;

beforeEach(async () => {
  api = await makeApi();
  runId = (await api.post("runs/create", {})).json.run.info.run_id;
  const metrics = Array.from({ length: 101 }, (_, step) => ({
    key: "m",
    value: step / 2,
    timestamp: 1_000 - step,
    step,
  }));
  await api.post("runs/log-batch", { run_id: runId, metrics });
});

describe("a metric's history", () => {
  test("comes page by page, in the order in which it was logged", async () => {
    const seen: number[] = [];
    let token = "";
    do {
      const page = (
        await api.get(
          `metrics/get-history?run_id=${runId}&metric_key=m&max_results=40&page_token=${encodeURIComponent(token)}`,
        )
      ).json;
      seen.push(...page.metrics.map((point: { step: number }) => point.step));
      token = page.next_page_token ?? "";
    } while (token !== "");
    expect(seen).toEqual(Array.from({ length: 101 }, (_, step) => step));
  });

  test("is whole without a limit, and nothing for an unknown key", async () => {
    const ask = (rest: string) => api.get(`metrics/get-history?run_id=${runId}&${rest}`);
    expect((await ask("metric_key=m")).json.metrics).toHaveLength(101);
    expect((await ask("metric_key=nope")).json).toEqual({});
    expect((await ask("metric_key=m&max_results=0")).status).toBe(400);
    expect((await ask("")).status).toBe(400);
  });

  test("of several runs begins with the first points, sorted by run and time for MLflow's charts", async () => {
    const path = "/ajax-api/2.0/mlflow/metrics/get-history-bulk";
    const { json } = await api.get(`${path}?run_id=${runId}&metric_key=m&max_results=2`);
    expect(json).toEqual({
      metrics: [
        { key: "m", value: 0.5, timestamp: 999, step: 1, run_id: runId },
        { key: "m", value: 0, timestamp: 1_000, step: 0, run_id: runId },
      ],
    });
    expect((await api.get(`${path}?metric_key=m`)).status).toBe(400);
    const many = Array.from({ length: 101 }, () => `run_id=${runId}`).join("&");
    expect((await api.get(`${path}?metric_key=m&${many}`)).status).toBe(400);
  });

  test("is thinned evenly, and keeps its first and last step", async () => {
    const ask = async (rest: string) =>
      (await api.get(`metrics/get-history-bulk-interval?run_ids=${runId}&metric_key=m&${rest}`))
        .json;
    const steps = async (rest: string) =>
      (await ask(rest)).metrics.map((point: { step: number }) => point.step);

    expect(await steps("max_results=5")).toEqual([0, 20, 40, 60, 80, 100]);
    expect(await steps("max_results=3&start_step=10&end_step=19")).toEqual([10, 13, 16, 19]);
    expect((await ask("start_step=5")).message).toContain("both must be specified");
    expect((await ask("start_step=9&end_step=5")).error_code).toBe("INVALID_PARAMETER_VALUE");
    expect((await ask("max_results=2501")).error_code).toBe("INVALID_PARAMETER_VALUE");
  });
});

test("a batch with a param twice, or one too many of something, writes nothing", async () => {
  const twice = [
    { key: "a", value: "1" },
    { key: "a", value: "2" },
  ];
  const tooMany = Array.from({ length: 101 }, (_, i) => ({ key: `p${i}`, value: "1" }));

  for (const params of [twice, tooMany]) {
    const batch = { run_id: runId, params, tags: [{ key: "t", value: "1" }] };
    expect((await api.post("runs/log-batch", batch)).status).toBe(400);
  }
  const { data } = (await api.get(`runs/get?run_id=${runId}`)).json.run;
  expect([data.params, data.tags.map((tag: { key: string }) => tag.key)]).toEqual([
    undefined,
    ["mlflow.runName"],
  ]);
});
