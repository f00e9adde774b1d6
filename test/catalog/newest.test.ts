/** The first glance at a large tree: the newest runs, before so much as their list is there. */
import { mkdirSync, rmdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { MlrunsClient, type NewestRuns } from "../../lib/client/client.ts";
import { printRunMeta } from "../../lib/format/run-meta.ts";
import { makeTempFolder } from "../helpers/tree.ts";

/** Enough runs that their list takes longer than a glance. */
const RUNS = 600;
/** 2026, ms since the epoch. Runs start a minute apart. */
const START = 1_770_000_000_000;
const MINUTE = 60_000;

let root: string;
let experimentId: string;

beforeAll(async () => {
  root = join(await makeTempFolder(), "mlruns");
  experimentId = await new MlrunsClient(root).createExperiment("many");
  for (let run = 0; run < RUNS; run++) makeRun(run);
});

/** Runs that a test has changed. */
const changed = new Set<number>();
afterEach(async () => {
  for (const run of changed) makeRun(run);
  changed.clear();
  // What a test has saved would be there at once in the next.
  await new MlrunsClient(root).clearCatalog();
});

test("the newest runs are those of the list, in its order", async () => {
  const { records, ofRuns } = await glance(100);
  const { runs } = await new MlrunsClient(root).searchRuns([experimentId], { maxResults: 100 });

  expect(ofRuns).toBe(RUNS);
  expect(records.map(({ run }) => run.info)).toEqual(runs.map(({ info }) => info));
});

test("a run whose folder was changed since is no newer for it", async () => {
  for (let run = 0; run < 100; run++) touchFolder(run, START + 10_000 * MINUTE);

  expect(namesOf(await glance(3))).toEqual(["r599", "r598", "r597"]);
});

test("where a copy has made all folders anew these are any runs, the newest of them first", async () => {
  for (let run = 0; run < RUNS; run++) touchFolder(run, START);
  const names = namesOf(await glance(100));
  const numbers = names.map((name) => Number(name.slice(1)));

  expect(names).toHaveLength(100);
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
  const list = await new MlrunsClient(root).searchRuns([experimentId], { partial: true });
  expect(list.runs.map(({ info }) => info.runName)).toEqual(
    Array.from({ length: RUNS }, (_, i) => `r${RUNS - 1 - i}`),
  );
});

test("deleted runs are among them, but do not take the place of others", async () => {
  for (const run of [599, 597]) makeRun(run, { lifecycleStage: "deleted" });

  expect(namesOf(await glance(2))).toEqual(["r599", "r598", "r597", "r596"]);
});

test("a broken run, and a folder that is none, take nobody's place", async () => {
  writeFileSync(join(folderOf(599), "meta.yaml"), "{");
  const noRun = join(root, experimentId, "a".repeat(32));
  mkdirSync(noRun);
  changed.add(599);
  const { records, ofRuns } = await glance(2);
  rmdirSync(noRun);

  expect(records.map(({ run }) => run.info.runName)).toEqual(["r598", "r597"]);
  expect(ofRuns).toBe(RUNS + 1);
});

test("of several experiments these are the newest of all", async () => {
  const other = await new MlrunsClient(root).createExperiment("other");
  for (const run of [700, 598.5, 5.5]) makeRun(run, { experimentId: other });
  const newest = await new MlrunsClient(root).findNewestRuns([experimentId, other], 4);

  expect(namesOf(newest)).toEqual(["r700", "r599", "r598.5", "r598"]);
});

test("when fewer runs are there than are wanted, all are given", async () => {
  expect(namesOf(await glance(1_000))).toHaveLength(RUNS);
});

test("a short list is there as soon, and is not preceded by a glance", async () => {
  const few = await new MlrunsClient(root).createExperiment("few");
  makeRun(0, { experimentId: few });

  expect(await new MlrunsClient(root).findNewestRuns([few], 100)).toBeUndefined();
});

test("a glance is given once, and not when the list is there", async () => {
  const client = new MlrunsClient(root);
  expect(await client.findNewestRuns([experimentId], 1)).toBeDefined();
  expect(await client.findNewestRuns([experimentId], 1)).toBeUndefined();

  const other = new MlrunsClient(root);
  await other.searchRuns([experimentId], { partial: true, maxResults: 1 });
  expect(await other.findNewestRuns([experimentId], 1)).toBeUndefined();

  await other.updateCatalog();
  expect(await new MlrunsClient(root).findNewestRuns([experimentId], 1)).toBeUndefined();
});

test("no search answers from a glance", async () => {
  const client = new MlrunsClient(root);
  const whole = await new MlrunsClient(root).searchRuns([experimentId], { maxResults: RUNS });
  await client.findNewestRuns([experimentId], 10);
  const list = await client.searchRuns([experimentId], { partial: true, maxResults: RUNS });

  expect(list.runs.map(({ info }) => info)).toEqual(whole.runs.map(({ info }) => info));
  await client.searchRuns([experimentId], { maxResults: 1 });
  expect(await client.searchRuns([experimentId], { maxResults: RUNS })).toEqual(whole);
});

async function glance(count: number): Promise<NewestRuns> {
  const newest = await new MlrunsClient(root).findNewestRuns([experimentId], count);
  if (newest === undefined) throw new Error("There was no glance");
  return newest;
}

function namesOf(newest: NewestRuns | undefined): string[] {
  return newest?.records.map(({ run }) => run.info.runName) ?? [];
}

/** Makes a run, or makes it anew, whose folder has the time of its start as MLflow leaves it. */
function makeRun(run: number, changes: Partial<Parameters<typeof printRunMeta>[0]> = {}): void {
  const experiment = changes.experimentId ?? experimentId;
  const folder = folderOf(run, experiment);
  mkdirSync(folder, { recursive: true });
  const meta = printRunMeta({
    runId: runIdOf(run),
    experimentId: experiment,
    runName: `r${run}`,
    userId: "ada",
    status: "FINISHED",
    startTime: START + run * MINUTE,
    endTime: START + (run + 1) * MINUTE,
    lifecycleStage: "active",
    artifactUri: folder,
    deletedTime: null,
    extra: {},
    ...changes,
  });
  writeFileSync(join(folder, "meta.yaml"), meta);
  // What was written just now would not be saved in the catalog.
  utimesSync(join(folder, "meta.yaml"), START / 1_000, START / 1_000);
  touchFolder(run, START + run * MINUTE, experiment);
}

function touchFolder(run: number, at: number, experiment = experimentId): void {
  if (experiment === experimentId) changed.add(run);
  utimesSync(folderOf(run, experiment), at / 1_000, at / 1_000);
}

function folderOf(run: number, experiment = experimentId): string {
  return join(root, experiment, runIdOf(run));
}

/** Ids are in no order of time. */
function runIdOf(run: number): string {
  const scattered = (run * 1_000_003) % 999_983;
  return scattered.toString(16).replace(".", "").padStart(32, "0").slice(-32);
}
