import { setTimeout as sleep } from "node:timers/promises";
import { MlrunsError } from "../../errors.ts";
import type { ReadHistory, VersionStore } from "./version-store.ts";
import { changeHistory } from "./versions.ts";

/** A collector that gives no sign of life for so long is taken for dead. Milliseconds. */
const LEASE_MS = 120_000;
const LOOK_EVERY_MS = 250;

/**
 * Reads a history when no collector is removing anything. Who then replaces it, which succeeds only while it is the same, knows
 * that none has since: so a push never names what is being removed, though it has just been written again.
 */
export async function readSettled(store: VersionStore, signal?: AbortSignal): Promise<ReadHistory> {
  for (;;) {
    const read = await store.readHistory();
    if ((read.history.collecting ?? 0) <= Date.now()) return read;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

/**
 * Removes something while no push records a version: one that is under way begins anew when this is done.
 *
 * @param remove - calls what it is given from time to time
 */
export async function whileCollecting(
  store: VersionStore,
  remove: (goOn: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let until = Date.now() + LEASE_MS;
  await changeHistory(
    store,
    (now) => ({ ...now, collecting: until }),
    () => readSettled(store),
  );
  const goOn = async (): Promise<void> => {
    if (until - Date.now() > LEASE_MS / 2) return;
    if (Date.now() > until) {
      throw new MlrunsError("ABORTED", `Removing versions of '${store.name}' took too long.`, {
        hint: "Nothing is lost. Once more, it goes on.",
      });
    }
    until = Date.now() + LEASE_MS;
    await changeHistory(store, (now) => ({ ...now, collecting: until }));
  };
  try {
    await remove(goOn);
  } finally {
    await changeHistory(store, ({ collecting: _, ...now }) => now);
  }
}
