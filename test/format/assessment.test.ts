import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Expectation, Feedback, IssueReference } from "../../lib/entities/trace.ts";
import { parseAssessment, printAssessment } from "../../lib/format/assessment.ts";
import { json } from "./arbitraries.ts";
import { askPython } from "./ask-python.ts";

const COMMON = {
  assessmentId: "a-8666b2a2a10f4c52bda148aa5b77e2d3",
  name: "relevance",
  traceId: "tr-71e966a623cfc9b60bf8abe1d5a1af96",
  spanId: null,
  source: { sourceType: "HUMAN", sourceId: "ada@example.org" },
  createTimeMs: Date.UTC(2026, 10, 23, 0, 43, 32, 846),
  lastUpdateTimeMs: Date.UTC(2026, 10, 23, 0, 43, 32, 0),
  rationale: null,
  metadata: {},
  overrides: null,
  valid: true,
  extra: {},
} as const;

const FEEDBACK: Feedback & typeof COMMON = { ...COMMON, kind: "feedback", value: 3, error: null };

/** The file with one key more or otherwise. */
function file(value: string, more = ""): string {
  return `assessment_id: a-8666b2a2a10f4c52bda148aa5b77e2d3
assessment_name: relevance
create_time: '2026-11-23T00:43:32.846Z'
${value}last_update_time: '2026-11-23T00:43:32Z'
${more}source:
  source_id: ada@example.org
  source_type: HUMAN
trace_id: tr-71e966a623cfc9b60bf8abe1d5a1af96
valid: true
`;
}

describe("feedback", () => {
  test("with a number, which is a float in the file", () => {
    const text = file("feedback:\n  value: 3.0\n");

    expect(printAssessment(FEEDBACK)).toBe(text);
    expect(parseAssessment(text, "p")).toEqual(FEEDBACK);
  });

  test.each([
    ["a text", "mostly\nfine", "'mostly\n\n    fine'"],
    ["a boolean", false, "false"],
    ["a list", [1, "a", null], "\n  - 1.0\n  - a\n  - null"],
    ["a map", { b: 0.5, a: [true] }, "\n    a:\n    - true\n    b: 0.5"],
  ])("with %s", (_, value, printed) => {
    const text = file(`feedback:\n  value: ${printed}\n`).replace("value: \n", "value:\n");

    expect(printAssessment({ ...FEEDBACK, value })).toBe(text);
    expect(parseAssessment(text, "p")).toEqual({ ...FEEDBACK, value });
  });

  test("with an error instead", () => {
    const error = { errorCode: "ValueError", errorMessage: "judge failed", stackTrace: null };
    const text = file(`feedback:
  error:
    error_code: ValueError
    error_message: judge failed
  value: null
`);

    expect(printAssessment({ ...FEEDBACK, value: null, error })).toBe(text);
    expect(parseAssessment(text, "p")).toEqual({ ...FEEDBACK, value: null, error });
  });

  test("with rationale, metadata, span, and the feedback that it replaces", () => {
    const feedback = {
      ...FEEDBACK,
      metadata: { m: "1" },
      overrides: "a-1",
      rationale: "second look",
      spanId: "27d4bcddceeff6f5",
    };
    const text = file(
      "feedback:\n  value: 3.0\n",
      `metadata:
  m: '1'
overrides: a-1
rationale: second look
`,
    ).replace("trace_id", "span_id: 27d4bcddceeff6f5\ntrace_id");

    expect(printAssessment(feedback)).toBe(text);
    expect(parseAssessment(text, "p")).toEqual(feedback);
  });

  test("that was replaced is not valid", () => {
    const text = file("feedback:\n  value: 3.0\n").replace("valid: true", "valid: false");

    expect(printAssessment({ ...FEEDBACK, valid: false })).toBe(text);
    expect(parseAssessment(text, "p")).toEqual({ ...FEEDBACK, valid: false });
  });
});

describe("an expectation", () => {
  const expectation: Expectation & typeof COMMON = {
    ...COMMON,
    kind: "expectation",
    value: "HELLO",
  };

  test("with a scalar", () => {
    const text = file("expectation:\n  value: HELLO\n");

    expect(printAssessment(expectation)).toBe(text);
    expect(parseAssessment(text, "p")).toEqual(expectation);
  });

  test("with a map or list, which is JSON text in the file", () => {
    const value = { a: "é", b: [1, 2.5] };
    const text = file(`expectation:
  serialized_value:
    serialization_format: JSON_FORMAT
    value: '{"a": "\\u00e9", "b": [1, 2.5]}'
`);

    expect(printAssessment({ ...expectation, value })).toBe(text);
    expect(parseAssessment(text, "p")).toEqual({ ...expectation, value });
  });
});

test("an issue", () => {
  const issue: IssueReference & typeof COMMON = { ...COMMON, kind: "issue", issueName: "slow" };
  const text = file("issue:\n  issue_name: slow\n");

  expect(printAssessment(issue)).toBe(text);
  expect(parseAssessment(text, "p")).toEqual(issue);
});

test.each([
  ["human", "HUMAN"],
  ["AI_JUDGE", "LLM_JUDGE"],
  ["CODE", "CODE"],
])("source type %s is %s", (written, sourceType) => {
  const text = file("feedback:\n  value: 3.0\n").replace(
    "source_type: HUMAN",
    `source_type: ${written}`,
  );

  expect(parseAssessment(text, "p").source).toEqual({ sourceType, sourceId: "ada@example.org" });
});

test("a source without id is called default, as in MLflow", () => {
  const text = file("feedback:\n  value: 3.0\n").replace(/ {2}source_id.*\n/, "");

  expect(parseAssessment(text, "p").source.sourceId).toBe("default");
});

test.each([
  ["feedback:\n  value: 3.0\n", "", "Unknown assessment type: relevance"],
  ["source_type: HUMAN", "source_type: ALIEN", "Invalid assessment source type: ALIEN"],
  ["source_type: HUMAN", "source_type: {}", "Invalid assessment source type: a map"],
  [/source:\n.*\n.*\n/, "source: me\n", "key 'source' should be a map"],
  ["feedback:\n  value: 3.0", "expectation: {x: 1}", "key 'expectation' should have a value"],
  ["feedback:\n  value: 3.0", "feedback: {error: x}", "key 'error' should be a map"],
  [/create_time.*/, "create_time: 5", "key 'create_time' should be a time"],
])("with %s as '%s' it is refused", (from, to, message) => {
  const text = file("feedback:\n  value: 3.0\n").replace(from, to);

  expect(() => parseAssessment(text, "p")).toThrow(message);
});

test("1,000 assessments by real MLflow are read, and written byte for byte the same", async () => {
  const items = fc.sample(
    fc.record({
      value: json.filter((value) => value !== null),
      isFeedback: fc.boolean(),
      rationale: fc.option(fc.string()),
      metadata: fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 2 }),
      time: fc.nat({ max: 2_000_000_000_000 }),
    }),
    1000,
  );
  const texts = await askPython<string>(
    `
import yaml
from mlflow.entities import Expectation, Feedback
def answer(item):
    common = {"name": "n", "value": item["value"], "trace_id": "tr-1", "metadata": item["metadata"], "create_time_ms": item["time"], "last_update_time_ms": 0}
    assessment = Feedback(**common, rationale=item["rationale"]) if item["isFeedback"] else Expectation(**common)
    assessment.assessment_id = "a-1"
    assessment.valid = True
    return yaml.dump(assessment.to_dictionary(), default_flow_style=False, allow_unicode=True, Dumper=yaml.CSafeDumper)`,
    items,
  );

  const read = texts.map((text) => parseAssessment(text, "p"));
  expect(read.map(printAssessment)).toEqual(texts);
  expect(read.map((each) => [each.kind, each.kind === "issue" ? null : each.value])).toEqual(
    items.map(({ isFeedback, value }) => [isFeedback ? "feedback" : "expectation", value]),
  );
});
