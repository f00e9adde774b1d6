import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../lib/artifacts/sync/verify.ts";
import { restoreVersion } from "../../lib/artifacts/versions/restore.ts";
import { outline } from "../contract/artifact-repository.ts";
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
    const artifacts = await openArtifacts({ kind: "remote", uri }, { endpoints });
    expect(await outline(artifacts.list(""))).toEqual(["a 1"]);
  },
);
