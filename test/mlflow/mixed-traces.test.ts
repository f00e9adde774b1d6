/** Traces that we write are read by real MLflow, and those of MLflow are changed by us. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { startRun } from "../../lib/client/start-run.ts";
import { withSpan } from "../../lib/client/tracing/tracing.ts";
import { type PythonSession, startPython } from "../helpers/python.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { readByMlflow, readByUs, writeByMlflow } from "../helpers/whole-tree.ts";

let python: PythonSession;

beforeAll(async () => {
  python = await startPython();
});

async function newClient(): Promise<MlrunsClient> {
  return new MlrunsClient(join(await makeTempFolder(), "mlruns"));
}

async function expectOneMind(root: string): Promise<void> {
  expect(await readByUs(root)).toEqual(await readByMlflow(python, root));
}

test("what withSpan writes, mlflow.get_trace reads: spans, inputs, outputs, errors, tokens", async () => {
  const client = await newClient();
  await startRun({ client, experimentName: "chat" }, async () => {
    const answer = withSpan(
      {
        name: "answer",
        spanType: "CHAIN",
        tags: { topic: "ü" },
        metadata: { "mlflow.trace.session": "s-1" },
        clientRequestId: "request-1",
      },
      async (root) => {
        root.setInputs({ q: 'ünïcode: "quotes" 😀', n: [1, 2.5, null, true] });
        root.addEvent("thinking", { step: 1 });
        await withSpan({ name: "llm", spanType: "LLM" }, (span) => {
          span.setTokenUsage({ inputTokens: 3, outputTokens: 4 });
          return "x".repeat(3000);
        });
        await withSpan("lookup", async () => {
          throw new TypeError("nothing found");
        });
      },
    );
    await expect(answer).rejects.toThrow("nothing found");
  });
  await expectOneMind(client.root);

  const said = await writeByMlflow(
    python,
    client.root,
    `
experiment = client.get_experiment_by_name("chat")
found = mlflow.search_traces(locations=[experiment.experiment_id], return_type="list")
trace = mlflow.get_trace(found[0].info.trace_id)
root, llm, lookup = trace.data.spans
print(json.dumps([len(found), trace.info.state.value, trace.info.token_usage, trace.info.client_request_id,
    trace.data.request, root.inputs, root.span_type, root.events[0].name, llm.outputs, llm.parent_id == root.span_id,
    lookup.status.description, lookup.events[0].attributes["exception.type"],
    trace.info.trace_metadata["mlflow.sourceRun"] == client.search_runs([experiment.experiment_id])[0].info.run_id]))
`,
  );
  expect(JSON.parse(said)).toEqual([
    1,
    "ERROR",
    { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
    "request-1",
    '{"q": "ünïcode: \\"quotes\\" 😀", "n": [1, 2.5, null, true]}',
    { q: 'ünïcode: "quotes" 😀', n: [1, 2.5, null, true] },
    "CHAIN",
    "thinking",
    "x".repeat(3000),
    true,
    "TypeError: nothing found",
    "TypeError",
    true,
  ]);
});

test("assessments go both ways: feedback, expectations, overrides and their end", async () => {
  const client = await newClient();
  await withSpan({ name: "answer", client }, async () => "a");
  const [trace] = (await client.searchTraces(["0"])).traces;
  const traceId = trace?.traceId ?? "";
  const first = await client.logFeedback(traceId, {
    name: "relevance",
    value: 0.5,
    source: { sourceType: "HUMAN", sourceId: "ada" },
    rationale: "fine\nmostly",
    metadata: { m: "1" },
  });
  await client.logFeedback(traceId, {
    name: "list",
    value: ["a", 1, true, { k: null }],
    source: { sourceType: "LLM_JUDGE", sourceId: "judge" },
  });
  await client.logFeedback(traceId, {
    name: "broken",
    error: { errorCode: "E", errorMessage: "judge failed", stackTrace: "at x" },
  });
  await client.overrideFeedback(traceId, first.assessmentId, { value: 0.9 });
  await expectOneMind(client.root);

  const ids = JSON.parse(
    await writeByMlflow(
      python,
      client.root,
      `
from mlflow.entities import AssessmentSource
human = AssessmentSource(source_type="HUMAN", source_id="bob")
second = mlflow.override_feedback(trace_id=given, assessment_id=[a for a in mlflow.get_trace(given).info.assessments if a.name == "relevance" and a.valid][0].assessment_id, value=1.0, source=human)
flag = mlflow.log_feedback(trace_id=given, name="ok", value=True)
print(json.dumps([second.assessment_id, flag.assessment_id]))
`,
      traceId,
    ),
  ) as [string, string];
  await expectOneMind(client.root);

  // By their values: those of one millisecond have no order of their own.
  const relevance = async (): Promise<(readonly [unknown, boolean])[]> =>
    (await client.getTraceInfo(traceId)).assessments
      .flatMap((each): [unknown, boolean][] =>
        each.kind === "feedback" && each.name === "relevance" ? [[each.value, each.valid]] : [],
      )
      .sort(([a], [b]) => Number(a) - Number(b));
  expect(await relevance()).toEqual([
    [0.5, false],
    [0.9, false],
    [1, true],
  ]);
  await client.deleteAssessment(traceId, ids[0]);
  await client.updateAssessment(traceId, ids[1], {
    feedback: { value: false, error: null },
    rationale: "no",
  });
  await expectOneMind(client.root);
  expect(await relevance()).toEqual([
    [0.5, false],
    [0.9, true],
  ]);
});

test("an expectation of any JSON value is read by MLflow", async () => {
  const client = await newClient();
  await withSpan({ name: "answer", client }, async () => "a");
  const traceId = (await client.searchTraces(["0"])).traces[0]?.traceId ?? "";
  for (const [name, value] of Object.entries({
    text: "é",
    number: 3,
    map: { a: [1, null, "x"] },
  })) {
    await client.logExpectation(traceId, { name, value });
  }
  const said = await writeByMlflow(
    python,
    client.root,
    `print(json.dumps({a.name: [a.value, a.source.source_type] for a in mlflow.get_trace(given).info.assessments}))`,
    traceId,
  );

  expect(JSON.parse(said)).toEqual({
    text: ["é", "HUMAN"],
    number: [3, "HUMAN"],
    map: [{ a: [1, null, "x"] }, "HUMAN"],
  });
});

test("MLflow wrote, we change, MLflow reads on; keys of a future version stay", async () => {
  const client = new MlrunsClient(await makeTree("v3-traces"));
  const traceId = "tr-71e966a623cfc9b60bf8abe1d5a1af96";
  const folder = join(client.root, "492178799070633253/traces", traceId);
  const info = join(folder, "trace_info.yaml");
  const assessment = join(folder, "assessments/a-8215f5eec19d404a94714f1a28934177.yaml");
  for (const file of [info, assessment]) {
    await writeFile(file, `${await readFile(file, "utf8")}zz_future: kept\n`);
  }
  await client.setTraceTag(traceId, "by", "us");
  await client.deleteTraceTag(traceId, "topic");
  await client.endTrace(traceId, { state: "ERROR", executionDuration: 7, tags: { more: "1" } });
  await client.updateAssessment(traceId, "a-8215f5eec19d404a94714f1a28934177", {
    rationale: "third look",
  });

  expect(await readFile(info, "utf8")).toContain("zz_future: kept\n");
  expect(await readFile(assessment, "utf8")).toContain("zz_future: kept\n");
  // MLflow refuses keys that it does not know.
  for (const file of [info, assessment]) {
    await writeFile(file, (await readFile(file, "utf8")).replace("zz_future: kept\n", ""));
  }
  const said = await writeByMlflow(
    python,
    client.root,
    `
info = client._tracking_client.store.get_trace_info(given)
print(json.dumps([info.state.value, info.execution_duration, {k: v for k, v in info.tags.items() if not k.startswith("mlflow")},
                  [a.rationale for a in info.assessments if a.overrides]]))
`,
    traceId,
  );
  expect(JSON.parse(said)).toEqual([
    "ERROR",
    7,
    { by: "us", more: "1", reviewed: "yes" },
    ["third look"],
  ]);
});

test("traces are deleted by id and by time, the oldest first", async () => {
  const client = await newClient();
  await client.createExperiment("first");
  for (const requestTime of [100, 200, 300, 400]) {
    await client.logTrace({ experimentId: "0", requestTime, state: "OK" }, []);
  }
  const times = async (): Promise<number[]> =>
    (await client.searchTraces(["0"])).traces.map(({ requestTime }) => requestTime);
  const [latest] = (await client.searchTraces(["0"])).traces;

  expect(await client.deleteTraces("0", { maxTimestampMillis: 300, maxTraces: 1 })).toBe(1);
  expect(await times()).toEqual([400, 300, 200]);
  expect(await client.deleteTraces("0", { maxTimestampMillis: 200 })).toBe(1);
  expect(await client.deleteTraces("0", { traceIds: [latest?.traceId ?? "", "tr-nobody"] })).toBe(
    1,
  );
  await expectOneMind(client.root);
  expect(await times()).toEqual([300]);
});

test("traces of MLflow 2 are read with their spans, as MLflow 3 does", async () => {
  const old = await startPython({ mlflow: "2.22.5" });
  const client = await newClient();
  await client.createExperiment("first");
  await writeByMlflow(
    old,
    client.root,
    `
@mlflow.trace(name="answer", span_type="CHAIN", attributes={"k": 1})
def answer(q):
    with mlflow.start_span(name="lookup") as span:
        span.set_inputs({"q": q})
    return {"a": q.upper()}
answer("hé")
# The OpenTelemetry of this environment is newer than 2.22: it does not call the exporter at the end of a trace.
from mlflow.tracing.export.mlflow import MlflowSpanExporter
from mlflow.tracing.trace_manager import InMemoryTraceManager
manager = InMemoryTraceManager.get_instance()
for trace_id in list(manager._trace_id_to_request_id):
    MlflowSpanExporter()._log_trace(manager.pop_trace(trace_id))
`,
  );
  await old.stop();

  await expectOneMind(client.root);
  const [info] = (await client.searchTraces(["0"])).traces;
  const { spans } = await client.getTrace(info?.traceId ?? "");
  expect(spans.map(({ name }) => name)).toEqual(["answer", "lookup"]);
  expect(spans[0]?.attributes["mlflow.spanOutputs"]).toBe('{"a": "HÉ"}');
});
