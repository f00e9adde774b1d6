import { describe, expect, test } from "vitest";
import { MlrunsError } from "../../lib/errors.ts";
import { parseTraceInfo, printTraceInfo, type TraceInfoMeta } from "../../lib/format/trace-info.ts";

const INFO: TraceInfoMeta = {
  traceId: "tr-71e966a623cfc9b60bf8abe1d5a1af96",
  experimentId: "492178799070633253",
  requestTime: Date.UTC(2026, 10, 23, 0, 43, 31, 593),
  state: "OK",
  requestPreview: '{"q": "hello"}',
  responsePreview: null,
  clientRequestId: null,
  executionDuration: 145,
  extra: {},
};

const TEXT = `execution_duration_ms: 145
request_preview: '{"q": "hello"}'
request_time: '2026-11-23T00:43:31.593Z'
state: OK
trace_id: tr-71e966a623cfc9b60bf8abe1d5a1af96
trace_location:
  mlflow_experiment:
    experiment_id: '492178799070633253'
  type: MLFLOW_EXPERIMENT
`;

test("a trace of MLflow 3 leaves out what is null", () => {
  expect(printTraceInfo(INFO)).toBe(TEXT);
  expect(parseTraceInfo(TEXT, "p")).toEqual(INFO);
});

test("a trace with everything", () => {
  const info = { ...INFO, responsePreview: "", clientRequestId: "session-1" };

  expect(parseTraceInfo(printTraceInfo(info), "p")).toEqual(info);
  expect(printTraceInfo(info)).toBe(
    `client_request_id: session-1\n${TEXT.replace("state:", "response_preview: ''\nstate:")}`,
  );
});

test("keys of other versions are kept", () => {
  const text = TEXT.replace("state:", "scores:\n- 1\nstate:");

  expect(printTraceInfo(parseTraceInfo(text, "p"))).toBe(text);
});

describe("a time", () => {
  test.each([
    ["2026-11-23T00:43:31Z", Date.UTC(2026, 10, 23, 0, 43, 31)],
    ["2026-11-23T00:43:31.5Z", Date.UTC(2026, 10, 23, 0, 43, 31, 500)],
    ["2026-11-23T00:43:31.593123456Z", Date.UTC(2026, 10, 23, 0, 43, 31, 593)],
    ["2026-11-23T01:43:31.593+01:00", Date.UTC(2026, 10, 23, 0, 43, 31, 593)],
  ])("may be spelled %s", (time, milliseconds) => {
    const text = TEXT.replace("2026-11-23T00:43:31.593Z", time);

    expect(parseTraceInfo(text, "p").requestTime).toBe(milliseconds);
  });

  test("of a whole second has no fraction", () => {
    expect(printTraceInfo({ ...INFO, requestTime: 0 })).toContain("'1970-01-01T00:00:00Z'");
  });

  test.each(["now", "5", "2026-13-23T00:43:31Z", "2026-11-23"])("is not %s", (time) => {
    const text = TEXT.replace("2026-11-23T00:43:31.593Z", time);

    expect(() => parseTraceInfo(text, "p")).toThrow("key 'request_time' should be a time");
  });

  test("out of any calendar cannot be written", () => {
    expect(() => printTraceInfo({ ...INFO, requestTime: 1e300 })).toThrow(MlrunsError);
  });
});

describe("a trace of MLflow 2", () => {
  const text = `assessments: []
execution_time_ms: 12
experiment_id: '0'
request_id: 392623da064d4b58b2c11ca2fcae7be5
status: ERROR
timestamp_ms: 1795405614690
`;

  test("can be read", () => {
    expect(parseTraceInfo(text, "p")).toEqual({
      traceId: "392623da064d4b58b2c11ca2fcae7be5",
      experimentId: "0",
      requestTime: 1795405614690,
      state: "ERROR",
      requestPreview: null,
      responsePreview: null,
      clientRequestId: null,
      executionDuration: 12,
      extra: {},
    });
  });

  test.each([
    ["TRACE_STATUS_UNSPECIFIED", "STATE_UNSPECIFIED"],
    ["IN_PROGRESS", "IN_PROGRESS"],
    ["OK", "OK"],
  ])("with status %s has state %s", (status, state) => {
    const info = parseTraceInfo(text.replace("ERROR", status), "p");

    expect(info.state).toBe(state);
  });

  test("that goes on has no duration", () => {
    const info = parseTraceInfo(text.replace("_ms: 12", "_ms: null"), "p");

    expect(info.executionDuration).toBeNull();
  });
});

test.each([
  [/state: OK\n/, "", "key 'state' is missing"],
  [
    "state: OK",
    "state: FINE",
    "key 'state' should be one of STATE_UNSPECIFIED, OK, ERROR, IN_PROGRESS, found 'FINE'",
  ],
  [/trace_id.*\n/, "", "key 'trace_id' is missing"],
  ["mlflow_experiment", "inference_table", "key 'trace_location' should name an experiment"],
])("with %s as '%s' it is refused", (from, to, message) => {
  expect(() => parseTraceInfo(TEXT.replace(from, to), "p")).toThrow(message);
});
