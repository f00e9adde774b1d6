import { useEffect } from "preact/hooks";
import { query, route, setQuery } from "./route.ts";
import { writeStored } from "./stored.ts";
import { storedColumns, storedName } from "./stored-columns.ts";

/**
 * Remembers the columns that a reader chose for an experiment. An address without columns gets them, so that it can be
 * copied; an address with columns of its own wins.
 */
export function useColumnMemory(ids: string): void {
  const name = storedName(ids);
  useEffect(() => {
    const stored = storedColumns(ids, query.peek());
    if (stored !== null) setQuery({ c: stored.c, o: stored.o }, { replace: true });
  }, [name]);

  const c = query.value.get("c");
  const o = query.value.get("o");
  useEffect(() => {
    if (c !== undefined || o !== undefined) {
      writeStored(name, { ...(c !== undefined && { c }), ...(o !== undefined && { o }) });
    }
  }, [name, c, o]);
}

/** Forgets the columns of the experiments that are shown. */
export function forgetColumns(): void {
  writeStored(storedName(route.peek().path[1] ?? ""), undefined);
}
