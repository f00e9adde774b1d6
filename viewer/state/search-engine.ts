import { type Signal, signal } from "@preact/signals";

export type SearchEngine = typeof import("../table/search.ts");

/** The filter language, once it is loaded. */
export const searchEngine: Signal<SearchEngine | null> = signal(null);

/** Loads the filter language: when an address has a filter, or when somebody is about to write one. */
export async function loadSearch(): Promise<void> {
  searchEngine.value ??= await import("../table/search.ts");
}
