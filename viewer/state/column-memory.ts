import { useEffect } from "preact/hooks";
import { readStored, writeStored } from "./preferences.ts";
import { query, route, setQuery } from "./route.ts";

interface StoredColumns {
  readonly c?: string;
  readonly o?: string;
}

/**
 * Remembers the columns that a reader chose for an experiment. An address without columns gets them, so that it can be
 * copied; an address with columns of its own wins.
 */
export function useColumnMemory(ids: string): void {
  const name = storedName(ids);
  useEffect(() => {
    const stored = readStored(name);
    const hasOwn = query.peek().has("c") || query.peek().has("o");
    if (!hasOwn && isStored(stored)) setQuery({ c: stored.c, o: stored.o }, { replace: true });
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

function storedName(ids: string): string {
  return `columns.${ids}`;
}

function isStored(value: unknown): value is StoredColumns {
  if (typeof value !== "object" || value === null) return false;
  const { c, o } = value as Record<string, unknown>;
  return isTextOrNothing(c) && isTextOrNothing(o);
}

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}
