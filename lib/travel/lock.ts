import { existsSync } from "node:fs";
import { join } from "node:path";
import { MlrunsError } from "../errors.ts";
import { takeLock } from "../state/process-lock.ts";

/**
 * Runs `action` while no other process relocates this tree or merges into it. What a killed process held is free.
 *
 * @throws MlrunsError TEMPORARILY_UNAVAILABLE when another process is at it
 */
export async function withTreeLock<Value>(
  root: string,
  action: () => Value | Promise<Value>,
): Promise<Value> {
  // Taking the lock would make the folder.
  if (!existsSync(root)) return action();
  const lock = await takeLock(join(root, ".mlruns-travel.lock"));
  if (typeof lock === "number") {
    throw new MlrunsError(
      "TEMPORARILY_UNAVAILABLE",
      `Process ${lock} is relocating or merging '${root}'`,
      { hint: "Wait until it has ended." },
    );
  }
  try {
    return await action();
  } finally {
    await lock.release();
  }
}
