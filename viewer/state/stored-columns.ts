import { readStored } from "./stored.ts";
import type { Query } from "./url.ts";

interface StoredColumns {
  readonly c?: string;
  readonly o?: string;
}

/** The columns that a reader chose for experiments; null when there are none, or the address has columns of its own. */
export function storedColumns(ids: string, query: Query): StoredColumns | null {
  if (query.has("c") || query.has("o")) return null;
  const stored = readStored(storedName(ids));
  return isStored(stored) ? stored : null;
}

export function storedName(ids: string): string {
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
