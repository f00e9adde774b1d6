import { describe, expect, test } from "vitest";
import { type Call, type Logged, LogQueue, toCalls } from "../../../lib/client/rest/log-queue.ts";
import { MlrunsError } from "../../../lib/errors.ts";

const metric = (key: string, step = 0): Logged => ({
  kind: "metric",
  metric: { key, value: step, timestamp: 1, step },
});
const param = (key: string, value = "1"): Logged => ({ kind: "param", param: { key, value } });
const tag = (key: string, value = "1"): Logged => ({ kind: "tag", tag: { key, value } });

/** A queue with what it sent. */
function makeQueue(answer: (call: Call) => Promise<unknown> = async () => ({})): {
  queue: LogQueue;
  sizes: () => number[][];
  calls: Call[];
} {
  const calls: Call[] = [];
  const queue = new LogQueue(async (call) => {
    const done = await answer(call);
    calls.push(call);
    return done;
  });
  const sizes = (): number[][] =>
    calls.map(({ json }) =>
      ["metrics", "params", "tags"].map((kind) => (json[kind] as unknown[]).length),
    );
  return { queue, sizes, calls };
}

describe("what was logged", () => {
  test("is sent in batches as large as MLflow takes, in order", async () => {
    const { queue, sizes, calls } = makeQueue();
    queue.add(
      "r",
      Array.from({ length: 2_500 }, (_, i) => metric("m", i)),
    );
    queue.add(
      "r",
      Array.from({ length: 150 }, (_, i) => param(`p${i}`)),
    );
    await queue.drain("r");

    expect(sizes()).toEqual([
      [1000, 0, 0],
      [1000, 0, 0],
      [500, 100, 0],
      [0, 50, 0],
    ]);
    const steps = calls.flatMap(({ json }) =>
      (json.metrics as { step: number }[]).map(({ step }) => step),
    );
    expect(steps).toEqual(Array.from({ length: 2_500 }, (_, i) => i));
  });

  test("a tag or param that comes again goes into the next batch, so that the later one counts", async () => {
    const { queue, calls } = makeQueue();
    queue.add("r", [tag("a", "1"), param("a"), tag("b"), tag("a", "2")]);
    await queue.drain("r");
    expect(calls.map(({ json }) => json.tags)).toEqual([
      [
        { key: "a", value: "1" },
        { key: "b", value: "1" },
      ],
      [{ key: "a", value: "2" }],
    ]);
  });

  test("a call of its own keeps its place", async () => {
    const { queue, calls } = makeQueue();
    const call = { path: "runs/delete-tag", json: {} };
    queue.add("r", [tag("a"), { kind: "call", call }, tag("a")]);
    await queue.drain("r");
    expect(calls.map(({ path }) => path)).toEqual([
      "runs/log-batch",
      "runs/delete-tag",
      "runs/log-batch",
    ]);
  });

  test("large values are spread, as MLflow takes a million bytes", async () => {
    const { queue, sizes } = makeQueue();
    queue.add(
      "r",
      Array.from({ length: 100 }, (_, i) => tag(`t${i}`, "x".repeat(8_000))),
    );
    await queue.drain("r");
    expect(sizes().map(([, , tags]) => tags)).toEqual([49, 49, 2]);
  });

  test("is sent without being asked", async () => {
    const { queue, calls } = makeQueue();
    queue.add("r", [metric("m")]);
    await expect.poll(() => calls.length).toBe(1);
  });

  test("that is refused costs no more than itself, and is told once", async () => {
    const sent: string[] = [];
    const { queue } = makeQueue(async ({ json }) => {
      const params = json.params as { key: string }[];
      if (params.some(({ key }) => key === "bad")) {
        throw new MlrunsError("INVALID_PARAMETER_VALUE", "bad");
      }
      sent.push(...params.map(({ key }) => key));
    });
    queue.add(
      "r",
      ["a", "b", "bad", "c", "d"].map((key) => param(key)),
    );

    await expect(queue.drain("r")).rejects.toThrow("bad");
    expect(sent).toEqual(["a", "b", "c", "d"]);
    await queue.drain("r");
  });

  test("is kept while the server is away", async () => {
    let isAway = true;
    const { queue, calls } = makeQueue(async () => {
      if (isAway) throw new MlrunsError("TEMPORARILY_UNAVAILABLE", "away");
    });
    queue.add("r", [metric("m")]);
    await expect(queue.drain()).rejects.toThrow("away");
    queue.add("r", [metric("m", 1)]);
    isAway = false;
    await queue.drain();

    expect(calls.flatMap(({ json }) => json.metrics)).toHaveLength(2);
  });

  test("can be taken out, for a process that exits", () => {
    const { queue } = makeQueue();
    queue.add("r", [metric("m"), param("p")]);
    expect(toCalls("r", queue.take("r"))).toHaveLength(1);
    expect(queue.take("r")).toEqual([]);
  });
});
