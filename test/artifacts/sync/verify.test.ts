import { randomBytes, randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { openArtifacts } from "../../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { type FaultProxy, startFaultProxy } from "../../helpers/fault-proxy.ts";
import { runCli } from "../../helpers/killing.ts";
import { startStore, type TestStore } from "../../helpers/object-stores.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

const MEBIBYTE = 1024 * 1024;
const versions = true;

let store: TestStore;
let proxy: FaultProxy;
let from: string;
let uri: string;
beforeAll(async () => {
  store = await startStore("s3");
  proxy = await startFaultProxy(store.server.url);
  vi.stubEnv("MLFLOW_S3_ENDPOINT_URL", proxy.url);
});
beforeEach(async () => {
  await forgetAll();
  from = await makeTempFolder();
  uri = `${store.uri}/${randomUUID()}`;
});

/** From then on nothing is known, as on another machine. */
async function forgetAll(): Promise<void> {
  vi.stubEnv("MLRUNS_CACHE_DIR", await makeTempFolder());
}

/** How many objects are read meanwhile, those of versions left out. */
async function countReads(action: () => Promise<unknown>): Promise<number> {
  let reads = 0;
  proxy.choose = ({ method, url = "" }) => {
    if (method === "GET" && !/list-type=2|\.mlruns-versions/.test(url)) reads++;
    return undefined;
  };
  await action();
  proxy.choose = () => undefined;
  return reads;
}

test("what came in parts of any size is judged by the version, also where nothing else is known of it", async () => {
  const content = randomBytes(20 * MEBIBYTE + 1);
  await writeFile(join(from, "large"), content);
  await syncArtifacts(from, uri, { versions, partSize: 7 * MEBIBYTE });
  await forgetAll();

  const reads = await countReads(async () => {
    expect(await verifyArtifacts(from, uri)).toMatchObject({ differences: [], unrecorded: [] });
    expect(await syncArtifacts(uri, from)).toMatchObject({ copied: { files: 0 } });
    expect(await syncArtifacts(from, uri, { versions })).toMatchObject({ copied: { files: 0 } });
    content[0] = (content[0] ?? 0) ^ 1;
    await writeFile(join(from, "large"), content);
    expect(await verifyArtifacts(from, uri)).toMatchObject({
      differences: [{ path: "large", difference: "content", changed: "from" }],
    });
  });
  expect(reads).toBe(0);
}, 60_000);

test("without a version what no digest tells is read", async () => {
  await writeFile(join(from, "large"), randomBytes(20 * MEBIBYTE + 1));
  await syncArtifacts(from, uri, { partSize: 7 * MEBIBYTE });
  await forgetAll();

  const reads = await countReads(async () => {
    expect((await verifyArtifacts(from, uri)).differences).toEqual([]);
  });
  expect(reads).toBe(1);
}, 60_000);

test("each bad path is named, with the side that is not as it was pushed", async () => {
  const names = ["a", "both", "deleted here", "deleted there", "here", "lost", "same", "there"];
  for (const name of names) await writeFile(join(from, name), name);
  await syncArtifacts(from, uri, { versions });
  const remote = await openArtifacts({ kind: "remote", uri });
  const put = (path: string, text: string): Promise<void> =>
    remote.write(path, Readable.from([text]));
  await put("added there", "x");
  // Of the same size.
  await put("there", "THERE");
  await put("both", "BOTH");
  await put("same", "SAME");
  await remote.deleteFiles([{ path: "deleted there" }, { path: "lost" }]);
  await writeFile(join(from, "added here"), "x");
  for (const [name, text] of [
    ["here", "HERE"],
    ["both", "Both"],
    ["same", "SAME"],
  ] as const) {
    await writeFile(join(from, name), text);
  }
  for (const name of ["deleted here", "lost"]) await rm(join(from, name));

  for (const full of [false, true]) {
    const { differences, unrecorded, same } = await verifyArtifacts(from, uri, { full });
    expect(differences).toEqual([
      { path: "added here", difference: "missing", changed: "from" },
      { path: "both", difference: "content", changed: "both" },
      { path: "deleted there", difference: "missing", changed: "to" },
      { path: "here", difference: "content", changed: "from" },
      { path: "there", difference: "content", changed: "to" },
      { path: "added there", difference: "extra", changed: "to" },
      { path: "deleted here", difference: "extra", changed: "from" },
    ]);
    // Both sides agree, but what was recorded is not there any more.
    expect([unrecorded, same.files]).toEqual([["lost", "same"], 2]);
  }
  const { stdout, stderr, exit } = await runCli(["verify", from, uri]);
  expect(exit).toBe("5");
  expect(stdout).toContain("\ncontent there (changed there since it was pushed)\n");
  expect(stdout).toContain("\ncontent here\n");
  expect(stderr).toBe(
    "not as the last version has it: lost\nnot as the last version has it: same\n",
  );
});

test("a folder that is not there is a mistake in its name, not one without files", async () => {
  const missing = join(from, "missing");
  const refused = { errorCode: "RESOURCE_DOES_NOT_EXIST", message: `No such folder: '${missing}'` };

  await expect(verifyArtifacts(missing, uri)).rejects.toMatchObject(refused);
  await expect(verifyArtifacts(from, missing)).rejects.toMatchObject(refused);
});
