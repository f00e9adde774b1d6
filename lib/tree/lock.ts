import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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
  const owner = `${process.pid}-${randomBytes(6).toString("hex")}`;
  acquire(path, owner);
  try {
    return action();
  } finally {
    release(path, owner);
  }
}

function acquire(path: string, owner: string): void {
  const deadline = Date.now() + PATIENCE_MS;
  for (let wait = 1; !tryAcquire(path, owner); wait = Math.min(wait * 2, 50)) {
    if (Date.now() > deadline) {
      throw new MlrunsError("TEMPORARILY_UNAVAILABLE", `'${path}' is held by another process`, {
        hint: "If no other process is writing to this tree, remove that file.",
      });
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait * (0.5 + Math.random()));
  }
}

function tryAcquire(path: string, owner: string): boolean {
  try {
    writeFileSync(path, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT")) mkdirSync(dirname(path), { recursive: true });
    else if (!hasCode(error, "EEXIST")) throw error;
    else if (isStale(path)) removeStale(path, owner);
    return false;
  }
}

/**
 * Removes a stale lock. Under a lock of its own: of two that met the stale one, the second would else remove what the first
 * has taken since.
 */
function removeStale(path: string, owner: string): void {
  const removing = `${path}.removing`;
  if (!tryAcquire(removing, owner)) return;
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    release(removing, owner);
  }
}

/** A process that was stopped for long may find that its lock was taken for stale, and is another's now. */
function release(path: string, owner: string): void {
  try {
    if (readFileSync(path, "utf8") === owner) rmSync(path, { force: true });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function isStale(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > STALE_MS;
}
