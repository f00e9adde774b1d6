/** Threads run the built package, as users have it. */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { ensureBuild } from "../../.ci/ensure.mjs";
import { toShard } from "../../lib/catalog/jobs.ts";
import type { ReadAnswer, ReadJob } from "../../lib/catalog/read-job.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import { listExperiments } from "../../lib/store/experiments.ts";
import { findRunFolders, listRuns } from "../../lib/store/runs.ts";
import { openStore } from "../../lib/store/store.ts";
import { repoRoot } from "../helpers/paths.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { expectTruth } from "./compare.ts";

beforeAll(() => ensureBuild());

test("a thread reads runs as the main thread does", async () => {
  const root = await makeTree("v3-edge");
  const store = openStore(root);
  const { found } = listExperiments(store);
  const all = found.map(({ experimentId }) => findRunFolders(store, experimentId));
  const [largest] = all.sort((a, b) => b.runIds.length - a.runIds.length);
  if (largest === undefined) throw new Error("The tree has no experiment");
  const { runIds, ...experiment } = largest;
  const thread = new Worker(join(repoRoot, "dist", "catalog", "worker.js"));
  onTestFinished(async () => void (await thread.terminate()));
  const job: ReadJob = { kind: "read", root, experiment, runIds };
  thread.postMessage(job);
  const [answer] = (await once(thread, "message")) as [ReadAnswer];
  const shard = toShard(answer);

  expect(shard.count).toBeGreaterThan(1);
  const records = shard.runIds.map((_, row) => shard.record(row));
  expect(records.filter((record) => record !== undefined)).toEqual(
    listRuns(store, experiment.experimentId).found,
  );
});

test("more runs than one thread should read are all there, also after changes", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  const writer = new MlrunsClient(root);
  const experimentId = await writer.createExperiment("many");
  const runIds: string[] = [];
  for (let i = 0; i < 230; i++) {
    const { info } = await writer.createRun(experimentId);
    writer.logMetric(info.runId, "loss", i, { step: i });
    runIds.push(info.runId);
  }
  const built = (await import(
    pathToFileURL(join(repoRoot, "dist", "index.js")).href
  )) as typeof import("../../lib/index.ts");
  const client = new built.MlrunsClient(root);
  await expectTruth(client);
  for (const runId of runIds.slice(0, 3)) await writer.deleteRun(runId);
  writer.logMetric(runIds[10] ?? "", "loss", -1, { step: 1_000 });

  // The built package is another one than the source: what this one writes is to that one as if others had written it.
  await expectTruth(client, { maxAge: 0 });

  const runId = runIds[100] ?? "";
  const file = join(root, experimentId, runId, "metrics", "loss");
  await makeOld(file);
  // What was written in the last two seconds is read again without being asked to.
  await setTimeout(2_100);
  await expectTruth(client, { maxAge: 0 });
  await writeFile(file, (await readFile(file, "utf8")).replace(" 100", " 101"));
  await makeOld(file);
  expect(await client.verifyCatalog()).toEqual([{ experimentId, runId }]);
  expect(await client.verifyCatalog()).toEqual([]);
  await expectTruth(client);
});

test("threads help in whatever way Node got its script", async () => {
  const root = join(await makeTempFolder(), "mlruns");
  const writer = new MlrunsClient(root);
  const experimentId = await writer.createExperiment("many");
  for (let i = 0; i < 210; i++) await writer.createRun(experimentId);
  const script = `
    import { MlrunsClient } from ${JSON.stringify(pathToFileURL(join(repoRoot, "dist", "index.js")).href)};
    let answers = 0;
    process.on("worker", (thread) => thread.on("message", () => answers++));
    const { runs } = await new MlrunsClient(${JSON.stringify(root)}).searchRuns(["${experimentId}"], {});
    console.log(runs.length, answers > 0);`;
  const args = ["--input-type=module", "--eval", script];

  expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe("210 true\n");
});

/** With the same size and time a change does not show. */
async function makeOld(path: string): Promise<void> {
  const then = new Date("2026-01-01T00:00:00Z");
  await utimes(path, then, then);
}
