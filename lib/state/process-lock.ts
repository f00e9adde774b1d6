import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Takes a lock that belongs to this process until `release`; the lock of a process that has died counts for nothing.
 *
 * @returns how to release it, or the id of the process that has it
 */
export async function takeLock(path: string): Promise<{ release: () => Promise<void> } | number> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      return { release: () => rm(path, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (owner > 0 && isProcessAlive(owner)) return owner;
    await rm(path, { force: true });
  }
}

/** Whether there is a process of that id on this machine. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is another user's.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
