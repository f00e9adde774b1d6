import { expect, test } from "vitest";
import { makeApi } from "../api-client.ts";

const V3 = "/api/3.0/mlflow/traces";

test.each([
  ["POST", `${V3}/search`, { locations: [{ mlflow_experiment: { experiment_id: "999" } }] }],
  ["GET", "traces?experiment_ids=999", undefined],
  ["POST", "traces", { experiment_id: "999" }],
  ["POST", "traces/delete-traces", { experiment_id: "999", max_timestamp_millis: 5 }],
])(
  "%s %s says that the experiment is not there, as MLflow does of traces alone",
  async (method, path, body) => {
    const api = await makeApi();
    expect(await api.send(method, path, body)).toMatchObject({
      status: 404,
      json: { error_code: "RESOURCE_DOES_NOT_EXIST", message: "Experiment 999 does not exist." },
    });
    expect((await api.post("runs/search", { experiment_ids: ["999"] })).json).toEqual({});
  },
);

test("traces of a deleted experiment are still found", async () => {
  const api = await makeApi();
  const { experiment_id: id } = (await api.post("experiments/create", { name: "gone" })).json;
  const { trace_info } = (await api.post("traces", { experiment_id: id, timestamp_ms: 5 })).json;
  await api.post("experiments/delete", { experiment_id: id });

  const { traces } = (await api.get(`traces?experiment_ids=${id}`)).json;
  expect(traces).toEqual([trace_info]);
});
