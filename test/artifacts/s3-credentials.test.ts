/** Credentials that end before their time: asked for anew once, and then the store's word holds. */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { type FaultProxy, type Refusal, startFaultProxy } from "../helpers/fault-proxy.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { makeTempFolder } from "../helpers/tree.ts";

let store: TestStore;
let proxy: FaultProxy;
let from: string;
let credentials: string;
beforeAll(async () => {
  store = await startStore("s3");
  proxy = await startFaultProxy(store.server.url);
});
beforeEach(async () => {
  const folder = await makeTempFolder();
  credentials = join(folder, "credentials");
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", credentials);
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"));
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", proxy.url);
  vi.stubEnv("MLRUNS_CACHE_DIR", join(folder, "cache"));
  from = await makeTempFolder();
  for (let i = 0; i < 40; i++) await writeFile(join(from, `file${i}`), `${i}`);
});

function writeCredentials(key: string): void {
  const lines = ["[default]", `aws_access_key_id = ${key}`, "aws_secret_access_key = test-secret"];
  writeFileSync(credentials, `${lines.join("\n")}\n`);
}

/** Refuses who comes with the old key. */
function refuseOld(onRefusal: () => void): (request: IncomingMessage) => Refusal | undefined {
  return ({ headers }) => {
    if (!headers.authorization?.includes("Credential=old/")) return undefined;
    onRefusal();
    return { status: 400, code: "ExpiredToken" };
  };
}

test("credentials that have expired are read again, and the run goes on", async () => {
  writeCredentials("old");
  // What keeps them up to date writes them when they have ended.
  proxy.choose = refuseOld(() => writeCredentials("test"));

  expect(await syncArtifacts(from, `${store.uri}/${randomUUID()}`)).toMatchObject({
    copied: { files: 40 },
    retries: 0,
    failures: [],
  });
});

test("credentials that stay expired are asked for once more, and the run says so", async () => {
  writeCredentials("old");
  let refusals = 0;
  proxy.choose = refuseOld(() => refusals++);

  await expect(syncArtifacts(from, `${store.uri}/${randomUUID()}`)).rejects.toMatchObject({
    errorCode: "UNAUTHENTICATED",
    message: expect.stringMatching(/credentials have expired.*\(400 ExpiredToken\)$/),
  });
  // The short way, the SDK's, and the SDK's with what was read again.
  expect(refusals).toBe(3);
});
