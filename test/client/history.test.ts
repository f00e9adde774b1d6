import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { MlrunsClient } from "../../lib/index.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Enough for several pieces of the file. */
const POINTS = 100_000;

let client: MlrunsClient;
let runId: string;
let file: string;

beforeEach(async () => {
  client = new MlrunsClient(await makeTempFolder());
  const experimentId = await client.createExperiment("histories");
  runId = (await client.createRun(experimentId)).info.runId;
  file = join(client.root, experimentId, runId, "metrics", "loss");
});

function lines(count: number): string {
  return Array.from(
    { length: count },
    (_, i) => `${1_760_000_000_000 + i} ${i % 97}.5 ${i}\n`,
  ).join("");
}

test("a long history is streamed and read alike, a last line without an end included", async () => {
  appendFileSync(file, `${lines(POINTS)}1 -7 -1`);

  const streamed = [];
  for await (const point of client.iterateMetricHistory(runId, "loss")) streamed.push(point);

  expect(streamed).toHaveLength(POINTS + 1);
  expect(streamed[54_321]).toEqual({
    key: "loss",
    value: (54_321 % 97) + 0.5,
    timestamp: 1_760_000_054_321,
    step: 54_321,
  });
  expect(streamed.at(-1)).toEqual({ key: "loss", value: -7, timestamp: 1, step: -1 });
  expect(await client.getMetricHistory(runId, "loss")).toEqual(streamed);
});

test("whoever reads only the beginning of a stream reads no further", async () => {
  appendFileSync(file, `${lines(POINTS)}`);

  for await (const { step } of client.iterateMetricHistory(runId, "loss")) {
    if (step === 3) break;
  }

  await client.deleteRun(runId);
  expect((await client.getRun(runId)).info.lifecycleStage).toBe("deleted");
});

test("a history is thinned out with its spikes and datasets", async () => {
  appendFileSync(file, lines(50_000));
  appendFileSync(file, "1760000050000 1e9 50000 train abc\nno metric line\n");
  appendFileSync(file, lines(50_000));

  const points = await client.getMetricHistory(runId, "loss", { maxPoints: 500 });

  expect(points.length).toBeLessThanOrEqual(500);
  expect(points.length).toBeGreaterThan(400);
  expect(points.filter(({ value }) => value > 100)).toEqual([
    {
      key: "loss",
      value: 1e9,
      timestamp: 1_760_000_050_000,
      step: 50_000,
      datasetName: "train",
      datasetDigest: "abc",
    },
  ]);
  expect(points.map(({ timestamp }) => timestamp)).toContain(1_760_000_000_000);
});

test("one metric of several runs comes by run, in the order asked for", async () => {
  const other = (await client.createRun("0")).info.runId;
  client.logMetric(other, "loss", 2, { step: 1, timestamp: 5 });
  appendFileSync(file, "4 1.0 0\n");

  const histories = await client.getMetricHistoryBulk([other, runId], "loss");

  expect([...histories]).toEqual([
    [other, [{ key: "loss", value: 2, timestamp: 5, step: 1 }]],
    [runId, [{ key: "loss", value: 1, timestamp: 4, step: 0 }]],
  ]);
  expect([...(await client.getMetricHistoryBulk([runId], "none"))]).toEqual([[runId, []]]);
  await expect(client.getMetricHistoryBulk(["0".repeat(32)], "loss")).rejects.toMatchObject({
    errorCode: "RESOURCE_DOES_NOT_EXIST",
  });
});
