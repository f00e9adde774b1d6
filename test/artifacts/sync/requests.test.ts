import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { type SyncOptions, syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { runCli } from "../../helpers/killing.ts";
import { useProxiedStore } from "../../helpers/proxied-store.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

const MEBIBYTE = 1024 * 1024;

const place = useProxiedStore();
beforeEach(async () => {
  for (const name of ["kept", "replaced", "gone"]) await writeFile(join(place.from, name), name);
});

/** What a dry run says, and what the run then asks for, looks at what is there left out. */
async function compare(a: string, b: string, options: SyncOptions): Promise<[unknown, number]> {
  const { requests } = await syncArtifacts(a, b, { ...options, dryRun: true });
  let asked = 0;
  place.proxy.choose = ({ method, url = "" }) => {
    const isLook =
      method === "GET" && (url.includes("list-type=2") || url.includes(".mlruns-versions"));
    if (!isLook) asked++;
    return undefined;
  };
  expect(await syncArtifacts(a, b, options)).toMatchObject({ failures: [], retries: 0 });
  place.proxy.choose = () => undefined;
  return [requests, asked];
}

test("a dry run tells how many requests the run takes", async () => {
  const versions = true;
  await syncArtifacts(place.from, place.uri, { versions });
  await writeFile(join(place.from, "replaced"), "anew");
  await writeFile(join(place.from, "new"), "new");
  await writeFile(join(place.from, "large"), randomBytes(20 * MEBIBYTE));
  await rm(join(place.from, "gone"));

  // Two small files, 4 parts with begin and end, two files kept, one deletion, manifest and history.
  const push = { versions, delete: true, partSize: 5 * MEBIBYTE };
  expect(await compare(place.from, place.uri, push)).toEqual([13, 13]);
  expect(await compare(place.from, place.uri, push)).toEqual([0, 0]);
  // Three small files, 5 pieces with their checksum.
  expect(await compare(place.uri, join(await makeTempFolder(), "to"), {})).toEqual([9, 9]);
}, 60_000);

test("what is to be deleted is counted before the first of it goes, and in a dry run, too", async () => {
  await syncArtifacts(place.from, place.uri);
  for (const name of ["replaced", "gone"]) await rm(join(place.from, name));
  const told: unknown[] = [];
  const onDelete = (what: unknown): void => void told.push(what);
  const onStep = ({ op, path }: { op: string; path: string }): void =>
    void told.push(`${op} ${path}`);

  for (const dryRun of [true, false]) {
    await syncArtifacts(place.from, place.uri, { delete: true, dryRun, onDelete, onStep });
    expect(told.splice(0)).toEqual([{ files: 2, bytes: 12 }, "delete gone", "delete replaced"]);
  }
});

test("`mlruns push` says both", async () => {
  await syncArtifacts(place.from, place.uri);
  await rm(join(place.from, "gone"));
  await writeFile(join(place.from, "new"), "new");
  const push = ["push", place.from, place.uri, "--delete", "--no-versions"];

  expect(await runCli([...push, "--dry-run"])).toMatchObject({
    stdout: expect.stringMatching(
      /^copy new \(new, 3 B\)\ndelete gone \(4 B\)\n1 would be copied \(3 B, 2 requests\), /,
    ),
    stderr: "would delete 1 file (4 B) that the source does not have\n",
  });
  expect(await runCli(push)).toMatchObject({
    exit: "0",
    stderr: "deleting 1 file (4 B) that the source does not have\n",
  });
});
