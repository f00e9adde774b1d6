import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { type SyncReport, syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { watchArtifacts } from "../../lib/artifacts/sync/watch.ts";
import { listVersions } from "../../lib/artifacts/versions/versions.ts";
import { pushTree, runEndOf } from "../../lib/client/push-tree.ts";
import { MlrunsClient, startRun } from "../../lib/index.ts";
import { collect } from "../contract/outline.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let store: TestStore;
beforeAll(async () => {
  store = await startStore("s3");
});

let root: string;
let uri: string;
beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
  root = join(await makeTempFolder(), "mlruns");
  uri = `${store.uri}/${randomUUID()}`;
});

async function makeRun(experimentName: string, content: string): Promise<string> {
  const run = await startRun({ trackingUri: root, experimentName, isNew: true });
  run.logMetric("loss", 1);
  run.logParam("lr", 0.1);
  await run.logText(content, "notes/a.txt");
  await run.end();
  return run.runId;
}

async function pathsAt(place: string): Promise<string[]> {
  const artifacts = await openArtifacts({ kind: "remote", uri: place });
  return (await collect(artifacts.list(""))).map(({ path }) => path);
}

test("some runs are pushed with their experiment, and what was pulled elsewhere is a tree", async () => {
  const [first, second] = [await makeRun("a", "1"), await makeRun("b", "2")];
  const client = new MlrunsClient(root);
  const { experimentId } = await client.getRunInfo(first);

  expect(await pushTree({ root, uri, runs: [first], versions: true })).toMatchObject({
    failures: [],
    unchanged: { files: 0 },
  });
  expect(await pushTree({ root, uri, runs: [first] })).toMatchObject({ copied: { files: 0 } });
  const copy = join(await makeTempFolder(), "mlruns");
  await syncArtifacts(uri, copy);
  const pulled = new MlrunsClient(copy);
  expect(await pulled.getRun(first)).toEqual(await client.getRun(first));
  await expect(pulled.getRun(second)).rejects.toMatchObject({
    errorCode: "RESOURCE_DOES_NOT_EXIST",
  });
  expect(await listVersions(`${uri}/${experimentId}/${first}/artifacts`)).toHaveLength(1);
});

test("artifacts go to the store that the run names, metadata only where it is told to", async () => {
  const runId = await makeRun("own store", "1");
  const { experimentId } = await new MlrunsClient(root).getRunInfo(runId);
  const own = `${store.uri}/${randomUUID()}/${runId}/artifacts`;
  const meta = join(root, experimentId, runId, "meta.yaml");
  const text = await readFile(meta, "utf8");
  await writeFile(meta, text.replace(/^artifact_uri: .*$/m, `artifact_uri: ${own}`));

  expect(await pushTree({ root })).toMatchObject({ copied: { files: 1 }, failures: [] });
  expect(await pathsAt(own)).toEqual(["notes/a.txt"]);
  await pushTree({ root, uri, what: "metadata" });
  expect(await pathsAt(uri)).toEqual(
    expect.arrayContaining([
      `${experimentId}/meta.yaml`,
      `${experimentId}/${runId}/meta.yaml`,
      `${experimentId}/${runId}/metrics/loss`,
      `${experimentId}/${runId}/params/lr`,
    ]),
  );
  expect((await pathsAt(uri)).filter((path) => path.includes("/artifacts/"))).toEqual([]);
  await expect(pushTree({ root, what: "metadata" })).rejects.toThrow("Give a URI");
});

test("a layout by runs holds artifacts alone", async () => {
  const [first, second] = [await makeRun("a", "1"), await makeRun("b", "2")];
  const { experimentId } = await new MlrunsClient(root).getRunInfo(second);

  await pushTree({ root, uri, layout: "run" });
  expect(await pathsAt(uri)).toEqual([first, second].map((id) => `${id}/notes/a.txt`).sort());
  const other = `${uri}-of-one`;
  await pushTree({ root, uri: other, layout: "run", experiments: [experimentId] });
  expect(await pathsAt(other)).toEqual([`${second}/notes/a.txt`]);
});

test("a store that refuses one run is told beside the others, one that refuses all stops", async () => {
  const [good, bad] = [await makeRun("a", "1"), await makeRun("a", "2")];
  const { experimentId } = await new MlrunsClient(root).getRunInfo(bad);
  const meta = join(root, experimentId, bad, "meta.yaml");
  const text = await readFile(meta, "utf8");
  await writeFile(meta, text.replace(/^artifact_uri: .*$/m, "artifact_uri: s3://no-such-bucket/x"));

  const report = await pushTree({ root, uri, what: "artifacts" });
  expect(report).toMatchObject({
    copied: { files: 1 },
    failures: [
      {
        path: `${experimentId}/${bad}/artifacts`,
        errorCode: "RESOURCE_DOES_NOT_EXIST",
      },
    ],
  });
  expect(await pathsAt(uri)).toEqual([`${experimentId}/${good}/artifacts/notes/a.txt`]);
  await expect(pushTree({ root, runs: [bad] })).rejects.toMatchObject({
    errorCode: "RESOURCE_DOES_NOT_EXIST",
  });
});

test("only some files and folders are synced, without a look at the rest", async () => {
  const folder = await makeTempFolder();
  for (const path of ["a/1", "a.b/2", "c", "d"]) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), path);
  }
  await syncArtifacts(folder, uri, { paths: ["c", "a", "a.b/2", "missing"] });

  expect(await pathsAt(uri)).toEqual(["a.b/2", "a/1", "c"]);
  await writeFile(join(folder, "c"), "other");
  const report = await syncArtifacts(folder, uri, { paths: ["a", "d"], delete: true });
  expect(report).toMatchObject({ copied: { files: 1 }, extra: 0, deleted: 0 });
  await expect(syncArtifacts(folder, uri, { paths: ["a", "a/1"] })).rejects.toThrow("name one");
});

test("a run that is being logged is followed until it ends", async () => {
  const run = await startRun({ trackingUri: root, experimentName: "live", isNew: true });
  run.logMetric("loss", 1, { step: 0 });
  const { experimentId } = await new MlrunsClient(root).getRunInfo(run.runId);
  const folder = join(root, experimentId, run.runId);
  const target = join(await makeTempFolder(), "copy");
  const rounds: unknown[] = [];
  const watching = watchArtifacts(folder, target, {
    intervalMs: 50,
    isOver: runEndOf(folder),
    onRound: (report) => {
      rounds.push((report as SyncReport).copied.files);
      if (rounds.length === 1) run.logMetric("loss", 0.5, { step: 1 });
      else if (rounds.length === 2) void run.end();
    },
  });

  expect(await watching).toMatchObject({ failures: [], interrupted: false });
  expect(rounds.length).toBeGreaterThanOrEqual(2);
  const copied = await readFile(join(target, "meta.yaml"), "utf8");
  expect(copied).toBe(await readFile(join(folder, "meta.yaml"), "utf8"));
  expect(copied).toMatch(/^status: 3$/m);
  expect((await readFile(join(target, "metrics", "loss"), "utf8")).trim().split("\n")).toHaveLength(
    2,
  );
  expect(runEndOf(root)).toBeUndefined();
});
