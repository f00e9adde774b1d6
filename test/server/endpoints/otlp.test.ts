import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeApi, type TestApi } from "../api-client.ts";

const TRACE = "9f94ef1a725c94f2a3166c4893c42d93";

/** A request that MLflow's client 3.17 sent: a span `inner` with inputs `{"x": 1}` and output 2, whose parent is elsewhere. */
const RECORDED = Buffer.from(
  "CvECCmcKIgoWdGVsZW1ldHJ5LnNkay5sYW5ndWFnZRIICgZweXRob24KHgoSdGVsZW1ldHJ5LnNkay5uYW1lEggKBm1sZmxvdwohChV0ZWxlbWV0" +
    "cnkuc2RrLnZlcnNpb24SCAoGMy4xNy4yEoUCEoICChCflO8aclyU8qMWbEiTxC2TEgg1kMgPExoAjSII/RKNmQIqag0qBWlubmVyOco3+SymhuoY" +
    "Qehw/SymhuoYSj4KFW1sZmxvdy50cmFjZVJlcXVlc3RJZBIlCiN0ci05Zjk0ZWYxYTcyNWM5NGYyYTMxNjZjNDg5M2M0MmQ5M0ocCg9tbGZsb3cu" +
    "c3BhblR5cGUSCQoHVU5LTk9XTkogChFtbGZsb3cuc3BhbklucHV0cxILMgkKBwoBeBICGAFKGAoSbWxmbG93LnNwYW5PdXRwdXRzEgIYAkoICgFr" +
    "EgMKAXZKGQoTbWxmbG93LnNwYW5Mb2dMZXZlbBICGAp6AhgB",
  "base64",
);

const ROOT = {
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: TRACE,
              spanId: "fd128d99022a6a0d",
              name: "outer",
              startTimeUnixNano: "1795395449730000000",
              endTimeUnixNano: "1795395449802500000",
              attributes: [
                {
                  key: "mlflow.spanInputs",
                  value: { kvlistValue: { values: [{ key: "x", value: { intValue: "1" } }] } },
                },
                { key: "mlflow.spanOutputs", value: { stringValue: "two" } },
                { key: "mlflow.traceTag.team", value: { stringValue: "blue" } },
                { key: "ratio", value: { doubleValue: 0.5 } },
                { key: "flags", value: { arrayValue: { values: [{ boolValue: true }, {}] } } },
              ],
              events: [
                {
                  timeUnixNano: "1795395449738000001",
                  name: "e",
                  attributes: [{ key: "n", value: { intValue: "9007199254740993" } }],
                },
              ],
              status: { code: "STATUS_CODE_ERROR", message: "no" },
            },
          ],
        },
      ],
    },
  ],
};

async function send(api: TestApi, body: Uint8Array | object, headers: Record<string, string> = {}) {
  const isBytes = body instanceof Uint8Array;
  return api.send("POST", "/v1/traces", body, {
    "content-type": isBytes ? "application/x-protobuf" : "application/json",
    "x-mlflow-experiment-id": "0",
    ...headers,
  });
}

/** A request with a span that has a parent. */
function spanOf(spanId: string): object {
  const span = structuredClone(ROOT.resourceSpans[0]?.scopeSpans[0]?.spans[0]);
  const parentSpanId = "f".repeat(16);
  return { resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, spanId, parentSpanId }] }] }] };
}

describe("spans over OTLP", () => {
  test("one in protobuf makes a trace that goes on, and is found by MLflow's own paths", async () => {
    const api = await makeApi();

    const answer = await send(api, RECORDED, { "x-mlflow-run-id": "abc" });

    expect([answer.status, answer.text, answer.headers.get("content-type")]).toEqual([
      200,
      "",
      "application/x-protobuf",
    ]);
    const { info, spans } = await api.client.getTrace(`tr-${TRACE}`);
    expect(info).toMatchObject({
      experimentId: "0",
      state: "IN_PROGRESS",
      requestTime: 1795395449737,
      traceMetadata: { "mlflow.sourceRun": "abc", "mlflow.trace_schema.version": "3" },
    });
    expect(spans).toEqual([
      {
        traceId: `tr-${TRACE}`,
        otelTraceId: TRACE,
        spanId: "3590c80f131a008d",
        parentId: "fd128d99022a6a0d",
        name: "inner",
        startTimeNs: 1795395449737787338n,
        endTimeNs: 1795395449738064104n,
        status: { statusCode: "OK", description: "" },
        attributes: {
          "mlflow.traceRequestId": `"tr-${TRACE}"`,
          "mlflow.spanType": '"UNKNOWN"',
          "mlflow.spanInputs": '{"x": 1}',
          "mlflow.spanOutputs": "2",
          "mlflow.spanLogLevel": "10",
          k: '"v"',
        },
        events: [],
        links: [],
      },
    ]);
    const file = `/api/2.0/mlflow-artifacts/artifacts/0/traces/tr-${TRACE}/artifacts/traces.json`;
    expect((await api.get(file)).json.spans).toHaveLength(1);
  });

  test("the root span, which comes last, ends the trace; spans are in the order of their start", async () => {
    const api = await makeApi();
    await send(api, RECORDED);

    expect((await send(api, ROOT)).status).toBe(200);

    const { info, spans } = await api.client.getTrace(`tr-${TRACE}`);
    expect(spans.map(({ name }) => name)).toEqual(["outer", "inner"]);
    expect(info).toMatchObject({
      state: "ERROR",
      requestTime: 1795395449730,
      executionDuration: 72,
      requestPreview: '{"x": 1}',
      responsePreview: '"two"',
    });
    expect(info.tags).toMatchObject({ "mlflow.traceName": "outer", team: "blue" });
    expect(spans[0]).toMatchObject({
      parentId: null,
      status: { statusCode: "ERROR", description: "no" },
      attributes: { ratio: "0.5", flags: "[true, null]" },
      events: [
        { name: "e", timestamp: 1795395449738000001n, attributes: { n: 9007199254740993n } },
      ],
    });
  });

  test("spans that come at the same time are all kept, and one that comes twice is there once", async () => {
    const api = await makeApi();
    const ids = [...Array(30).keys(), 3, 4].map((i) => (i + 1).toString(16).padStart(16, "0"));

    await Promise.all(ids.map((id) => send(api, spanOf(id))));

    expect(await api.client.getSpans(`tr-${TRACE}`)).toHaveLength(30);
  });

  test("those of a long trace are added to its file, which is not written anew", async () => {
    const api = await makeApi();
    const file = join(api.root, "0", "traces", `tr-${TRACE}`, "artifacts", "traces.json");
    const childOf = (i: number) => spanOf((i + 1).toString(16).padStart(16, "0"));
    await send(api, childOf(0));
    const { ino } = await stat(file);
    const sizes = [(await stat(file)).size];
    for (let i = 1; i < 20; i++) {
      await send(api, childOf(i));
      sizes.push((await stat(file)).size);
    }

    expect((await stat(file)).ino).toBe(ino);
    expect(new Set(sizes.slice(1).map((size, i) => size - (sizes[i] ?? 0))).size).toBe(1);
    expect(JSON.parse(await readFile(file, "utf8")).spans).toHaveLength(20);
    // Somebody else has written it meanwhile, as MLflow's client does.
    await writeFile(file, '{"spans": []}');
    await send(api, childOf(20));
    expect(await api.client.getSpans(`tr-${TRACE}`)).toHaveLength(1);
    await send(api, ROOT);
    expect((await api.client.getSpans(`tr-${TRACE}`)).map(({ name }) => name)).toEqual([
      "outer",
      "outer",
    ]);
    await api.client.deleteTraces("0", { traceIds: [`tr-${TRACE}`] });
    expect((await send(api, childOf(1))).status).toBe(200);
    expect(await api.client.getSpans(`tr-${TRACE}`)).toHaveLength(1);
  });

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("a body packed with %s is unpacked", async (encoding, pack) => {
    const api = await makeApi();
    const answer = await send(api, pack(RECORDED), { "content-encoding": encoding });
    expect(answer.status).toBe(200);
    expect(await api.client.getSpans(`tr-${TRACE}`)).toHaveLength(1);
  });

  test("the info that a client posts after its spans is taken over", async () => {
    const api = await makeApi();
    await send(api, RECORDED);
    const posted = await api.post("/api/3.0/mlflow/traces", {
      trace: {
        trace_info: {
          trace_id: `tr-${TRACE}`,
          trace_location: { type: 1, mlflow_experiment: { experiment_id: "0" } },
          request_time: "2026-11-23T00:57:29.737Z",
          execution_duration: "0.065s",
          state: "OK",
          request_preview: "1",
          trace_metadata: { a: "b" },
          tags: { "mlflow.traceName": "f" },
        },
      },
    });

    expect(posted.json.trace.trace_info).toMatchObject({
      state: "OK",
      request_time: "2026-11-23T00:57:29.737Z",
      execution_duration: "0.065s",
      request_preview: "1",
      trace_metadata: { a: "b" },
      tags: {
        "mlflow.traceName": "f",
        "mlflow.artifactLocation": `mlflow-artifacts:/0/traces/tr-${TRACE}/artifacts`,
      },
    });
    expect(await api.client.getSpans(`tr-${TRACE}`)).toHaveLength(1);
  });

  test.each([
    ["text", { "content-type": "text/plain" }, RECORDED, 400],
    ["no protobuf", {}, Buffer.from("hello, world"), 400],
    ["protobuf that breaks off", {}, RECORDED.subarray(0, 200), 400],
    ["no spans", {}, Buffer.alloc(0), 400],
    ["an unknown packing", { "content-encoding": "br" }, RECORDED, 400],
    ["what is not packed as it says", { "content-encoding": "gzip" }, RECORDED, 400],
    ["an unknown experiment", { "x-mlflow-experiment-id": "99" }, RECORDED, 404],
  ])("%s is refused", async (_, headers, body, status) => {
    const api = await makeApi();
    expect((await send(api, body, headers)).status).toBe(status);
  });

  test("without the header that names the experiment there is nowhere to put them", async () => {
    const api = await makeApi();
    const answer = await api.send("POST", "/v1/traces", RECORDED, {
      "content-type": "application/x-protobuf",
    });
    expect(answer.status).toBe(422);
  });

  test("a trace comes back with its spans, times in nanoseconds exact", async () => {
    const api = await makeApi();
    await send(api, RECORDED);

    const one = await api.get(`/api/3.0/mlflow/traces/get?trace_id=tr-${TRACE}`);
    const many = await api.get(
      `/api/3.0/mlflow/traces/batchGet?trace_ids=tr-${TRACE}&trace_ids=tr-nope`,
    );

    expect(one.text).toMatch(/"start_time_unix_nano": ?1795395449737787338/);
    expect(one.json.trace.spans[0]).toMatchObject({
      trace_id: "n5TvGnJclPKjFmxIk8Qtkw==",
      name: "inner",
      status: { code: "STATUS_CODE_OK" },
    });
    expect(one.json.trace.spans[0].attributes).toContainEqual({
      key: "mlflow.spanInputs",
      value: { kvlist_value: { values: [{ key: "x", value: { int_value: 1 } }] } },
    });
    expect(many.json.traces).toHaveLength(1);
  });
});
