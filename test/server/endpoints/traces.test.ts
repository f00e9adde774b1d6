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

test("long metadata and tags are told by their first characters, as MLflow tells them", async () => {
  const api = await makeApi();
  const { traceId } = await api.client.startTrace({
    experimentId: "0",
    traceMetadata: { input: "ä".repeat(300) },
    tags: { note: "n".repeat(5_000) },
  });

  const { trace } = (await api.get(`${V3}/${traceId}`)).json;
  expect(trace.trace_info.trace_metadata).toEqual({ input: "ä".repeat(250) });
  expect(trace.trace_info.tags.note).toBe("n".repeat(4_096));
});

test("the key of a trace's tag has at most 250 characters, and no answer tells where the tree lies", async () => {
  const api = await makeApi();
  const { traceId } = await api.client.startTrace({ experimentId: "0" });

  const long = await api.send("PATCH", `${V3}/${traceId}/tags`, { key: "k".repeat(251) });
  expect([long.status, long.json]).toEqual([
    400,
    {
      error_code: "INVALID_PARAMETER_VALUE",
      message: "'key' exceeds the maximum length of 250 characters",
    },
  ]);
  await api.send("PATCH", `${V3}/${traceId}/tags`, { key: "a", value: "v" });
  const clash = await api.send("PATCH", `${V3}/${traceId}/tags`, { key: "a/b", value: "v" });
  expect(clash.json).toEqual({
    error_code: "INVALID_PARAMETER_VALUE",
    message: `Cannot write '0/traces/${traceId}/tags/a/b': another key stands in its way`,
  });
});

test("the path names the trace, however the body spells another", async () => {
  const api = await makeApi();
  const { traceId } = await api.client.startTrace({ experimentId: "0" });

  const fields = { key: "a", value: "v", traceId: "x", trace_id: "y" };
  expect((await api.send("PATCH", `${V3}/${traceId}/tags`, fields)).json).toEqual({});
  expect((await api.client.getTraceInfo(traceId)).tags.a).toBe("v");
});

test.each(["nope", "é", "x".repeat(300), "None"])("%s is no trace, which is 404", async (id) => {
  const answer = await (await makeApi()).get(`${V3}/${encodeURIComponent(id)}`);

  expect([answer.status, answer.json]).toEqual([
    404,
    { error_code: "RESOURCE_DOES_NOT_EXIST", message: `Trace with ID '${id}' not found` },
  ]);
});
