import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { withLock } from "../.ci/lock.mjs";
import { repoRoot } from "./helpers/paths.ts";
import { makeTempFolder } from "./helpers/tree.ts";

const node = promisify(execFile);

test("processes under one lock work one after the other and leave nothing behind", async () => {
  const folder = await makeTempFolder();
  const counter = join(folder, "counter");
  await writeFile(counter, "0");

  await Promise.all(Array.from({ length: 4 }, () => node(process.execPath, countUp(folder))));

  expect(await readFile(counter, "utf8")).toBe("40");
  expect(await readdir(folder)).toEqual(["counter"]);
});

test("the lock of a process that died is taken over", async () => {
  const folder = await makeTempFolder();
  const died = node(process.execPath, ["--eval", ""]);
  await died;
  const lock = join(folder, "lock");
  await mkdir(lock);
  await writeFile(join(lock, "pid"), String(died.child.pid));

  expect(await withLock(lock, async () => "done")).toBe("done");
  expect(await readdir(folder)).toEqual([]);
});

/** Reads a number and writes it back larger by one, ten times: some are lost when two processes do it at once. */
function countUp(folder: string): string[] {
  const script = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    import { withLock } from "${pathToFileURL(join(repoRoot, ".ci", "lock.mjs"))}";
    const [lock, counter] = process.argv.slice(1);
    for (let i = 0; i < 10; i++) {
      await withLock(lock, async () => {
        const value = Number(readFileSync(counter, "utf8"));
        await sleep(2);
        writeFileSync(counter, String(value + 1));
      });
    }`;
  const options = ["--input-type=module", "--eval", script];
  return [...options, join(folder, "lock"), join(folder, "counter")];
}
