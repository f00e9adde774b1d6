import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { MlrunsError } from "../errors.ts";
import { hasCode } from "./read.ts";

/** A lock older than this belongs to a process that was killed: what it guards takes milliseconds. */
const STALE_MS = 10_000;
const PATIENCE_MS = 30_000;

/**
 * Runs `action` while no other process of ours runs one under the same lock file. For checks that must hold
 * until the write, such as "no experiment has this name": MLflow itself checks and then creates.
 *
 * @throws MlrunsError TEMPORARILY_UNAVAILABLE when the lock is not free within half a minute
 */
export function withLock<Value>(path: string, action: () => Value): Value {
  acquire(path);
  try {
    return action();
  } finally {
    rmSync(path, { force: true });
  }
}

function acquire(path: string): void {
  const deadline = Date.now() + PATIENCE_MS;
  for (let wait = 1; !tryAcquire(path); wait = Math.min(wait * 2, 50)) {
    if (Date.now() > deadline) {
      throw new MlrunsError("TEMPORARILY_UNAVAILABLE", `'${path}' is held by another process`, {
        hint: "If no other process is writing to this tree, remove that file.",
      });
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait * (0.5 + Math.random()));
  }
}

function tryAcquire(path: string): boolean {
  try {
    const fd = openSync(path, "wx");
    writeSync(fd, String(process.pid));
    closeSync(fd);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) mkdirSync(dirname(path), { recursive: true });
    else if (!hasCode(error, "EEXIST")) throw error;
    else if (isStale(path)) rmSync(path, { force: true });
    return false;
  }
}

function isStale(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > STALE_MS;
}
