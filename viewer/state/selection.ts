import { type Signal, signal } from "@preact/signals";
import { setQuery } from "./route.ts";
import { formatList, parseList } from "./url.ts";

/** Run ids that are selected. The URL has them too, as long as they are few. */
export const selection: Signal<ReadonlySet<string>> = signal(new Set());

/** A longer selection would make a URL that nobody can send. */
const MOST_IN_URL = 50;

/** Takes the selection from the address of a page that opens. */
export function readSelection(sel: string | undefined): void {
  selection.value = new Set(parseList(sel));
}

export function select(runIds: Iterable<string>): void {
  const selected = new Set(runIds);
  selection.value = selected;
  const isShort = selected.size <= MOST_IN_URL;
  setQuery({ sel: isShort ? formatList([...selected]) : undefined }, { replace: true });
}

export function toggleSelected(runIds: readonly string[], isSelected: boolean): void {
  const next = new Set(selection.peek());
  for (const runId of runIds) {
    if (isSelected) next.add(runId);
    else next.delete(runId);
  }
  select(next);
}
