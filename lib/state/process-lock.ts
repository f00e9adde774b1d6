import { readFileSync } from "node:fs";
import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** A lock without an owner is one that is being written, unless it is older than this. */
const WRITTEN_AFTER_MS = 5_000;

interface Lock {
  readonly release: () => Promise<void>;
}

/**
 * Takes a lock that belongs to this process until `release`; the lock of a process that has died counts for nothing.
 *
 * @returns how to release it, or the id of the process that has it
 */
export async function takeLock(path: string): Promise<Lock | number> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const owner = await ownerOf(path);
    if (typeof owner === "number") return owner;
    if (owner === "dead") await removeDead(path);
    await wait(1);
  }
}

/** Whether a process of that id runs on this machine. One that was killed and not yet waited for by its parent does not. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    // EPERM: it is another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The living process that has a lock; `none` when there is no lock, or one that is just being written. */
async function ownerOf(path: string): Promise<number | "dead" | "none"> {
  try {
    const owner = Number(await readFile(path, "utf8"));
    if (owner > 0) return isProcessAlive(owner) ? owner : "dead";
    return Date.now() - (await stat(path)).mtimeMs > WRITTEN_AFTER_MS ? "dead" : "none";
  } catch {
    return "none";
  }
}

/**
 * Removes the lock of a dead process. Under a lock of its own: of two that met the dead one, the second would else remove
 * what the first has taken since.
 */
async function removeDead(path: string): Promise<void> {
  const removing = await takeLock(`${path}.removing`);
  if (typeof removing === "number") return;
  try {
    if ((await ownerOf(path)) === "dead") await rm(path, { force: true });
  } finally {
    await removing.release();
  }
}

/** Only Linux tells, in the field behind the name. */
function isZombie(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    return /^[ZX]/.test(status.slice(status.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
