import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { MlrunsClient } from "../../../lib/client/client.ts";
import { startRun } from "../../../lib/client/start-run.ts";
import type { LiveSpan } from "../../../lib/client/tracing/live-span.ts";
import { currentSpan, flushTraces, trace, withSpan } from "../../../lib/client/tracing/tracing.ts";
import type { Span, Trace } from "../../../lib/entities/trace.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

async function newClient(): Promise<MlrunsClient> {
  return new MlrunsClient(join(await makeTempFolder(), "mlruns"));
}

async function onlyTrace(client: MlrunsClient, experimentId = "0"): Promise<Trace> {
  const { traces } = await client.searchTraces([experimentId]);
  expect(traces).toHaveLength(1);
  return client.getTrace(traces[0]?.traceId ?? "");
}

function attribute(span: Span | undefined, name: string): unknown {
  const text = span?.attributes[`mlflow.${name}`];
  return text === undefined ? undefined : JSON.parse(text);
}

describe("withSpan", () => {
  test("spans nest through what is awaited, and the outermost makes the trace", async () => {
    const client = await newClient();
    const result = await withSpan(
      { name: "answer", spanType: "CHAIN", client, attributes: { k: 1 }, tags: { topic: "x" } },
      async (root) => {
        root.setInputs({ q: "hello" });
        const found = await Promise.all([
          withSpan("lookup", async (span) => {
            await sleep(5);
            expect(currentSpan()).toBe(span);
            return ["doc1", "déjà vu 😀"];
          }),
          withSpan("rank", () => 2),
        ]);
        expect(currentSpan()).toBe(root);
        return { a: found };
      },
    );
    const { info, spans } = await onlyTrace(client);

    expect(result).toEqual({ a: [["doc1", "déjà vu 😀"], 2] });
    expect(currentSpan()).toBeUndefined();
    expect(info).toMatchObject({
      traceId: expect.stringMatching(/^tr-[0-9a-f]{32}$/),
      experimentId: "0",
      state: "OK",
      requestPreview: '{"q": "hello"}',
      responsePreview: '{"a": [["doc1", "déjà vu 😀"], 2]}',
      tags: { "mlflow.traceName": "answer", topic: "x" },
    });
    expect(info.traceMetadata).toMatchObject({
      "mlflow.trace_schema.version": "3",
      "mlflow.traceInputs": '{"q": "hello"}',
      "mlflow.user": expect.any(String),
    });
    const [root] = spans;
    expect(
      spans.map((span) => [span.name, span.parentId === null, span.status.statusCode]),
    ).toEqual([
      ["answer", true, "OK"],
      ["lookup", false, "OK"],
      ["rank", false, "OK"],
    ]);
    expect(new Set(spans.slice(1).map(({ parentId }) => parentId))).toEqual(
      new Set([root?.spanId]),
    );
    expect(attribute(root, "spanType")).toBe("CHAIN");
    expect(attribute(root, "traceRequestId")).toBe(info.traceId);
    expect(root?.attributes.k).toBe("1");
    expect(attribute(spans[1], "spanOutputs")).toEqual(["doc1", "déjà vu 😀"]);
    expect(Number((root?.endTimeNs ?? 0n) - (root?.startTimeNs ?? 0n))).toBeGreaterThan(4e6);
  });

  test("an error is noted with its stack and thrown on", async () => {
    const client = await newClient();
    const failing = withSpan({ name: "answer", client }, async () => {
      await withSpan("lookup", () => {
        throw new RangeError("no answer");
      });
    });

    await expect(failing).rejects.toThrow("no answer");
    const { info, spans } = await onlyTrace(client);
    expect(info).toMatchObject({ state: "ERROR", responsePreview: null });
    for (const span of spans) {
      expect(span.status).toEqual({
        statusCode: "ERROR",
        description: "RangeError: no answer",
      });
      expect(span.events).toMatchObject([
        {
          name: "exception",
          attributes: {
            "exception.message": "no answer",
            "exception.type": "RangeError",
            "exception.stacktrace": expect.stringContaining("tracing.test.ts"),
          },
        },
      ]);
    }
  });

  test("traces at the same time do not mix", async () => {
    const client = await newClient();
    await Promise.all(
      ["a", "b", "c"].map((name) =>
        withSpan({ name, client }, async () => {
          await sleep(2);
          await withSpan(`${name} child`, () => sleep(2));
        }),
      ),
    );
    const { traces } = await client.searchTraces(["0"]);
    const names = await Promise.all(
      traces.map(async ({ traceId }) =>
        (await client.getTrace(traceId)).spans.map(({ name }) => name).join(),
      ),
    );

    expect(names.sort()).toEqual(["a,a child", "b,b child", "c,c child"]);
  });

  test("a child that nobody waits for is in the trace all the same", async () => {
    const client = await newClient();
    let child: Promise<unknown> = Promise.resolve();
    withSpan({ name: "root", client }, () => {
      child = withSpan("late", () => sleep(10));
    });
    expect((await client.searchTraces(["0"])).traces).toEqual([]);
    await child;
    await flushTraces();

    const { spans } = await onlyTrace(client);
    expect(spans.map(({ name, endTimeNs }) => [name, endTimeNs !== null])).toEqual([
      ["root", true],
      ["late", true],
    ]);
  });

  test("what JSON cannot tell is told in words", async () => {
    const client = await newClient();
    const circle: Record<string, unknown> = {
      n: 10n,
      f: Math.max,
      s: new Set([1]),
      nan: Number.NaN,
    };
    await withSpan({ name: "odd", client }, async (span: LiveSpan) => {
      span.setInputs(circle);
      circle.self = circle;
      span.setOutputs(circle);
      span.setAttribute("u", undefined);
    });
    const { spans } = await onlyTrace(client);

    expect(attribute(spans[0], "spanInputs")).toEqual({
      n: "10",
      f: "[Function max]",
      s: [1],
      nan: null,
    });
    expect(attribute(spans[0], "spanOutputs")).toContain("[Circular");
    expect(spans[0]?.attributes.u).toBe("null");
  });

  test("tokens of the spans are summed, once where a span sums up its children", async () => {
    const client = await newClient();
    await withSpan({ name: "chat", client }, async () => {
      await withSpan("agent", async (agent) => {
        await withSpan("llm", (span) => span.setTokenUsage({ inputTokens: 3, outputTokens: 4 }));
        agent.setTokenUsage({ inputTokens: 5, outputTokens: 6 });
      });
      await withSpan("llm", (span) => span.setTokenUsage({ inputTokens: 10, outputTokens: 20 }));
    });
    const { info } = await onlyTrace(client);

    expect(JSON.parse(info.traceMetadata["mlflow.trace.tokenUsage"] ?? "")).toEqual({
      input_tokens: 15,
      output_tokens: 26,
      total_tokens: 41,
    });
  });

  test("a trace that cannot be written is a warning, and the program goes on", async () => {
    const client = await newClient();
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);

    expect(await withSpan({ name: "x", client, experimentId: "404" }, async () => 42)).toBe(42);
    expect(warn.mock.calls[0]?.[0]).toMatch(
      /^Trace tr-\w+ could not be written: Could not find experiment with ID 404$/,
    );
    warn.mockRestore();
  });
});

describe("trace", () => {
  test("calls of a function are spans with its arguments and its result", async () => {
    const client = await newClient();
    const add = trace((a: number, b: number) => a + b, { name: "add", spanType: "TOOL", client });
    const shout = trace(async function shout(text: string) {
      return `${text}!`;
    });
    const both = trace(async (text: string) => [add(1, 2), await shout(text)], {
      name: "both",
      client,
    });

    expect(await both("hi")).toEqual([3, "hi!"]);
    const { spans } = await onlyTrace(client);
    expect(
      spans.map((span) => [
        span.name,
        attribute(span, "spanType"),
        attribute(span, "spanInputs"),
        attribute(span, "spanOutputs"),
      ]),
    ).toEqual([
      ["both", "UNKNOWN", "hi", [3, "hi!"]],
      ["add", "TOOL", [1, 2], 3],
      ["shout", "UNKNOWN", "hi", "hi!"],
    ]);
  });

  test("a function keeps its object, and a synchronous one stays synchronous", async () => {
    const client = await newClient();
    const counter = {
      count: 1,
      next: trace(
        function next(this: { count: number }, by: number) {
          this.count += by;
          return this.count;
        },
        { client },
      ),
    };

    expect(counter.next(2)).toBe(3);
    await flushTraces();
    expect((await onlyTrace(client)).info.tags["mlflow.traceName"]).toBe("next");
  });
});

test("inside of startRun a trace belongs to the run", async () => {
  const client = await newClient();
  const runId = await startRun({ client, experimentName: "chat" }, async (run) => {
    await withSpan("answer", async () => undefined);
    return run.runId;
  });
  const experiment = await client.getExperimentByName("chat");
  const { info } = await onlyTrace(client, experiment?.experimentId);

  expect(info.traceMetadata["mlflow.sourceRun"]).toBe(runId);
});

test("without a client traces go where MLFLOW_TRACKING_URI says", async () => {
  const client = await newClient();
  vi.stubEnv("MLFLOW_TRACKING_URI", client.root);
  vi.stubEnv("MLFLOW_EXPERIMENT_NAME", "from the environment");
  await withSpan("answer", async () => undefined);
  vi.unstubAllEnvs();

  const experiment = await client.getExperimentByName("from the environment");
  expect((await onlyTrace(client, experiment?.experimentId)).spans[0]?.name).toBe("answer");
});
