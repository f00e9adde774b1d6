/** What a search sees when it does not look at every run, and what it waits for. */
import { appendFile, cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { permittedAge } from "../../lib/catalog/freshness.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { expectTruth } from "./compare.ts";

/** Every run is looked at once, and then only what is always seen. */
const ONCE = { maxAge: Number.POSITIVE_INFINITY };

test("small trees are looked at by each search, large ones as often as is cheap", () => {
  expect(permittedAge(999, 50)).toBe(0);
  expect(permittedAge(15_000, 50)).toBe(300);
  expect(permittedAge(150_000, 300)).toBe(3_000);
  expect(permittedAge(150_000, 60_000)).toBe(240_000);
  expect(permittedAge(15_000_000, 100)).toBe(10_000);
});

test("whatever is written through a client is in its next search", async () => {
  const { client, experimentId, runIds } = await makeRuns(4);
  const [first = "", second = "", third = ""] = runIds;
  const dataset = { name: "d", digest: "1", sourceType: "x", source: "{}" };
  const steps: (() => unknown)[] = [
    () => client.logMetric(first, "loss", 0.1),
    () => client.logMetrics(first, { loss: 0.2, acc: 1 }, { step: 1 }),
    () => client.logParam(first, "lr", "0.1"),
    () => client.logParams(second, { lr: "0.2", seed: 1 }),
    () => client.setTag(first, "stage", "1"),
    () => client.setTag(first, "stage", "2"),
    () => client.deleteTag(first, "stage"),
    () => client.logBatch(second, { tags: [{ key: "t", value: "1" }] }),
    () =>
      client.logInputs(second, [
        { dataset: { ...dataset, schema: null, profile: null }, tags: {} },
      ]),
    () => client.recordModel(second, MODEL),
    () => client.updateRun(first, { runName: "renamed" }),
    () => client.setTerminated(first, "FAILED"),
    () => client.deleteRun(second),
    () => client.restoreRun(second),
    () => client.createRun(experimentId),
    () => client.createExperiment("another"),
    () => client.deleteExperiment(experimentId),
    () => client.restoreExperiment(experimentId),
    async () => {
      await client.deleteExperiment(experimentId);
      await client.restoreExperiment(experimentId);
    },
    async () => {
      await client.deleteRun(third);
      await client.gc();
    },
  ];
  // Runs that have ended are not looked at as those are that others are at work on.
  for (const runId of runIds) await client.setTerminated(runId);
  await expectTruth(client, ONCE);
  for (const step of steps) {
    await step();
    await expectTruth(client, ONCE);
  }
});

test("points that are held back are written before a search", async () => {
  const { root, experimentId, runIds } = await makeRuns(1);
  const client = new MlrunsClient(root, { buffer: true });
  await client.searchRuns([experimentId]);
  client.logMetric(runIds[0] ?? "", "loss", 0.5);

  const { runs } = await client.searchRuns([experimentId], {
    ...ONCE,
    filter: "metrics.loss = 0.5",
  });
  expect(runs).toHaveLength(1);
});

test("another client of the same process is no stranger", async () => {
  const { root, client, experimentId, runIds } = await makeRuns(2);
  await client.searchRuns([experimentId]);
  new MlrunsClient(root).setTag(runIds[0] ?? "", "note", "late");

  await expectTruth(client, ONCE);
});

test("runs that others make, remove or are at work on are seen at once", async () => {
  const { root, client, experimentId, runIds } = await makeRuns(3);
  const [gone = "", lively = ""] = runIds;
  const folder = (runId: string): string => join(root, experimentId, runId);
  await client.searchRuns([experimentId]);

  const made = "f".repeat(32);
  await cp(folder(gone), folder(made), { recursive: true });
  const meta = await readFile(join(folder(made), "meta.yaml"), "utf8");
  await writeFile(join(folder(made), "meta.yaml"), meta.replaceAll(gone, made));
  await expectTruth(client, ONCE);
  await rm(folder(gone), { recursive: true });
  await expectTruth(client, ONCE);
  const log = (step: number): Promise<void> =>
    appendFile(join(folder(lively), "metrics", "loss"), `170000000000${step} 0.5 ${step}\n`);
  await log(1);
  await expectTruth(client, { maxAge: 0 });
  for (let step = 2; step < 5; step++) {
    await log(step);
    await expectTruth(client, ONCE);
  }
  await mkdir(join(root, ".trash"), { recursive: true });
  await rename(join(root, experimentId), join(root, ".trash", experimentId));
  await expectTruth(client, ONCE);
});

test("what others change in a run at rest is seen when the last look is too old", async () => {
  const { root, client, experimentId, runIds } = await makeRuns(2);
  await client.searchRuns([experimentId]);
  await writeFile(join(root, experimentId, runIds[0] ?? "", "tags", "note"), "late");
  const find = async (maxAge: number): Promise<number> =>
    (await client.searchRuns([experimentId], { filter: "tags.note = 'late'", maxAge })).runs.length;

  expect(await find(60_000)).toBe(0);
  await setTimeout(30);
  expect(await find(20)).toBe(1);
});

test("searches go on while runs are looked at, and never lose what was written in between", async () => {
  const { root, client, experimentId, runIds } = await makeRuns(60);
  await client.searchRuns([experimentId]);
  for (let step = 1; step <= 150; step++) {
    const own = runIds[step % 20] ?? "";
    client.logMetric(own, "own", step, { step });
    const foreign = join(root, experimentId, runIds[20 + (step % 20)] ?? "", "metrics", "loss");
    await appendFile(foreign, `170000000000${step % 10} ${step} ${step}\n`);
    if (step % 10 === 0) await client.createRun(experimentId);
    const { runs } = await client.searchRuns([experimentId], {
      filter: `metrics.own = ${step}`,
      maxAge: 25,
    });
    expect(runs.map(({ info }) => info.runId)).toEqual([own]);
  }
  await setTimeout(30);
  await expectTruth(client, { maxAge: 25 });
});

const MODEL = JSON.stringify({
  run_id: "x",
  artifact_path: "m",
  flavors: {},
  utc_time_created: "2026",
});

async function makeRuns(count: number): Promise<{
  readonly root: string;
  readonly client: MlrunsClient;
  readonly experimentId: string;
  readonly runIds: readonly string[];
}> {
  const root = join(await makeTempFolder(), "mlruns");
  const client = new MlrunsClient(root);
  const experimentId = await client.createExperiment("first");
  const runIds: string[] = [];
  for (let i = 0; i < count; i++) {
    const { info } = await client.createRun(experimentId, { startTime: 1_000 + i });
    client.logMetric(info.runId, "loss", i, { timestamp: 5 });
    runIds.push(info.runId);
  }
  return { root, client, experimentId, runIds };
}
