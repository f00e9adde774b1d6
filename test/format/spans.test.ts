import { describe, expect, test } from "vitest";
import type { Span } from "../../lib/entities/trace.ts";
import { MlrunsError } from "../../lib/errors.ts";
import { parseSpans, printSpans } from "../../lib/format/spans.ts";
import { askPython } from "./ask-python.ts";

const ROOT: Span = {
  traceId: "tr-785009c6f03ddf3afb8b4b1b72d23e0a",
  otelTraceId: "785009c6f03ddf3afb8b4b1b72d23e0a",
  spanId: "787e94dc413bdb82",
  parentId: null,
  name: "answer é",
  startTimeNs: 1795394611749432203n,
  endTimeNs: 1795394611755644200n,
  status: { statusCode: "ERROR", description: "ValueError: no answer" },
  attributes: {
    "mlflow.traceRequestId": '"tr-785009c6f03ddf3afb8b4b1b72d23e0a"',
    "mlflow.spanType": '"CHAIN"',
    k: "1",
  },
  events: [{ name: "exception", timestamp: 1795394611755367424n, attributes: { n: 2, s: "x" } }],
  links: [{ traceId: "tr-0", spanId: "00000000000000ff", attributes: null }],
};

const CHILD: Span = {
  ...ROOT,
  spanId: "a47e8d39922ea345",
  parentId: "787e94dc413bdb82",
  name: "lookup",
  endTimeNs: null,
  status: { statusCode: "UNSET", description: "" },
  events: [],
  links: [],
};

const TEXT =
  '{"spans": [{"trace_id": "eFAJxvA93zr7i0sbctI+Cg==", "span_id": "eH6U3EE724I=", "parent_span_id": null, ' +
  '"name": "answer é", "start_time_unix_nano": 1795394611749432203, "end_time_unix_nano": 1795394611755644200, ' +
  '"events": [{"name": "exception", "time_unix_nano": 1795394611755367424, "attributes": {"n": 2, "s": "x"}}], ' +
  '"status": {"code": "STATUS_CODE_ERROR", "message": "ValueError: no answer"}, ' +
  '"attributes": {"mlflow.traceRequestId": "\\"tr-785009c6f03ddf3afb8b4b1b72d23e0a\\"", ' +
  '"mlflow.spanType": "\\"CHAIN\\"", "k": "1"}, ' +
  '"links": [{"trace_id": "tr-0", "span_id": "00000000000000ff", "attributes": null}]}, ' +
  '{"trace_id": "eFAJxvA93zr7i0sbctI+Cg==", "span_id": "pH6NOZIuo0U=", "parent_span_id": "eH6U3EE724I=", ' +
  '"name": "lookup", "start_time_unix_nano": 1795394611749432203, "end_time_unix_nano": null, "events": [], ' +
  '"status": {"code": "STATUS_CODE_UNSET", "message": ""}, ' +
  '"attributes": {"mlflow.traceRequestId": "\\"tr-785009c6f03ddf3afb8b4b1b72d23e0a\\"", ' +
  '"mlflow.spanType": "\\"CHAIN\\"", "k": "1"}, "links": []}]}';

test("spans are one line of JSON, with times to the nanosecond", () => {
  expect(printSpans([ROOT, CHILD])).toBe(TEXT);
  expect(parseSpans(TEXT, "p")).toEqual([ROOT, CHILD]);
});

test("MLflow 3.5 wrote ids in hexadecimal and short status codes", () => {
  const text = TEXT.replaceAll("eFAJxvA93zr7i0sbctI+Cg==", ROOT.traceId)
    .replaceAll("eH6U3EE724I=", ROOT.spanId)
    .replaceAll("pH6NOZIuo0U=", CHILD.spanId)
    .replaceAll("STATUS_CODE_", "");

  expect(parseSpans(text, "p")).toEqual([ROOT, CHILD]);
});

test("a span without MLflow's own id of the trace has that of OpenTelemetry", () => {
  const text = TEXT.replaceAll("mlflow.traceRequestId", "other");

  expect(parseSpans(text, "p")[0]?.traceId).toBe("tr-785009c6f03ddf3afb8b4b1b72d23e0a");
});

test("times may be texts, as protobuf writes them", () => {
  const text = TEXT.replaceAll("1795394611749432203", '"1795394611749432203"');

  expect(parseSpans(text, "p")).toEqual([ROOT, CHILD]);
});

describe("spans of MLflow 2", () => {
  const span = {
    name: "inner",
    context: { span_id: "0xb22493343c86692c", trace_id: "0xf2cc5e8f0cc7e60f07286296e1ca9f00" },
    parent_id: "0x7d30f56c6b753acf",
    start_time: 1795405676712442000,
    end_time: 1795405676712670000,
    status_code: "OK",
    status_message: "",
    attributes: {
      "mlflow.traceRequestId": '"88c132e58eca42aa9b963293a609ca83"',
      "mlflow.spanInputs": '{"a": [1, 2.0]}',
    },
    events: [{ name: "ev", timestamp: 1795405676712571, attributes: { x: 1 } }],
  };
  const text = JSON.stringify({ spans: [span], request: "{}", response: "{}" });

  test("can be read", () => {
    expect(parseSpans(text, "p")).toEqual([
      {
        traceId: "88c132e58eca42aa9b963293a609ca83",
        otelTraceId: "f2cc5e8f0cc7e60f07286296e1ca9f00",
        spanId: "b22493343c86692c",
        parentId: "7d30f56c6b753acf",
        name: "inner",
        startTimeNs: 1795405676712442000n,
        endTimeNs: 1795405676712670000n,
        status: { statusCode: "OK", description: "" },
        attributes: span.attributes,
        events: [{ name: "ev", timestamp: 1795405676712571n, attributes: { x: 1 } }],
        links: [],
      },
    ]);
  });

  test("are written in the form of MLflow 3 as real MLflow converts them", async () => {
    const found = printSpans(parseSpans(text, "p"));
    const [converted, reread] = await askPython<string>(
      `
from mlflow.entities import TraceData
def answer(text):
    return json.dumps(TraceData.from_dict(json.loads(text)).to_dict(), ensure_ascii=False)`,
      [text, found],
    );

    expect(found).toBe(converted);
    expect(found).toBe(reread);
  });
});

test.each([
  ["", "Malformed JSON: Expecting value"],
  ["[]", "Malformed spans: expected a list of spans"],
  ['{"spans": [1]}', "Malformed spans: expected a span"],
  ['{"spans": [{}]}', "Malformed spans: key 'trace_id' should be text"],
  [TEXT.replace("STATUS_CODE_ERROR", "BAD"), 'Malformed spans: invalid status code name: "BAD"'],
  [
    TEXT.replace("1795394611749432203", "null"),
    "Malformed spans: key 'start_time_unix_nano' is missing",
  ],
  [
    TEXT.replace("1795394611749432203", "1.5"),
    "Malformed spans: key 'start_time_unix_nano' should be a time in nanoseconds",
  ],
])("what is malformed is told", (text, message) => {
  let error: unknown;
  try {
    parseSpans(text, "0/traces/t/artifacts/traces.json");
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(MlrunsError);
  expect(error).toMatchObject({ message, path: "0/traces/t/artifacts/traces.json" });
});
