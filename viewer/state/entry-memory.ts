import { historyKey } from "./route.ts";

const remembered = new Map<string, unknown>();

/** What a component keeps for the history entry it is shown in, so that Back finds it again. */
export interface EntryMemory<Value> {
  readonly value: Value | undefined;
  readonly remember: (value: Value) => void;
}

/** Reads the memory of the current entry under a name; the component is drawn again when the entry changes. */
export function useEntryMemory<Value>(name: string): EntryMemory<Value> {
  const id = `${historyKey.value} ${name}`;
  return {
    value: remembered.get(id) as Value | undefined,
    remember: (value) => remembered.set(id, value),
  };
}
