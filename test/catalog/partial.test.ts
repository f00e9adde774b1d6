/** A large tree that is opened for the first time: what is answered before everything is read. */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { readingLine } from "../../lib/cli/output.ts";
import { MlrunsClient, type ReadProgress } from "../../lib/client/client.ts";
import { makeTempFolder } from "../helpers/tree.ts";
import { expectTruth } from "./compare.ts";

/** Enough runs to be worth a list before they are read. */
const RUNS = 220;

let root: string;
let experimentId: string;
let newest: string;

beforeAll(async () => {
  root = join(await makeTempFolder(), "mlruns");
  const client = new MlrunsClient(root);
  experimentId = await client.createExperiment("many");
  for (let i = 0; i < RUNS; i++) {
    const { info } = await client.createRun(experimentId, {
      startTime: 1_000 + i,
      runName: `r${i}`,
    });
    client.logParam(info.runId, "lr", i);
    newest = info.runId;
  }
});

// What the tests before have saved would be there at once.
beforeEach(async () => void (await new MlrunsClient(root).clearCatalog()));

test("the list of runs is there before their params are", async () => {
  const client = new MlrunsClient(root);
  const first = await client.searchRuns([experimentId], { partial: true, maxResults: 3 });

  expect(first.runs.map(({ info }) => info.runName)).toEqual(["r219", "r218", "r217"]);
  expect(first.runs[0]?.data.params).toEqual({});
  expect(first.reading).toMatchObject({ runs: 0, ofRuns: RUNS });

  const whole = await client.searchRuns([experimentId], { maxResults: 3 });
  expect(whole.runs[0]?.data.params).toEqual({ lr: "219" });
  expect(whole).not.toHaveProperty("reading");
  expect(await client.searchRuns([experimentId], { partial: true, maxResults: 3 })).toEqual(whole);
  await expectTruth(client);
});

test("what is written while runs are being read is in the next search", async () => {
  const client = new MlrunsClient(root);
  await client.searchRuns([experimentId], { partial: true });
  client.setTag(newest, "note", "meanwhile");
  const { runs } = await client.searchRuns([experimentId], { filter: "tags.note = 'meanwhile'" });

  expect(runs.map(({ info }) => info.runId)).toEqual([newest]);
  await expectTruth(client);
});

test("a page that is opened again has what was seen before at once, and what has changed since a moment later", async () => {
  const client = new MlrunsClient(root);
  const name = async (): Promise<string | undefined> =>
    (await client.searchRuns([experimentId], { partial: true, maxResults: 1 })).runs[0]?.data.tags
      .note;
  await client.searchRuns([experimentId]);
  client.takeChanges();
  const before = await name();
  // Longer than a look may be old for who waits for one.
  await setTimeout(1_500);
  await writeFile(join(root, experimentId, newest, "tags", "note"), "by somebody else");

  expect(await name()).toBe(before);
  await expect.poll(name).toBe("by somebody else");
  expect(client.takeChanges()).toEqual([{ experimentId, runIds: [newest] }]);
});

test("the newest runs are read first", async () => {
  const read: string[] = [];
  const client: MlrunsClient = new MlrunsClient(root, {
    onProgress: () => read.push(...client.takeChanges().flatMap(({ runIds }) => runIds)),
  });
  await client.searchRuns([experimentId], { partial: true });
  await client.searchRuns([experimentId]);

  expect(read.slice(0, 50)).toContain(newest);
});

test("runs are counted from their list as they are when all was read", async () => {
  const { info } = await new MlrunsClient(root).createRun(experimentId, { startTime: 1 });
  await writeFile(join(root, experimentId, info.runId, "meta.yaml"), "broken");
  const listed = await new MlrunsClient(root).overlookExperiments({ partial: true });
  await rm(join(root, experimentId, info.runId, "params"), { recursive: true });
  const read = await new MlrunsClient(root).overlookExperiments();
  await rm(join(root, experimentId, info.runId), { recursive: true });

  expect(listed).toEqual(read);
  const many = listed.find(({ experiment }) => experiment.experimentId === experimentId);
  expect(many).toMatchObject({ runs: { RUNNING: RUNS }, unreadableRuns: 1, lastRunTime: 1_219 });
});

test("whoever asks is told how far the reading is", async () => {
  const seen: ReadProgress[] = [];
  const client = new MlrunsClient(root, { onProgress: (progress) => seen.push(progress) });
  await client.searchRuns([experimentId]);

  expect(seen[0]).toMatchObject({ runs: 10, ofRuns: RUNS });
  expect(seen.at(-1)).toMatchObject({ runs: RUNS, ofRuns: RUNS, leftMs: 0 });
  expect(seen.at(-1)?.files).toBeGreaterThan(RUNS * 5);
});

test("the line on the terminal tells runs, files and the time left", () => {
  const progress = { runs: 3_200, ofRuns: 10_000, files: 126_000, leftMs: 4_200 };

  expect(readingLine(progress)).toBe("reading 3,200 of 10,000 runs, 126,000 files, 4 s left");
});
