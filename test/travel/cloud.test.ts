import { existsSync } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import type { FileInfo } from "../../lib/entities/file-info.ts";
import { CloudMirror } from "../../lib/travel/cloud/mirror.ts";
import { placeOfFile, pointToBucket } from "../../lib/travel/cloud/paths.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { serve } from "../helpers/servers.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";
import { readByUs } from "../helpers/whole-tree.ts";

let store: TestStore;
let others: Readonly<Record<"gs" | "wasbs", TestStore>>;
let count = 0;

beforeAll(async () => {
  const [s3, gs, wasbs] = await Promise.all([
    startStore("s3"),
    startStore("gs"),
    startStore("wasbs"),
  ]);
  store = s3;
  others = { gs, wasbs };
});

beforeEach(async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
  const stores = [store, ...Object.values(others)];
  for (const { env } of stores)
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});

/** A tree and its copy in the bucket. */
async function treeInBucket(
  name: Parameters<typeof makeTree>[0],
  bucket: string = store.uri,
): Promise<{ root: string; uri: string }> {
  const root = await makeTree(name);
  count += 1;
  const uri = `${bucket}/team ${count}/mlruns`;
  await syncArtifacts(root, uri);
  return { root, uri };
}

/** All that is told of a tree but where its artifacts are. */
async function told(root: string): Promise<unknown> {
  const places = ["artifact_uri", "artifact_location", "mlflow.artifactLocation", "source"];
  const text = JSON.stringify(await readByUs(root), (key, value) =>
    places.includes(key) ? null : value,
  );
  return JSON.parse(text);
}

const nameAndSize = ({ path, fileSize }: FileInfo) => [path, fileSize];

test.each(["v2-basic", "v3-registry", "v3-traces"] as const)(
  "%s in a bucket tells what it tells on disk, artifacts and spans included",
  async (name) => {
    const { root, uri } = await treeInBucket(name);
    const mirror = await CloudMirror.open(uri);
    await mirror.prepare("/api/2.0/mlflow/runs/search");

    expect(await told(mirror.root)).toEqual(await told(root));
    const [here, there] = [new MlrunsClient(root), new MlrunsClient(mirror.root)];
    const { experiments } = await here.scanExperiments("ALL");
    for (const { experimentId } of experiments) {
      for (const { run } of (await here.scanRuns(experimentId)).records) {
        const { runId } = run.info;
        expect((await there.listArtifacts(runId)).map(nameAndSize)).toEqual(
          (await here.listArtifacts(runId)).map(nameAndSize),
        );
      }
    }
  },
  60_000,
);

test.each(["gs", "wasbs"] as const)(
  "a tree in %s tells what it tells on disk, and mlruns serve shows it with its artifacts",
  async (cloud) => {
    const { root, uri } = await treeInBucket("v3-sklearn", others[cloud].uri);
    const mirror = await CloudMirror.open(uri);
    await mirror.prepare("/api/2.0/mlflow/runs/search");

    expect(await told(mirror.root)).toEqual(await told(root));
    const server = await serve(uri, { env: { ...process.env } });
    const local = new MlrunsClient(root);
    const { experiments } = await local.scanExperiments();
    const ids = experiments.map(({ experimentId }) => experimentId);
    const [model] = (await local.searchLoggedModels(ids)).loggedModels;
    const manifest = (await (await fetch(`${server.url}/data/manifest.json`)).json()) as {
      readonly rawBase: string;
    };
    const file = `${server.url}/${manifest.rawBase}/${model?.modelId}/requirements.txt`;
    const range = await fetch(file, { headers: { range: "bytes=0-5" } });
    expect([range.status, await range.text()]).toEqual([206, "mlflow"]);
  },
  60_000,
);

test("opening fetches what the list of experiments needs, an experiment's runs come when it is opened", async () => {
  const local = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const ids: string[] = [];
  for (const name of ["first", "second"]) {
    const experimentId = await local.createExperiment(name);
    const { runId } = (await local.createRun(experimentId)).info;
    local.logParam(runId, "lr", "0.1");
    await local.logText(runId, "stays", "a.txt");
    ids.push(experimentId);
  }
  const uri = `${store.uri}/lazy/mlruns`;
  await syncArtifacts(local.root, uri);
  const mirror = await CloudMirror.open(uri);
  const there = new MlrunsClient(mirror.root);
  const params = async () =>
    Promise.all(
      ids.map(async (id) => (await there.scanRuns(id)).records.map(({ run }) => run.data.params)),
    );

  expect((await there.overlookExperiments()).map(({ runs }) => runs)).toEqual(
    (await local.overlookExperiments()).map(({ runs }) => runs),
  );
  expect(await params()).toEqual([[{}], [{}]]);
  await mirror.prepare(`/data/runs/${ids[0]}.json`);
  expect(await params()).toEqual([[{ lr: "0.1" }], [{}]]);
  const [run] = (await there.scanRuns(String(ids[1]))).records;
  await mirror.prepare(`/data/run/${run?.run.info.runId}.json`);
  expect(await params()).toEqual([[{ lr: "0.1" }], [{ lr: "0.1" }]]);
  expect(existsSync(join(mirror.root, String(ids[0]), "artifacts"))).toBe(false);
});

test("only what changed is fetched again, what is gone goes, and a second start fetches nothing", async () => {
  const { root, uri } = await treeInBucket("v2-basic");
  const mirror = await CloudMirror.open(uri, { freshMs: 0 });
  await mirror.prepare("/api/2.0/mlflow/runs/search");
  const client = new MlrunsClient(root);
  const ids = (await client.scanExperiments()).experiments.map(({ experimentId }) => experimentId);
  const [kept, gone] = (await client.searchRuns(ids)).runs.map(({ info }) => info);
  const meta = join(mirror.root, String(kept?.experimentId), String(kept?.runId), "meta.yaml");
  const before = (await stat(meta)).mtimeMs;
  client.setTag(String(kept?.runId), "late", "1");
  await rm(join(root, String(gone?.experimentId), String(gone?.runId)), { recursive: true });
  await syncArtifacts(root, uri, { delete: true });

  // What it has is told at once, and the bucket is looked at behind that.
  await mirror.prepare("/data/experiments.json");
  const there = new MlrunsClient(mirror.root);
  await vi.waitFor(async () =>
    expect((await there.getRun(String(kept?.runId))).data.tags.late).toBe("1"),
  );
  await vi.waitFor(() => expect(there.getRun(String(gone?.runId))).rejects.toThrow("not found"));
  expect((await stat(meta)).mtimeMs).toBe(before);
  const progress: string[] = [];
  const again = await CloudMirror.open(uri, { onProgress: (text) => progress.push(text) });
  await again.prepare("/api/2.0/mlflow/runs/search");
  expect(progress).toEqual([]);
});

test("mlruns serve shows a tree in a bucket, and changes nothing in it", async () => {
  const { root, uri } = await treeInBucket("v3-sklearn");
  const server = await serve(uri, { env: { ...process.env } });
  const get = async (path: string): Promise<Response> => fetch(`${server.url}${path}`);
  const manifest = (await (await get("/data/manifest.json")).json()) as Record<string, unknown>;
  const search = await fetch(`${server.url}/api/2.0/mlflow/runs/search`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      experiment_ids: (await new MlrunsClient(root).scanExperiments()).experiments.map(
        ({ experimentId }) => experimentId,
      ),
    }),
  });
  const { runs } = (await search.json()) as { runs: { info: { run_id: string } }[] };
  const local = new MlrunsClient(root);
  const [model] = (
    await local.searchLoggedModels(
      (await local.scanExperiments()).experiments.map(({ experimentId }) => experimentId),
    )
  ).loggedModels;
  const file = `/${String(manifest.rawBase)}/${model?.modelId}/requirements.txt`;
  const range = await fetch(`${server.url}${file}`, { headers: { range: "bytes=0-5" } });
  const write = await fetch(`${server.url}/api/2.0/mlflow/experiments/create`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"name": "new"}',
  });

  expect(runs.length).toBeGreaterThan(0);
  expect([range.status, await range.text()]).toEqual([206, "mlflow"]);
  expect(write.status).toBe(403);
  expect(server.output()).toContain(`${uri} is served at`);
}, 60_000);

test("a URI without a tree is told so", async () => {
  await expect(CloudMirror.open(`${store.uri}/nothing`)).rejects.toThrow("There is no tree at");
});

test.each([
  ["0/meta.yaml", { scope: "0", isOverview: true }],
  ["0/r/meta.yaml", { scope: "0", owner: "r", isOverview: true }],
  ["0/r/metrics/a/b", { scope: "0", owner: "r", isOverview: false }],
  [".trash/0/r/params/x", { scope: "0", owner: "r", isOverview: false }],
  ["0/models/m-1/tags/k", { scope: "0", owner: "m-1", isOverview: false }],
  ["models/name/version-1/meta.yaml", { scope: "models", isOverview: false }],
  ["0/r/artifacts/meta.yaml", undefined],
  ["0/r/.mlruns-x.tmp", undefined],
  [".mlruns/versions/x", undefined],
  ["README.md", undefined],
])("%s has its place", (path, place) => {
  expect(placeOfFile(path)).toEqual(place);
});

test.each([
  ["0/meta.yaml", "file:///old/mlruns/0", "s3://b/mlruns/0"],
  ["0/r/meta.yaml", "mlruns/0/r/artifacts", "s3://b/mlruns/0/r/artifacts"],
  [".trash/0/r/meta.yaml", "/old/0/r/artifacts", "s3://b/mlruns/.trash/0/r/artifacts"],
  ["0/r/meta.yaml", "s3://other/0/r/artifacts", "s3://other/0/r/artifacts"],
  ["0/r/meta.yaml", "/chosen/place", "/chosen/place"],
  [
    "0/traces/t/tags/mlflow.artifactLocation",
    "/o/0/traces/t/artifacts",
    "s3://b/mlruns/0/traces/t/artifacts",
  ],
  ["models/n/version-1/meta.yaml", "/o/0/r/artifacts/m", "s3://b/mlruns/0/r/artifacts/m"],
  ["models/n/version-1/meta.yaml", "models:/x/1", "models:/x/1"],
])("in %s, %s is %s", (path, recorded, expected) => {
  expect(pointToBucket("s3://b/mlruns", path, recorded)).toBe(expected);
});
