import { type Signal, signal } from "@preact/signals";
import { setQuery } from "./route.ts";
import { formatList, parseList } from "./url.ts";

/** Run ids that are selected. The address has them too, as long as they are few. */
export const selection: Signal<ReadonlySet<string>> = signal(new Set());

/** A longer selection would make an address that nobody can send. */
const MOST_IN_URL = 50;

/** What the address has of the selection. */
let inUrl: string | undefined;

/** Takes the selection from the address of a page that opens. */
export function readSelection(sel: string | undefined): void {
  inUrl = sel;
  selection.value = new Set(parseList(sel));
}

/** Follows an address that was changed by somebody else: a link, Back, or by hand. */
export function followSelection(sel: string | undefined): void {
  if (sel !== inUrl) readSelection(sel);
}

export function select(runIds: Iterable<string>): void {
  const selected = new Set(runIds);
  const isInUrl = selected.size > 0 && selected.size <= MOST_IN_URL;
  inUrl = isInUrl ? formatList([...selected]) : undefined;
  selection.value = selected;
  setQuery({ sel: inUrl }, { replace: true });
}

export function toggleSelected(runIds: readonly string[], isSelected: boolean): void {
  const next = new Set(selection.peek());
  for (const runId of runIds) {
    if (isSelected) next.add(runId);
    else next.delete(runId);
  }
  select(next);
}
