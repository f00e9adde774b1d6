import { appendFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { printRunMeta } from "../../lib/format/run-meta.ts";
import { type DataFile, encodedJson, type SiteContext } from "../../lib/site/context.ts";
import { findCopies } from "../../lib/site/copies.ts";
import { KeptFiles, type RunsOrigin } from "../../lib/site/kept-files.ts";
import { makeDataFile } from "../../lib/site/table.ts";
import {
  FIRST_RUNS,
  type Manifest,
  type RunsFile,
  type TreeFile,
} from "../../lib/wire/data-files.ts";
import { DATA_PATH } from "../../lib/wire/data-paths.ts";
import { liveSite } from "../helpers/site.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

test("the file of an experiment's runs is made anew whenever one of them has changed, and only then", async () => {
  const client = new MlrunsClient(await makeTree("v3-basic"));
  const experimentId = await client.createExperiment("sweep");
  const run = await client.createRun(experimentId, { runName: "one" });
  client.logMetric(run.info.runId, "loss", 1);
  const site = liveSite(client);
  const make = (): Promise<DataFile | undefined> => makeDataFile(site, `runs/${experimentId}.json`);
  const read = async (): Promise<RunsFile> => {
    const file = await make();
    if (file?.kind !== "json") throw new Error("There is no such file");
    return file.value as RunsFile;
  };

  const first = await make();
  expect(await make()).toBe(first);

  client.logMetric(run.info.runId, "loss", 2, { step: 1 });
  const second = await read();
  expect(second.metrics.loss?.last).toEqual([2]);

  // By somebody else.
  const folder = join(client.root, experimentId, run.info.runId);
  appendFileSync(join(folder, "metrics", "loss"), "1790000000000 3 2\n");
  const third = await read();
  expect(third.metrics.loss?.last).toEqual([3]);

  writeFileSync(join(folder, "meta.yaml"), "{");
  expect((await read()).unreadable.map(({ runId }) => runId)).toEqual([run.info.runId]);
});

test("of the files of runs, as many are kept as there is room for: those that were asked for last", async () => {
  const site = liveSite(new MlrunsClient(await makeTree("v3-basic")));
  const [context] = site.roots as [SiteContext];
  const copies = await findCopies(site);
  const origin = (experimentId: string, chunk: number, version = 1): RunsOrigin => ({
    context,
    experimentId,
    chunk,
    version,
    name: "sweep",
    copies,
  });
  const kept = new KeptFiles(35);
  const file = encodedJson("ten bytes"); // 11 of them, with its quotes
  kept.keep(origin("1", 0), file);
  kept.keep(origin("1", 1), file);
  kept.keep(origin("2", 0), file);
  expect(kept.bytes).toBe(33);

  expect(kept.find(origin("1", 0))).toBe(file);
  kept.keep(origin("3", 0), encodedJson("ten bytes"));
  expect(kept.find(origin("1", 0))).toBe(file);
  expect(kept.find(origin("1", 1))).toBeUndefined();

  // A change of the experiment makes all of its files worthless.
  expect(kept.find(origin("1", 0, 2))).toBeUndefined();
  expect(kept.bytes).toBe(22);

  kept.keep(origin("4", 0), encodedJson("more than there is room for, by itself"));
  expect(kept.bytes).toBe(22);
});

test("the first file of runs is short, and the others follow it until all rows are there", async () => {
  const client = new MlrunsClient(await makeTree("v3-basic"));
  const experimentId = await client.createExperiment("sweep");
  const runIds: string[] = [];
  for (let i = 0; i < FIRST_RUNS + 5; i++)
    runIds.push((await client.createRun(experimentId, { startTime: i + 1 })).info.runId);
  const site = liveSite(client);
  const read = async (path: string): Promise<RunsFile> => {
    const file = await makeDataFile(site, path.replace("data/", ""));
    return (file?.kind === "json" ? file.value : undefined) as RunsFile;
  };

  // A glance that somebody else has had.
  await client.findNewestRuns([experimentId], 1);
  const first = await read(DATA_PATH.runs(experimentId));
  const second = await read(first.next ?? "");

  expect([first.offset, first.runIds.length, first.total]).toEqual([0, FIRST_RUNS, FIRST_RUNS + 5]);
  expect([second.offset, second.runIds.length, second.next]).toEqual([FIRST_RUNS, 5, null]);
  expect([...first.runIds, ...second.runIds]).toEqual(runIds.reverse());
});

test("the manifest counts what is broken as soon as it was met, without a look at the whole tree", async () => {
  const client = new MlrunsClient(await makeTree("v3-basic"));
  const experimentId = await client.createExperiment("sweep");
  const { info } = await client.createRun(experimentId);
  client.setTerminated(info.runId);
  const site = liveSite(client);
  const read = async (path: string): Promise<unknown> => {
    const file = await makeDataFile(site, path);
    return file?.kind === "json" ? file.value : undefined;
  };
  const counted = async (): Promise<number> => {
    await read(`runs/${experimentId}.json`);
    return ((await read("manifest.json")) as Manifest).problemCount;
  };
  const meta = join(client.root, experimentId, info.runId, "meta.yaml");
  const whole = readFileSync(meta);
  const before = await counted();

  writeFileSync(meta, "{");
  expect(await counted()).toBe(before + 1);
  expect(((await read("tree.json")) as TreeFile).problems).toHaveLength(before + 1);

  writeFileSync(meta, whole);
  expect(await counted()).toBe(before);
});

test("a large experiment that was never read begins with its newest runs, and says that these are not all", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  const experimentId = await new MlrunsClient(root).createExperiment("large");
  const ids = Array.from({ length: 600 }, (_, run) => makePlainRun(root, experimentId, run));
  const site = liveSite(new MlrunsClient(root));
  const read = async (): Promise<RunsFile> =>
    ((await makeDataFile(site, `runs/${experimentId}.json`)) as { value: RunsFile }).value;

  const glance = await read();
  expect(glance).toMatchObject({
    isFirstGlance: true,
    total: 600,
    offset: 0,
    next: null,
    runIds: ids.toReversed().slice(0, 100),
    reading: { runs: 0, ofRuns: 600 },
    params: {},
  });

  const whole = await read();
  expect(whole).not.toHaveProperty("isFirstGlance");
  expect(whole.runIds).toEqual(ids.toReversed());
  expect(whole.startTime.slice(0, 100)).toEqual(glance.startTime);
});

/** A run whose folder has the time of its start, a minute after that of the run before. @returns its id */
function makePlainRun(root: string, experimentId: string, run: number): string {
  const runId = run.toString(16).padStart(32, "0");
  const startTime = 1_770_000_000_000 + run * 60_000;
  const folder = join(root, experimentId, runId);
  mkdirSync(folder);
  writeFileSync(
    join(folder, "meta.yaml"),
    printRunMeta({
      runId,
      experimentId,
      runName: `r${run}`,
      userId: "ada",
      status: "FINISHED",
      startTime,
      endTime: startTime,
      lifecycleStage: "active",
      artifactUri: folder,
      deletedTime: null,
      extra: {},
    }),
  );
  utimesSync(folder, startTime / 1_000, startTime / 1_000);
  return runId;
}
