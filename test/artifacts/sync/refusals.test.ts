/** What a store refuses: named by file and reason, tried again only where that helps, and repaired by the next run. */
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeEach, expect, test, vi } from "vitest";
import { openArtifacts } from "../../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import type { Refusal } from "../../helpers/fault-proxy.ts";
import { makeVersionedBucket } from "../../helpers/object-stores.ts";
import { useProxiedStore } from "../../helpers/proxied-store.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

const place = useProxiedStore();
beforeEach(async () => {
  await mkdir(join(place.from, "folder"));
  for (const name of ["a", "b", "folder/c"]) await writeFile(join(place.from, name), name);
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

  place.proxy.choose = refuse("PUT", "/b", { status, code });
  expect(await syncArtifacts(place.from, place.uri)).toMatchObject({
    copied: { files: 2 },
    failures,
  });
  place.proxy.choose = () => undefined;
  expect(await syncArtifacts(place.from, place.uri)).toMatchObject({
    copied: { files: 1 },
    failures: [],
  });

  place.proxy.choose = refuse("GET", "/b", { status, code });
  expect(await syncArtifacts(place.uri, to)).toMatchObject({ copied: { files: 2 }, failures });
  place.proxy.choose = () => undefined;
  expect(await syncArtifacts(place.uri, to)).toMatchObject({ copied: { files: 1 }, failures: [] });
  expect((await verifyArtifacts(place.from, to, { full: true })).differences).toEqual([]);
});

test("credentials that expire meanwhile end the run, which says what is not done; the next one does it", async () => {
  let puts = 0;
  place.proxy.choose = ({ method }) =>
    method === "PUT" && ++puts > 1 ? { status: 400, code: "ExpiredToken" } : undefined;

  const first = await syncArtifacts(place.from, place.uri, { concurrency: 1 });
  expect(first).toMatchObject({
    copied: { files: 1 },
    failures: [{ path: "b", errorCode: "UNAUTHENTICATED", attempts: 1 }],
  });
  place.proxy.choose = () => undefined;
  expect(await syncArtifacts(place.from, place.uri)).toMatchObject({
    copied: { files: 2 },
    failures: [],
  });
});

test("a file that is gone when its turn comes fails, and the others do not", async () => {
  place.proxy.choose = ({ method }) => {
    if (method === "PUT") rmSync(join(place.from, "folder/c"), { force: true });
    return undefined;
  };

  expect(await syncArtifacts(place.from, place.uri, { concurrency: 1 })).toMatchObject({
    copied: { files: 2 },
    failures: [{ path: "folder/c", op: "copy", errorCode: "RESOURCE_DOES_NOT_EXIST", attempts: 1 }],
  });
});

test("a store that says when to come again is not asked before", async () => {
  const asked: number[] = [];
  place.proxy.choose = ({ method, url }) => {
    if (method !== "PUT" || !url?.split("?")[0]?.endsWith("/b")) return undefined;
    asked.push(performance.now());
    // The short way has one try of its own.
    return asked.length <= 2
      ? { status: 429, code: "SlowDown", headers: { "retry-after": "1" } }
      : undefined;
  };

  expect(await syncArtifacts(place.from, place.uri)).toMatchObject({
    copied: { files: 3 },
    failures: [],
  });
  const [, second = 0, third = 0] = asked;
  expect(asked.length).toBe(3);
  expect(third - second).toBeGreaterThan(950);
});

test("a file that may not be deleted is named, and the others go", async () => {
  await syncArtifacts(place.from, place.uri);
  for (const name of ["a", "b"]) rmSync(join(place.from, name));
  place.proxy.choose = ({ method, url = "" }) => {
    // Deleted together, then one after the other.
    if (method !== "POST" || !url.includes("delete")) return undefined;
    deletes++;
    return deletes <= 2 ? { status: 403, code: "AccessDenied" } : undefined;
  };
  let deletes = 0;

  const refused = await syncArtifacts(place.from, place.uri, { delete: true });
  expect(refused).toMatchObject({
    deleted: 1,
    failures: [{ path: "a", op: "delete", errorCode: "PERMISSION_DENIED" }],
  });
  expect(await syncArtifacts(place.from, place.uri, { delete: true })).toMatchObject({
    deleted: 1,
  });
  expect((await verifyArtifacts(place.from, place.uri)).differences).toEqual([]);
});

test("a store that goes away meanwhile fails what is left by name, and the next run does it", async () => {
  let puts = 0;
  let isDown = false;
  place.proxy.choose = ({ method }) => {
    if (method === "PUT" && ++puts > 1) isDown = true;
    return isDown ? "reset before the server saw it" : undefined;
  };

  const first = await syncArtifacts(place.from, place.uri, { concurrency: 1, maxErrors: 1 });
  expect(first).toMatchObject({
    copied: { files: 1 },
    left: 1,
    failures: [{ path: "b", errorCode: "TEMPORARILY_UNAVAILABLE" }],
  });
  place.proxy.choose = () => undefined;
  expect(await syncArtifacts(place.from, place.uri)).toMatchObject({
    copied: { files: 2 },
    failures: [],
  });
}, 60_000);

test("a host that has no address is told at once", async () => {
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", "http://no-such-host.invalid");

  const failing = syncArtifacts(place.from, place.uri);
  await expect(failing).rejects.toThrow(/no-such-host\.invalid/);
  await expect(failing).rejects.toMatchObject({
    errorCode: expect.stringMatching(/^(BAD_REQUEST|TEMPORARILY_UNAVAILABLE)$/),
  });
});

test("what was deleted in a bucket that marks deletions is new again", async () => {
  const bucket = await makeVersionedBucket(place.store);
  place.uri = `${bucket}/${randomUUID()}`;
  const to = join(await makeTempFolder(), "to");
  // versitygw takes a mark for a file, where a write says that there is to be none; S3 does not.
  const versions = process.env.MLRUNS_TEST_S3 !== "versitygw";
  await syncArtifacts(place.from, place.uri, { versions });
  await (await openArtifacts({ kind: "remote", uri: place.uri })).delete("b");

  expect(await syncArtifacts(place.uri, to)).toMatchObject({ copied: { files: 2 }, failures: [] });
  expect(await syncArtifacts(place.from, place.uri, { versions })).toMatchObject({
    copied: { files: 1 },
    unchanged: { files: 2 },
    failures: [],
  });
  expect(await syncArtifacts(place.uri, to)).toMatchObject({ copied: { files: 1 }, failures: [] });
  expect((await verifyArtifacts(place.from, to, { full: true })).differences).toEqual([]);
});

test("what others changed in the store is seen whatever was learned before, and a damaged memory is none", async () => {
  const cache = process.env.MLRUNS_CACHE_DIR ?? "";
  await syncArtifacts(place.from, place.uri);
  const remote = await openArtifacts({ kind: "remote", uri: place.uri });
  await remote.write("a", Readable.from(["A"]));
  await remote.delete("b");

  expect(await syncArtifacts(place.from, place.uri)).toMatchObject({
    copied: { files: 2 },
    failures: [],
  });
  for (const name of await readdir(cache, { recursive: true })) {
    if (name.endsWith(".json")) await writeFile(join(cache, name), '{"format":1,"digests":');
  }
  await writeFile(join(place.from, "a"), "B");
  expect(await syncArtifacts(place.from, place.uri)).toMatchObject({
    copied: { files: 1 },
    failures: [],
  });
  expect((await verifyArtifacts(place.from, place.uri, { full: true })).differences).toEqual([]);
});

test("another region than the bucket's is told, where the store minds", async () => {
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", place.store.server.url);
  vi.stubEnv("AWS_REGION", "eu-west-3");
  const run = syncArtifacts(place.from, place.uri);

  // SeaweedFS takes any; `npm run test:s3-second` asks a store that does not.
  if (process.env.MLRUNS_TEST_S3 === "versitygw") await expect(run).rejects.toThrow(/region/i);
  else expect(await run).toMatchObject({ failures: [] });
  vi.stubEnv("AWS_REGION", undefined);
});
