/** What the disk of this machine refuses, in commands as users run them: named file by file, never half of a file, repaired by the next run. */
import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type SyncReport, syncArtifacts } from "../../../lib/artifacts/sync/sync.ts";
import { verifyArtifacts } from "../../../lib/artifacts/sync/verify.ts";
import { startStore, type TestStore } from "../../helpers/object-stores.ts";
import { cliPath } from "../../helpers/servers.ts";
import { makeTempFolder } from "../../helpers/tree.ts";

interface Result {
  readonly code: number;
  /** Of `--json`, one for each time that the limits run the command. */
  readonly reports: readonly SyncReport[];
  readonly err: string;
}

let store: TestStore;
let cache: string;
let uri: string;
beforeAll(async () => {
  store = await startStore("s3");
});
beforeEach(async () => {
  cache = await makeTempFolder();
  vi.stubEnv("MLRUNS_CACHE_DIR", cache);
  uri = `${store.uri}/${randomUUID()}`;
});

/** Permissions do not bind root, unless it gives up the right to pass over them. */
const BOUND =
  process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];

/** Runs our command behind another one, which puts limits on it. */
function mlruns(limits: readonly string[], ...args: readonly string[]): Promise<Result> {
  const [program = "", ...rest] = [...limits, process.execPath, cliPath, ...args, "--json"];
  const env = { ...process.env, ...store.env, MLRUNS_CACHE_DIR: cache };
  return new Promise((resolve, reject) => {
    execFile(program, rest, { env }, (error, out, err) => {
      const code = error === null ? 0 : error.code;
      if (typeof code !== "number" || out === "") {
        reject(new Error(`${program} ended by ${error?.signal ?? code}: ${err}`));
        return;
      }
      const lines = out.trim().split("\n");
      resolve({ code, reports: lines.map((line) => JSON.parse(line) as SyncReport), err });
    });
  });
}

/** Mounts of one's own, also for who is not root. */
const OWN_MOUNTS = ["unshare", "--mount", "--map-root-user"];

function canMount(): Promise<boolean> {
  const [program = "", ...rest] = [...OWN_MOUNTS, "mount", "-t", "tmpfs", "none", cache];
  return new Promise((resolve) => {
    execFile(program, rest, (error) => resolve(error === null));
  });
}

async function makeFiles(sizes: Readonly<Record<string, number>>): Promise<string> {
  const folder = await makeTempFolder();
  for (const [path, size] of Object.entries(sizes)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), randomBytes(size));
  }
  return folder;
}

test("files and folders that cannot be read are named, nothing is deleted, and the rest is pushed", async () => {
  const from = await makeFiles({ a: 10, "a-b": 10, file: 10, "locked/x": 10, "shut/y": 10 });
  await syncArtifacts(await makeFiles({ old: 5, "shut/y": 5, "locked/x": 5 }), uri);
  await chmod(join(from, "file"), 0o000);
  await chmod(join(from, "locked"), 0o000);
  // It may be listed, but not entered.
  await chmod(join(from, "shut"), 0o400);

  const first = await mlruns(BOUND, "push", from, uri, "--delete");
  expect(first).toMatchObject({
    code: 1,
    reports: [
      {
        copied: { files: 2 },
        deleted: 0,
        failures: ["file", "locked/", "shut/y"].map((path) => ({
          path,
          op: "copy",
          errorCode: "PERMISSION_DENIED",
        })),
      },
    ],
  });
  for (const path of ["file", "locked/", "shut/y"]) expect(first.err).toContain(`"${path}"`);
  await chmod(join(from, "file"), 0o600);
  for (const folder of ["locked", "shut"]) await chmod(join(from, folder), 0o700);
  expect((await mlruns(BOUND, "push", from, uri, "--delete")).code).toBe(0);
  expect((await verifyArtifacts(from, uri, { full: true })).differences).toEqual([]);
});

test("a target that cannot be written to is named for each file, and left as it is", async () => {
  const from = await makeFiles({ a: 10, "folder/b": 10 });
  const to = await makeFiles({ a: 5 });
  await syncArtifacts(from, uri);
  await chmod(to, 0o500);

  expect(await mlruns(BOUND, "pull", uri, to)).toMatchObject({
    code: 1,
    reports: [
      {
        copied: { files: 0 },
        failures: ["a", "folder/b"].map((path) => ({ path, errorCode: "PERMISSION_DENIED" })),
      },
    ],
  });
  expect(await readdir(to)).toEqual(["a"]);
  await chmod(to, 0o700);
  expect((await mlruns(BOUND, "pull", uri, to)).code).toBe(0);
  expect((await verifyArtifacts(from, to, { full: true })).differences).toEqual([]);
});

test("a run that fills the disk ends, with nothing torn in place, and goes on when there is room", async () => {
  const sizes = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f${i}`, 50_000]));
  const [from, disk] = [await makeFiles({ ...sizes, large: 3_000_000 }), await makeTempFolder()];
  await syncArtifacts(from, uri);
  if (!(await canMount())) {
    console.warn("NOT TESTED: a full disk, because nothing can be mounted here");
    return;
  }
  // A disk of 1 MiB of its own, which goes with the command; the state has to fit on it too.
  cache = join(disk, "cache");
  const to = join(disk, "copy");
  const script = `mount -t tmpfs -o size=1m none "${disk}" && "$0" "$@"; echo $? >&2;
    find "${to}" -type f ! -name ".*" ! -size 50000c -exec echo torn {} >&2 ";";
    mount -o remount,size=64m "${disk}" && "$0" "$@" && cmp "${from}/large" "${to}/large"`;

  const { code, reports, err } = await mlruns([...OWN_MOUNTS, "sh", "-c", script], "pull", uri, to);
  const [first, second] = reports;
  expect(err).toMatch(/ENOSPC.*\n1\n$/s);
  expect(first?.copied.files).toBeGreaterThan(5);
  expect(first?.failures[0]?.errorCode).toBe("RESOURCE_EXHAUSTED");
  const { copied, failures, left } = first as SyncReport;
  expect(copied.files + failures.length + left).toBe(61);
  expect(second).toMatchObject({ copied: { files: 61 - copied.files }, failures: [], left: 0 });
  expect(code).toBe(0);
});

test("a name that is no UTF-8 is not passed over", async () => {
  const from = await makeFiles({ good: 10 });
  await writeFile(Buffer.concat([Buffer.from(`${from}/bad`), Buffer.from([0xff])]), "x");

  expect(await syncArtifacts(from, uri)).toMatchObject({
    copied: { files: 1 },
    failures: [{ path: "bad\ufffd", errorCode: "RESOURCE_DOES_NOT_EXIST" }],
  });
});
