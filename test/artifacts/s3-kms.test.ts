/** A bucket that encrypts with keys of KMS: no ETag tells content, and nothing may be taken for changed or damaged by it. */
import { randomBytes, randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openArtifacts } from "../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../lib/artifacts/sync/verify.ts";
import { collect, md5 } from "../contract/outline.ts";
import { startKmsProxy } from "../helpers/kms-proxy.ts";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { forgetAll } from "../helpers/proxied-store.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const MEBIBYTE = 1024 * 1024;

let store: TestStore;
let from: string;
let uri: string;
beforeAll(async () => {
  store = await startStore("s3");
  const [accessKeyId = "", secretAccessKey = ""] = [
    store.env.AWS_ACCESS_KEY_ID,
    store.env.AWS_SECRET_ACCESS_KEY,
  ];
  const url = await startKmsProxy(store.server.url, { accessKeyId, secretAccessKey });
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", url);
});
beforeEach(async () => {
  await forgetAll();
  from = await makeTempFolder();
  uri = `${store.uri}/${randomUUID()}`;
  await writeFile(join(from, "small"), "small");
  await writeFile(join(from, "large"), randomBytes(17 * MEBIBYTE));
});

test("the listing tells no MD5 of the content, and what was pushed is known all the same", async () => {
  await syncArtifacts(from, uri);
  const listed = await collect((await openArtifacts({ kind: "remote", uri })).list(""));
  expect(listed.map((file) => file.md5 === md5(Buffer.from("small")))).toEqual([false, false]);

  expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 0 }, failures: [] });
  await writeFile(join(from, "small"), "SMALL");
  expect(await syncArtifacts(from, uri)).toMatchObject({ copied: { files: 1 }, failures: [] });
  expect((await verifyArtifacts(from, uri)).differences).toEqual([]);
}, 60_000);

test("what is pulled has the right bytes, and does not come again", async () => {
  await syncArtifacts(from, uri);
  await forgetAll();
  const to = join(await makeTempFolder(), "to");

  expect(await syncArtifacts(uri, to)).toMatchObject({ copied: { files: 2 }, failures: [] });
  for (const name of ["small", "large"]) {
    expect((await readFile(join(to, name))).equals(await readFile(join(from, name)))).toBe(true);
  }
  expect(await syncArtifacts(uri, to)).toMatchObject({ copied: { files: 0 }, failures: [] });
}, 60_000);

test("a version tells the content on any machine", async () => {
  await syncArtifacts(from, uri, { versions: true });
  await forgetAll();

  expect(await syncArtifacts(from, uri, { versions: true })).toMatchObject({
    copied: { files: 0 },
    failures: [],
  });
  await writeFile(join(from, "small"), "SMALL");
  expect((await verifyArtifacts(from, uri)).differences).toEqual([
    { path: "small", difference: "content", changed: "from" },
  ]);
}, 60_000);
