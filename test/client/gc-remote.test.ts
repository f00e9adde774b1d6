/** Garbage whose artifacts lie in a bucket. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { VersionedRepository } from "../../lib/artifacts/artifact-repository.ts";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { listVersions } from "../../lib/artifacts/versions/versions.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import { outline } from "../contract/outline.ts";
import { type Cloud, startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

describe.each<Cloud>(["s3", "gs", "wasbs"])("gc of runs with artifacts at %s://", (cloud) => {
  let store: TestStore;
  let client: MlrunsClient;
  let bucket: VersionedRepository;
  beforeAll(async () => {
    store = await startStore(cloud);
    vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
    client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
    bucket = await openArtifacts({ kind: "remote", uri: store.uri });
  });

  /** A run with a file that was logged, and another one that was pushed in two versions. */
  async function newRun(experimentId: string): Promise<{ runId: string; uri: string }> {
    const { info } = await client.createRun(experimentId);
    const { runId } = info;
    const uri = info.artifactUri ?? "";
    await client.logText(runId, "hello", "notes.txt");
    const folder = await makeTempFolder();
    for (const content of ["1", "two"]) {
      await writeFile(join(folder, "weights"), content);
      expect(await syncArtifacts(folder, uri, { versions: true })).toMatchObject({ failures: [] });
    }
    return { runId, uri };
  }

  test("removes the artifacts and versions of deleted runs and experiments, and of no other", async () => {
    const artifactLocation = `${store.uri}/team/1`;
    const experimentId = await client.createExperiment("e", { artifactLocation });
    const other = await client.createExperiment("other", {
      artifactLocation: `${store.uri}/team/10`,
    });
    const [kept, deleted, inOther] = [
      await newRun(experimentId),
      await newRun(experimentId),
      await newRun(other),
    ];
    await client.deleteRun(deleted.runId);
    await client.deleteExperiment(other);

    const place = { kind: "remote", uri: deleted.uri };
    const plan = await client.gc({ dryRun: true });
    expect(plan.removed.map(({ id, artifacts }) => [id, artifacts])).toEqual([
      [deleted.runId, [place]],
      [other, [{ kind: "remote", uri: inOther.uri }]],
    ]);
    expect(await listVersions(deleted.uri)).toHaveLength(2);
    expect(await client.gc()).toEqual(plan);
    const left = (await outline(bucket.list("team"))).map((line) => line.split("/").slice(0, 3));
    expect(new Set(left.map((path) => path.join("/")))).toEqual(new Set([`team/1/${kept.runId}`]));
    expect(await outline(client.iterateArtifacts(kept.runId))).toEqual([
      "notes.txt 5",
      "weights 3",
    ]);
    expect(await listVersions(kept.uri)).toHaveLength(2);
    expect(await client.gc()).toEqual({ removed: [], kept: [], problems: [] });
  });
});

test("a run whose artifacts cannot be removed is told of, stays, and goes the next time", async () => {
  const store = await startStore("s3");
  const client = new MlrunsClient(join(await makeTempFolder(), "mlruns"));
  const artifactLocation = `${store.uri}/team/2`;
  const experimentId = await client.createExperiment("e", { artifactLocation });
  const { info } = await client.createRun(experimentId);
  await client.logText(info.runId, "hello", "notes.txt");
  await client.deleteRun(info.runId);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "wrong");

  const { removed, problems } = await client.gc();
  expect(removed).toEqual([]);
  expect(problems).toEqual([
    {
      path: `${experimentId}/${info.runId}`,
      message: expect.stringContaining("SignatureDoesNotMatch"),
    },
  ]);
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", store.env.AWS_SECRET_ACCESS_KEY);
  expect((await client.gc()).removed.map(({ id }) => id)).toEqual([info.runId]);
});
