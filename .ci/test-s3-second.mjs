/** `npm run test:s3-second`: all tests of S3 once more, against versitygw instead of SeaweedFS. Arguments go to vitest. */
import { spawn } from "node:child_process";
import { bin, ensureBuild, ensureNodeModules, orExit, repoRoot } from "./ensure.mjs";
import { ensureStores, ensureVersitygw } from "./ensure-stores.mjs";

await orExit(async () => {
  await ensureNodeModules();
  await Promise.all([ensureBuild(), ensureStores(), ensureVersitygw()]);
});

const files = [
  "s3",
  "content-cache",
  "versions/versions",
  "versions/kept",
  "sync/sync",
  "sync/faults",
  "sync/refusals",
  "sync/verify",
  "left-uploads",
];
const tests = files.map((name) => `test/artifacts/${name}.test.ts`);
const given = process.argv.slice(2);
const chosen = given.some((arg) => arg.includes(".test.ts")) ? given : [...tests, ...given];
const vitest = [bin("vitest", "vitest"), "run", ...chosen];
const env = { ...process.env, MLRUNS_TEST_S3: "versitygw" };
spawn(process.execPath, vitest, { cwd: repoRoot, stdio: "inherit", env }).once("exit", (code) =>
  process.exit(code ?? 1),
);
