import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MlrunsClient } from "../../lib/client/client.ts";
import { makeDataFile } from "../../lib/site/table.ts";
import type { Manifest, RunsFile, TreeFile } from "../../lib/wire/data-files.ts";
import { liveSite } from "../helpers/site.ts";
import { makeTree } from "../helpers/tree.ts";

test("the file of an experiment's runs is made anew whenever one of them has changed, and only then", async () => {
  const client = new MlrunsClient(await makeTree("v3-basic"));
  const experimentId = await client.createExperiment("sweep");
  const run = await client.createRun(experimentId, { runName: "one" });
  client.logMetric(run.info.runId, "loss", 1);
  const site = liveSite(client);
  const read = async (): Promise<RunsFile> => {
    const file = await makeDataFile(site, `runs/${experimentId}.json`);
    if (file?.kind !== "json") throw new Error("There is no such file");
    return file.value as RunsFile;
  };

  const first = await read();
  expect(await read()).toBe(first);

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
