/** What a store refuses: named by file and reason, tried again only where that helps, and repaired by the next run. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { type FaultProxy, type Refusal, startFaultProxy } from "../../helpers/fault-proxy.ts";
import { startStore, type TestStore } from "../../helpers/object-stores.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

let store: TestStore;
let proxy: FaultProxy;
let from: string;
let uri: string;
beforeAll(async () => {
  store = await startStore("s3");
  proxy = await startFaultProxy(store.server.url);
});
beforeEach(async () => {
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", proxy.url);
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
  proxy.choose = () => undefined;
  from = await makeTempFolder();
  await mkdir(join(from, "folder"));
  for (const name of ["a", "b", "folder/c"]) await writeFile(join(from, name), name);
  uri = `${store.uri}/${randomUUID()}`;
});

/** Refuses requests about one file. */
function refuse(
  method: string,
  path: string,
  refusal: Refusal,
): (request: IncomingMessage) => Refusal | undefined {
  return (request) =>
    request.method === method && request.url?.split("?")[0]?.endsWith(path) ? refusal : undefined;
}

test.each<[number, string, string]>([
  [403, "AccessDenied", "PERMISSION_DENIED"],
  [403, "InvalidObjectState", "PERMISSION_DENIED"],
  [403, "RequestTimeTooSkewed", "PERMISSION_DENIED"],
  [400, "EntityTooLarge", "BAD_REQUEST"],
])("%i %s for one file fails that file at once, and no other", async (status, code, errorCode) => {
  const failures = [
    { path: "b", op: "copy", errorCode, attempts: 1, message: expect.stringContaining(code) },
  ];
  const to = join(await makeTempFolder(), "to");

  proxy.choose = refuse("PUT", "/b", { status, code });
  expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 2 }, failures });
  proxy.choose = () => undefined;
  expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 1 }, failures: [] });

  proxy.choose = refuse("GET", "/b", { status, code });
  expect(await syncArtifacts(uri, to)).toMatchObject({ copied: { files: 2 }, failures });
  proxy.choose = () => undefined;
  expect(await syncArtifacts(uri, to)).toMatchObject({ copied: { files: 1 }, failures: [] });
  expect((await verifyArtifacts(from, to, { full: true })).differences).toEqual([]);
});

test("credentials that expire meanwhile end the run, which says what is not done; the next one does it", async () => {
  let puts = 0;
  proxy.choose = ({ method }) =>
    method === "PUT" && ++puts > 1 ? { status: 400, code: "ExpiredToken" } : undefined;

  const first = await syncArtifacts(from, uri, { concurrency: 1 });
  expect(first).toMatchObject({
    copied: { files: 1 },
    failures: [{ path: "b", errorCode: "UNAUTHENTICATED", attempts: 1 }],
  });
  proxy.choose = () => undefined;
  expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 2 }, failures: [] });
});

test("a file that is gone when its turn comes fails, and the others do not", async () => {
  proxy.choose = ({ method }) => {
    if (method === "PUT") rmSync(join(from, "folder/c"), { force: true });
    return undefined;
  };

  expect(await syncArtifacts(from, uri, { concurrency: 1 })).toMatchObject({
    copied: { files: 2 },
    failures: [{ path: "folder/c", op: "copy", errorCode: "RESOURCE_DOES_NOT_EXIST", attempts: 1 }],
  });
});
