import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { startStore, type TestStore } from "../helpers/object-stores.ts";
import { cliPath } from "../helpers/servers.ts";
import { makeTempFolder, makeTree } from "../helpers/tree.ts";

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let store: TestStore;
let cache: string;
beforeAll(async () => {
  store = await startStore("s3");
  cache = await makeTempFolder();
});

function mlruns(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const settings = { ...process.env, ...store.env, MLRUNS_CACHE_DIR: cache, ...env };
  return new Promise((resolve) => {
    execFile(process.execPath, [cliPath, ...args], { env: settings }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

const TIME = "\\d+ (ms|s)";

test("a tree is pushed, looked at, pulled elsewhere and verified", async () => {
  const root = await makeTree("v3-basic");
  const uri = `${store.uri}/${randomUUID()}`;
  const copy = join(await makeTempFolder(), "copy");

  const status = await mlruns(["status", root, uri]);
  const [, count] = /(\d+) to push, 0 to pull, 0 differ, 0 unchanged\n$/.exec(status.out) ?? [];
  const dry = await mlruns(["push", root, uri, "--dry-run"]);
  expect(dry.out).toMatch(new RegExp(`${count} would be copied \\(.*\\), 0 unchanged, ${TIME}\n$`));
  const pushed = await mlruns(["push", root, uri]);
  // The SDK's warning about Node's age is not for the user.
  expect(pushed).toEqual({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${count} copied \\(.*\\), 0 unchanged, ${TIME}\n$`)),
    err: "",
  });
  expect((await mlruns(["pull", uri, copy])).code).toBe(0);
  expect(await mlruns(["verify", copy, uri, "--full"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(new RegExp(`^${count} files are the same \\(.*\\), 0 differ\n$`)),
  });
  await writeFile(join(copy, "new"), "x");
  expect(await mlruns(["verify", copy, uri])).toMatchObject({
    code: 5,
    out: expect.stringMatching(/^missing new\n/),
  });
}, 120_000);

test("a report of one record is for programs", async () => {
  const folder = await makeTempFolder();
  await mkdir(join(folder, "a"));
  await writeFile(join(folder, "a", "file.txt"), "12345");
  await writeFile(join(folder, "left out.log"), "12345");
  const uri = `${store.uri}/${randomUUID()}`;

  const { code, out } = await mlruns(["push", folder, "--json", "--exclude", "*.log"], {
    ARTIFACT_ROOT: uri,
  });
  expect([code, JSON.parse(out)]).toEqual([
    0,
    {
      from: folder,
      to: uri,
      dryRun: false,
      copied: { files: 1, bytes: 5 },
      deleted: 0,
      unchanged: { files: 0, bytes: 0 },
      extra: 0,
      left: 0,
      retries: 0,
      failures: [],
      version: expect.stringMatching(/^[0-9a-f]{64}$/),
      interrupted: false,
      seconds: expect.any(Number),
    },
  ]);
});

test.each<[string, number, string[]]>([
  ["a folder that is not there", 3, ["push", "no-such-folder", "s3://mlruns-test/x"]],
  ["a bucket that is not there", 3, ["pull", "s3://no-such-bucket/x", "copy"]],
  ["a scheme that is not known", 1, ["push", ".", "ftp://host/x"]],
  ["no target", 1, ["push", "."]],
  ["a rate that is none", 2, ["push", ".", "s3://mlruns-test/x", "--bwlimit", "fast"]],
  ["a missing argument", 2, ["sync", "."]],
])("%s ends with exit code %d and a line, no stack", async (_what, code, args) => {
  const result = await mlruns(args, { ARTIFACT_ROOT: "" });

  expect(result).toMatchObject({ code, out: "" });
  expect(result.err).toMatch(/^(mlruns|error): \S/);
  expect(result.err).not.toMatch(/\n\s+at /);
});

test("a file that failed is named on standard error, and the exit code tells", async () => {
  const folder = await makeTempFolder();
  await writeFile(join(folder, "good"), "1");
  await writeFile(join(folder, "bad\\name"), "1");

  const result = await mlruns(["push", folder, `${store.uri}/${randomUUID()}`]);
  expect(result).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^1 copied \(1 B\), 0 unchanged, 1 failed, /),
    err: expect.stringMatching(/^failed "bad\\\\name": Invalid artifact path/),
  });
  expect(await readFile(join(folder, "good"), "utf8")).toBe("1");
});
