import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { openArtifacts } from "../../../lib/artifacts/registry.ts";
import { syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { runCli } from "../../helpers/killing.ts";
import { forgetAll, useProxiedStore } from "../../helpers/proxied-store.ts";

const MEBIBYTE = 1024 * 1024;
const versions = true;

const place = useProxiedStore();

/** How many objects are read meanwhile, those of versions left out. */
async function countReads(action: () => Promise<unknown>): Promise<number> {
  let reads = 0;
  place.proxy.choose = ({ method, url = "" }) => {
    if (method === "GET" && !/list-type=2|\.mlruns-versions/.test(url)) reads++;
    return undefined;
  };
  await action();
  place.proxy.choose = () => undefined;
  return reads;
}

test("what came in parts of any size is judged by the version, also where nothing else is known of it", async () => {
  const content = randomBytes(20 * MEBIBYTE + 1);
  await writeFile(join(place.from, "large"), content);
  await syncArtifacts(place.from, place.uri, { versions, partSize: 7 * MEBIBYTE });
  await forgetAll();

  const reads = await countReads(async () => {
    expect(await verifyArtifacts(place.from, place.uri)).toMatchObject({
      differences: [],
      unrecorded: [],
    });
    expect(await syncArtifacts(place.uri, place.from)).toMatchObject({ copied: { files: 0 } });
    expect(await syncArtifacts(place.from, place.uri, { versions })).toMatchObject({
      copied: { files: 0 },
    });
    content[0] = (content[0] ?? 0) ^ 1;
    await writeFile(join(place.from, "large"), content);
    expect(await verifyArtifacts(place.from, place.uri)).toMatchObject({
      differences: [{ path: "large", difference: "content", changed: "from" }],
    });
  });
  expect(reads).toBe(0);
}, 60_000);

test("without a version what no digest tells is read", async () => {
  await writeFile(join(place.from, "large"), randomBytes(20 * MEBIBYTE + 1));
  await syncArtifacts(place.from, place.uri, { partSize: 7 * MEBIBYTE });
  await forgetAll();

  const reads = await countReads(async () => {
    expect((await verifyArtifacts(place.from, place.uri)).differences).toEqual([]);
  });
  expect(reads).toBe(1);
}, 60_000);

test("each bad path is named, with the side that is not as it was pushed", async () => {
  const names = ["a", "both", "deleted here", "deleted there", "here", "lost", "same", "there"];
  for (const name of names) await writeFile(join(place.from, name), name);
  await syncArtifacts(place.from, place.uri, { versions });
  const remote = await openArtifacts({ kind: "remote", uri: place.uri });
  const put = (path: string, text: string): Promise<void> =>
    remote.write(path, Readable.from([text]));
  await put("added there", "x");
  // Of the same size.
  await put("there", "THERE");
  await put("both", "BOTH");
  await put("same", "SAME");
  await remote.deleteFiles([{ path: "deleted there" }, { path: "lost" }]);
  await writeFile(join(place.from, "added here"), "x");
  for (const [name, text] of [
    ["here", "HERE"],
    ["both", "Both"],
    ["same", "SAME"],
  ] as const) {
    await writeFile(join(place.from, name), text);
  }
  for (const name of ["deleted here", "lost"]) await rm(join(place.from, name));

  for (const full of [false, true]) {
    const { differences, unrecorded, same } = await verifyArtifacts(place.from, place.uri, {
      full,
    });
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
  const { stdout, stderr, exit } = await runCli(["verify", place.from, place.uri]);
  expect(exit).toBe("5");
  expect(stdout).toContain("\ncontent there (changed there since it was pushed)\n");
  expect(stdout).toContain("\ncontent here\n");
  expect(stderr).toBe(
    "not as the last version has it: lost\nnot as the last version has it: same\n",
  );
});

test("a folder that is not there is a mistake in its name, not one without files", async () => {
  const missing = join(place.from, "missing");
  const refused = { errorCode: "RESOURCE_DOES_NOT_EXIST", message: `No such folder: '${missing}'` };

  await expect(verifyArtifacts(missing, place.uri)).rejects.toMatchObject(refused);
  await expect(verifyArtifacts(place.from, missing)).rejects.toMatchObject(refused);
});
