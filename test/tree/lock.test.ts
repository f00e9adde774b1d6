import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { withLock } from "../../lib/tree/lock.ts";
import { makeTempFolder } from "../helpers/tree.ts";

async function staleLock(): Promise<string> {
  const path = join(await makeTempFolder(), "a.lock");
  writeFileSync(path, "1234");
  makeOld(path);
  return path;
}

function makeOld(path: string): void {
  const longAgo = Date.now() / 1_000 - 60;
  utimesSync(path, longAgo, longAgo);
}

test("the lock of a process that was killed is taken over, and nothing is left of it", async () => {
  const path = await staleLock();

  const seen = withLock(path, () => readFileSync(path, "utf8"));
  expect(seen.startsWith(`${process.pid}-`)).toBe(true);
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("a stale lock is left to the process that is removing it", async () => {
  const path = await staleLock();
  writeFileSync(`${path}.removing`, "1235");
  // Lets go of it after a while, as the other process would, and with a fresh lock in place of the stale one for a moment.
  const other = new Worker(
    `const { rmSync, writeFileSync } = require("node:fs");
     const { workerData: path } = require("node:worker_threads");
     setTimeout(() => {
       writeFileSync(path, "1235");
       rmSync(path + ".removing");
       setTimeout(() => { writeFileSync(path + ".done", ""); rmSync(path); }, 200);
     }, 200);`,
    { eval: true, workerData: path },
  );

  expect(withLock(path, () => existsSync(`${path}.done`))).toBe(true);
  await other.terminate();
});

test("who was held up for so long that its lock was taken over does not remove the other's", async () => {
  const path = join(await makeTempFolder(), "a.lock");

  withLock(path, () => {
    makeOld(path);
    withLock(path, () => undefined);
    writeFileSync(path, "the lock of a third");
  });
  expect(readFileSync(path, "utf8")).toBe("the lock of a third");
});
