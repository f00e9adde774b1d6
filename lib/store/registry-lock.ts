import { join } from "node:path";
import { withLock } from "../tree/lock.ts";
import type { Store } from "./store.ts";

/** One at a time: what is read from the registry must still hold when it is written back. Locks do not nest. */
export function withRegistryLock<Value>(store: Store, action: () => Value): Value {
  return withLock(join(store.root, ".mlruns-registry.lock"), action);
}
