import { spawn } from "node:child_process";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isProcessAlive, takeLock } from "../../lib/state/process-lock.ts";
import { afterUse } from "../helpers/cleanup.ts";
import { makeTempFolder } from "../helpers/tree.ts";

const DEAD = "999999999";

async function lockPath(): Promise<string> {
  return join(await makeTempFolder(), "lock");
}

test("a lock is held by one until it is released", async () => {
  const path = await lockPath();
  const first = await takeLock(path);

  expect(await takeLock(path)).toBe(process.pid);
  if (typeof first !== "number") await first.release();
  expect(await takeLock(path)).not.toBeTypeOf("number");
});

test("of many that meet the lock of a dead process at once, one takes it", async () => {
  for (let round = 0; round < 20; round++) {
    const path = await lockPath();
    await writeFile(path, DEAD);
    const taken = await Promise.all(Array.from({ length: 20 }, () => takeLock(path)));

    expect(taken.filter((lock) => typeof lock !== "number")).toHaveLength(1);
    expect(await readdir(join(path, ".."))).toEqual(["lock"]);
  }
});

test("a lock whose owner is not written yet is waited for, and not for ever", async () => {
  const path = await lockPath();
  await writeFile(path, "");
  const later = takeLock(path);
  setTimeout(() => void writeFile(path, String(process.ppid)), 50);
  expect(await later).toBe(process.ppid);

  await writeFile(path, "");
  await utimes(path, 1, 1);
  expect(await takeLock(path)).not.toBeTypeOf("number");
  expect(await readFile(path, "utf8")).toBe(String(process.pid));
});

test.runIf(process.platform === "linux")(
  "a process that was killed and is not waited for by its parent counts as dead",
  async () => {
    // A shell that becomes `sleep`, which never asks for the end of its child.
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
    afterUse(async () => void parent.kill("SIGKILL"));
    const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));

    await expect.poll(() => readFile(`/proc/${pid}/stat`, "latin1")).toContain(") Z ");
    expect(isProcessAlive(pid)).toBe(false);
    expect(isProcessAlive(process.pid)).toBe(true);
  },
);
