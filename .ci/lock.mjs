import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while no other process on this machine runs work under the same lock.
 * The lock is a folder that names its owner; one whose owner is dead is taken over.
 *
 * @template T
 * @param {string} lock - path of the lock, whose parent exists
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(lock, work) {
  while (!(await take(lock))) {
    if (await ownerIsDead(lock)) await takeAway(lock).catch(() => undefined);
    else await sleep(200);
  }
  try {
    return await work();
  } finally {
    await takeAway(lock);
  }
}

/** @param {string} lock */
async function take(lock) {
  // Made whole beside the lock and then renamed, which fails when a lock is there: no lock is ever without its owner.
  const own = `${lock}.${process.pid}`;
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "pid"), String(process.pid));
  try {
    await rename(own, lock);
    return true;
  } catch {
    await rm(own, { recursive: true, force: true });
    return false;
  }
}

/** @param {string} lock */
async function ownerIsDead(lock) {
  try {
    process.kill(Number(await readFile(join(lock, "pid"), "utf8")), 0);
    return false;
  } catch (error) {
    // ESRCH: no such process. Anything else (the lock was just given back, or is another user's) means: ask again.
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** @param {string} lock */
async function takeAway(lock) {
  // First moved, because a folder that is being emptied could be taken. Fails for all but one of those who try.
  const aside = `${lock}.old.${process.pid}`;
  await rename(lock, aside);
  await rm(aside, { recursive: true, force: true });
}
