import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test, vi } from "vitest";
import { listUploads } from "../../lib/artifacts/left-uploads.ts";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../lib/artifacts/sync/verify.ts";
import { collectVersions } from "../../lib/artifacts/versions/collect.ts";
import { printVersion, restoreVersion } from "../../lib/artifacts/versions/restore.ts";
import { diffVersions, listVersions, tagVersion } from "../../lib/artifacts/versions/versions.ts";
import { MlrunsClient } from "../../lib/client/client.ts";
import { outline } from "../contract/outline.ts";
import { startStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const NOBODY = "http://127.0.0.1:1";

test.each([
  ["s3", "s3", ["MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL"]],
  ["gs", "gs", ["MLFLOW_GCS_ENDPOINT", "STORAGE_EMULATOR_HOST"]],
  ["wasbs", "azure", ["MLFLOW_AZURE_STORAGE_BLOB_ENDPOINT"]],
] as const)(
  "an endpoint for %s:// goes before the environment's",
  async (cloud, name, variables) => {
    vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
    const { server, uri: bucket } = await startStore(cloud);
    for (const variable of variables) vi.stubEnv(variable, NOBODY);
    const endpoints = { [name]: cloud === "wasbs" ? `${server.url}/devstoreaccount1` : server.url };
    const [from, uri, to] = [
      await makeTempFolder(),
      `${bucket}/${randomUUID()}`,
      await makeTempFolder(),
    ];
    await writeFile(join(from, "a"), "1");

    await syncArtifacts(from, uri, { endpoints, versions: true });
    await writeFile(join(from, "a"), "2");
    expect(await syncArtifacts(from, uri, { endpoints, versions: true })).toMatchObject({
      copied: { files: 1 },
      failures: [],
    });
    expect(await verifyArtifacts(from, uri, { endpoints })).toMatchObject({ differences: [] });
    expect(await restoreVersion(uri, "HEAD~1", to, { endpoints })).toMatchObject({
      copied: { files: 1 },
      failures: [],
    });
    await tagVersion(uri, "first", "HEAD~1", { endpoints });
    expect((await listVersions(uri, { endpoints })).map(({ tags }) => tags)).toEqual([
      [],
      ["first"],
    ]);
    expect(await diffVersions(uri, "first", "HEAD", { endpoints })).toHaveLength(1);
    expect(String(await printVersion(uri, "first", { endpoints }))).toContain('"path":"a"');
    expect(await collectVersions(uri, { keep: 1, endpoints })).toMatchObject({ versions: 0 });
    expect(await listUploads(uri, { endpoints })).toEqual(cloud === "s3" ? [] : undefined);
    const artifacts = await openArtifacts({ kind: "remote", uri }, { endpoints });
    expect(await outline(artifacts.list(""))).toEqual(["a 1"]);
  },
);

test("a client reaches the artifacts of its runs at its endpoint", async () => {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
  const { server, uri } = await startStore("s3");
  for (const name of ["MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL"]) vi.stubEnv(name, NOBODY);
  const client = new MlrunsClient(await makeTempFolder(), { endpoints: { s3: server.url } });
  const experimentId = await client.createExperiment("remote", { artifactLocation: uri });
  const { info } = await client.createRun(experimentId);

  await client.logText(info.runId, "hello", "notes.txt");

  expect(await text(await client.readArtifact(info.runId, "notes.txt"))).toBe("hello");
});
