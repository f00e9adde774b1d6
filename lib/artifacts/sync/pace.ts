import { setTimeout as sleep } from "node:timers/promises";

/**
 * Counts bytes as they are moved, and holds their rate: each call waits until its bytes fit, whoever else moves some.
 *
 * @param bytesPerSecond - undefined for no limit
 */
export function makePace(
  bytesPerSecond: number | undefined,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): (bytes: number) => Promise<void> {
  let free = 0;
  return async (bytes) => {
    onBytes(bytes);
    if (bytesPerSecond === undefined) return;
    const now = performance.now();
    free = Math.max(now, free) + (bytes / bytesPerSecond) * 1_000;
    await sleep(free - now, undefined, { signal });
  };
}
